/* Tests of nn/loss, nn/schedule, nn/optimizer, nn/metrics against numbers worked out in NumPy. */
#include "tests/unit/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "nn/loss.h"
#include "nn/metrics.h"
#include "nn/optimizer.h"
#include "nn/schedule.h"

static void near(double got, double want, double tolerance)
{
    if (!(fabs(got - want) <= tolerance))
        fail_msg("expected %.9g, got %.9g", want, got);
}

/* One-hot rows, smoothed. */
static void targets(const uint8_t *label, int n, int classes, float smoothing, float *q)
{
    for (int i = 0; i < n * classes; i++)
        q[i] = smoothing / (float)classes + (i % classes == label[i / classes] ? 1 - smoothing : 0);
}

static void loss_and_gradient_as_computed(void **state)
{
    (void)state;
    const float logits[6] = {1, -2, 0.5f, 0, 3, -1};
    const uint8_t label[2] = {2, 1};
    const double want[6] = {0.285207781, -0.001637223, -0.283570559,
                            0.006639645, 0.001453109,  -0.008092754};
    float d[6], q[6];
    targets(label, 2, 3, 0.1f, q);
    near(loss_cross_entropy(logits, q, NULL, 2, 3, d), 0.685240403, 1e-7);
    assert_int_equal(loss_correct(logits, label, 2, 3), 1);
    for (int i = 0; i < 6; i++)
        near(d[i], want[i], 1e-7);
}

static void loss_gradient_is_that_of_the_loss(void **state)
{
    (void)state;
    enum { ROWS = 5, CLASSES = 7 };
    struct rng r;
    rng_seed(&r, 3, 0);
    float z[ROWS * CLASSES], d[ROWS * CLASSES], q[ROWS * CLASSES], w[ROWS];
    uint8_t label[ROWS];
    for (int i = 0; i < ROWS * CLASSES; i++)
        z[i] = 2.0f * rng_normal(&r);
    for (int i = 0; i < ROWS; i++)
        label[i] = (uint8_t)rng_below(&r, CLASSES);
    for (int i = 0; i < ROWS; i++)
        w[i] = rng_range(&r, 0.3f, 3.0f);
    targets(label, ROWS, CLASSES, 0.1f, q);
    loss_cross_entropy(z, q, w, ROWS, CLASSES, d);
    for (int i = 0; i < ROWS * CLASSES; i++) {
        float keep = z[i];
        z[i] = keep + 0x1p-10f;
        double up = loss_cross_entropy(z, q, w, ROWS, CLASSES, NULL);
        z[i] = keep - 0x1p-10f;
        double down = loss_cross_entropy(z, q, w, ROWS, CLASSES, NULL);
        z[i] = keep;
        near(d[i], (up - down) / 0x1p-9, 1e-5);
    }
}

static void extreme_logits_stay_finite(void **state)
{
    (void)state;
    const float z[6] = {1e30f, -1e30f, 0, 500, 499, -500};
    const uint8_t label[2] = {0, 0};
    float p[6], d[6], q[6];
    targets(label, 2, 3, 0, q);
    near(loss_cross_entropy(z, q, NULL, 2, 3, d), log1p(exp(-1.0)) / 2, 1e-6);
    loss_softmax(z, 2, 3, p);
    near(p[0], 1.0, 0);
    near(p[3] + p[4] + p[5], 1.0, 1e-6);
    const float bad[3] = {0, NAN, 1};
    assert_true(isnan(loss_cross_entropy(bad, q, NULL, 1, 3, d)));
}

static void schedule_rises_and_falls(void **state)
{
    (void)state;
    const struct plateau p = {.scale = 1};
    struct train_opts o = {.lr = 0.05, .epochs = 10, .warmup_epochs = 1};
    near(schedule_lr(&o, 0, 10, &p), 0.005, 1e-12);
    near(schedule_lr(&o, 9, 10, &p), 0.05, 1e-12);
    near(schedule_lr(&o, 10, 10, &p), 0.05, 1e-12);
    near(schedule_lr(&o, 55, 10, &p), 0.025, 1e-12);
    near(schedule_lr(&o, 99, 10, &p), 1.5229324522605948e-05, 1e-12);
    near(schedule_lr(&o, 100, 10, &p), 0.0, 0);
    o.epochs = 1;
    o.warmup_epochs = 0;
    near(schedule_lr(&o, 0, 1, &p), 0.05, 0);
}

static void schedules_by_steps_and_plateaus(void **state)
{
    (void)state;
    struct plateau p = {.scale = 1};
    struct train_opts o = {
        .lr = 0.1, .epochs = 10, .warmup_epochs = 1, .lr_every = 3, .lr_factor = 0.5};
    o.schedule = TRAIN_SCHEDULE_CONSTANT;
    near(schedule_lr(&o, 4, 10, &p), 0.05, 1e-12);
    near(schedule_lr(&o, 99, 10, &p), 0.1, 0);
    o.schedule = TRAIN_SCHEDULE_STEP;
    near(schedule_lr(&o, 29, 10, &p), 0.1, 0);
    near(schedule_lr(&o, 30, 10, &p), 0.05, 1e-12);
    near(schedule_lr(&o, 99, 10, &p), 0.0125, 1e-12);
    o.schedule = TRAIN_SCHEDULE_PLATEAU;
    static const bool better[] = {true, false, false, true, false, false, false, false, false};
    static const double want[] = {0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.05, 0.05, 0.05};
    for (int i = 0; i < 9; i++) {
        schedule_epoch(&p, &o, better[i]);
        near(schedule_lr(&o, 50, 10, &p), want[i], 1e-12);
    }
    schedule_epoch(&p, &o, false);
    near(schedule_lr(&o, 50, 10, &p), 0.025, 1e-12);
}

static void distilling_is_towards_the_teacher(void **state)
{
    (void)state;
    enum { ROWS = 4, CLASSES = 7 };
    struct rng r;
    rng_seed(&r, 8, 0);
    float z[ROWS * CLASSES], teacher[ROWS * CLASSES], d[ROWS * CLASSES], w[ROWS];
    for (int i = 0; i < ROWS * CLASSES; i++) {
        z[i] = 2.0f * rng_normal(&r);
        teacher[i] = 3.0f * rng_normal(&r);
        d[i] = 0.5f; /* of which a quarter is to stay */
    }
    for (int i = 0; i < ROWS; i++)
        w[i] = rng_range(&r, 0.3f, 3.0f);
    near(loss_distill(teacher, teacher, w, ROWS, CLASSES, 2, 1, NULL), 0, 1e-12);
    loss_distill(z, teacher, w, ROWS, CLASSES, 2.5f, 0.75f, d);
    for (int i = 0; i < ROWS * CLASSES; i++) {
        float keep = z[i];
        z[i] = keep + 0x1p-10f;
        double up = loss_distill(z, teacher, w, ROWS, CLASSES, 2.5f, 0.75f, NULL);
        z[i] = keep - 0x1p-10f;
        double down = loss_distill(z, teacher, w, ROWS, CLASSES, 2.5f, 0.75f, NULL);
        z[i] = keep;
        near(d[i], 0.125 + 0.75 * (up - down) / 0x1p-9, 2e-5);
    }
}

/* ---- optimizer ----------------------------------------------------------------------------- */

static const float gradients[3][4] = {
    {0.1f, -0.2f, 0.3f, 0.4f}, {-0.5f, 0.25f, 0.1f, -0.3f}, {0.2f, 0.2f, -0.2f, 0.1f}};

/* Three steps on a kernel of three numbers and a bias of one; the results are in w and ema. */
static void three_steps(enum train_optimizer kind, bool nesterov, double clip_norm, float *w,
                        float *ema)
{
    float block[4] = {1, -2, 0.5f, 0.25f}, grad[4];
    struct layer layer = {
        .params = 2,
        .param = {{.size = 3, .trainable = true, .decay = true, .w = block, .g = grad},
                  {.size = 1, .trainable = true, .w = block + 3, .g = grad + 3}}};
    struct graph g = {
        .layers = 1, .layer = &layer, .trainable = 4, .params = 4, .param = block, .grad = grad};
    const struct train_opts opts = {.optimizer = kind,
                                    .nesterov = nesterov,
                                    .clip_norm = clip_norm,
                                    .momentum = 0.9,
                                    .weight_decay = 0.01,
                                    .ema = 0.5};
    struct optimizer *o = optimizer_new(&opts, &g);
    for (int i = 0; i < 3; i++) {
        memcpy(grad, gradients[i], sizeof grad);
        optimizer_step(o, &g, 0.1);
    }
    memcpy(w, block, sizeof block);
    optimizer_swap_ema(o, &g);
    memcpy(ema, block, sizeof block);
    optimizer_swap_ema(o, &g);
    assert_memory_equal(w, block, sizeof block);
    optimizer_free(o);
}

static void sgd_steps_as_computed(void **state)
{
    (void)state;
    const double want[4] = {1.0549973126, -2.0210153751, 0.4040572848, 0.17474};
    const double want_ema[4] = {1.0513742264, -2.0082628181, 0.4062782494, 0.1812521678};
    float w[4], ema[4];
    three_steps(TRAIN_SGD, true, 0, w, ema);
    for (int i = 0; i < 4; i++) {
        near(w[i], want[i], 1e-6);
        near(ema[i], want_ema[i], 1e-6);
    }
}

static void adamw_steps_as_computed(void **state)
{
    (void)state;
    const double want[4] = {0.9766980517, -1.9549915371, 0.2889596713, 0.1217589345};
    const double want_ema[4] = {0.9678042837, -1.9421996259, 0.3041840253, 0.1297857561};
    float w[4], ema[4];
    three_steps(TRAIN_ADAMW, true, 0, w, ema);
    for (int i = 0; i < 4; i++) {
        near(w[i], want[i], 1e-6);
        near(ema[i], want_ema[i], 1e-6);
    }
}

static void variants_step_as_computed(void **state)
{
    (void)state;
    static const struct {
        enum train_optimizer kind;
        bool nesterov;
        double clip_norm, want[4];
    } cases[] = {
        {TRAIN_SGD, false, 0, {1.042282789, -2.002140578, 0.4170213695, 0.1886}},
        {TRAIN_SGD, true, 0.4, {1.013202022, -2.013988739, 0.4420078291, 0.1811739513}},
        {TRAIN_SGD, true, 100, {1.054997313, -2.021015375, 0.4040572848, 0.17474}},
        {TRAIN_ADAM, true, 0, {0.974766721, -1.944408673, 0.2882175517, 0.1217589345}},
    };
    for (size_t k = 0; k < MEM_COUNT(cases); k++) {
        float w[4], ema[4];
        three_steps(cases[k].kind, cases[k].nesterov, cases[k].clip_norm, w, ema);
        for (int i = 0; i < 4; i++)
            near(w[i], cases[k].want[i], 2e-6);
    }
}

/* ---- metrics ------------------------------------------------------------------------------- */

static void metrics_as_computed(void **state)
{
    (void)state;
    const float p[6][3] = {{0.7f, 0.2f, 0.1f}, {0.1f, 0.6f, 0.3f},   {0.4f, 0.35f, 0.25f},
                           {0.2f, 0.3f, 0.5f}, {0.05f, 0.9f, 0.05f}, {0.34f, 0.33f, 0.33f}};
    const int label[6] = {0, 1, 1, 2, 2, 2};
    const double precision[3] = {1.0 / 3, 0.5, 1}, recall[3] = {1, 0.5, 1.0 / 3};
    static struct metrics m;
    static struct metrics_summary s;
    metrics_clear(&m, 3);
    for (int i = 0; i < 6; i++)
        metrics_add(&m, p[i], label[i]);
    metrics_summarize(&m, &s);
    assert_int_equal(s.n, 6);
    near(s.loss, 1.119144128, 1e-6);
    near(s.accuracy, 0.5, 1e-12);
    near(s.top2, 4.0 / 6, 1e-12);
    near(s.top3, 1.0, 1e-12);
    near(s.macro_f1, 0.5, 1e-12);
    near(s.ece, 0.473333333, 1e-6);
    for (int c = 0; c < 3; c++) {
        assert_int_equal(s.per_class[c].n, c + 1);
        near(s.per_class[c].precision, precision[c], 1e-12);
        near(s.per_class[c].recall, recall[c], 1e-12);
        near(s.per_class[c].f1, 0.5, 1e-12);
    }
    assert_int_equal(m.confusion[2][0], 1);
    assert_int_equal(m.confusion[0][2], 0);
}

static void nothing_measured_is_all_zero(void **state)
{
    (void)state;
    static struct metrics m;
    static struct metrics_summary s;
    metrics_clear(&m, 7);
    metrics_summarize(&m, &s);
    near(s.accuracy + s.macro_f1 + s.ece + s.loss, 0, 0);
    const float p[7] = {NAN, NAN, NAN, NAN, NAN, NAN, NAN};
    metrics_add(&m, p, 3); /* a broken network must not break us */
    metrics_summarize(&m, &s);
    near(s.accuracy, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loss_and_gradient_as_computed),
        cmocka_unit_test(loss_gradient_is_that_of_the_loss),
        cmocka_unit_test(extreme_logits_stay_finite),
        cmocka_unit_test(schedule_rises_and_falls),
        cmocka_unit_test(schedules_by_steps_and_plateaus),
        cmocka_unit_test(distilling_is_towards_the_teacher),
        cmocka_unit_test(sgd_steps_as_computed),
        cmocka_unit_test(adamw_steps_as_computed),
        cmocka_unit_test(variants_step_as_computed),
        cmocka_unit_test(metrics_as_computed),
        cmocka_unit_test(nothing_measured_is_all_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
