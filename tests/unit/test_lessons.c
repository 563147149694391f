/* Tests of nn/ferplus and nn/lessons: votes to targets, what is left out, order, class weights. */
#include "tests/unit/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "nn/ferplus.h"
#include "nn/lessons.h"

#define HEADER                                                                                     \
    "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF\n"

enum { ROWS = 6 };

static char path[] = "/tmp/moodtop-test-XXXXXX";

/* Rows 0, 2, 3, 5 are of Training; labels 0, 1, 2, ... */
static struct dataset *six_rows(void)
{
    static const uint8_t split[ROWS] = {SPLIT_TRAINING, SPLIT_PUBLIC,  SPLIT_TRAINING,
                                        SPLIT_TRAINING, SPLIT_PRIVATE, SPLIT_TRAINING};
    struct dataset *ds = dataset_new(ROWS, DATASET_CLASSES);
    for (int i = 0; i < ROWS; i++) {
        ds->label[i] = (uint8_t)i;
        ds->split[i] = split[i];
    }
    dataset_update(ds);
    return ds;
}

static void write_votes(const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
}

static const char votes[] = HEADER "Training,a.png,4,0,0,1,5,0,0,0,0,0\n"
                                   "PublicTest,b.png,0,10,0,0,0,0,0,0,0,0\n"
                                   "Training,c.png,0,0,0,0,0,0,4,6,0,0\r\n"
                                   "Training,,0,1,0,0,0,0,4,5,0,0\n"
                                   "PrivateTest,e.png,0,10,0,0,0,0,0,0,0,0\n"
                                   "Training,f.png,0,0,0,0,0,0,0,0,0,10";

static struct train_opts options(void)
{
    struct train_opts o = {.ferplus_weight = 0.5, .label_smoothing = 0.07};
    snprintf(o.ferplus, sizeof o.ferplus, "%s", path);
    return o;
}

static void assert_target(const float *got, const double *want)
{
    for (int c = 0; c < DATASET_CLASSES; c++)
        if (fabs((double)got[c] - want[c]) > 1e-6)
            fail_msg("class %d: expected %g, got %g", c, want[c], (double)got[c]);
}

static void votes_are_mixed_with_labels(void **state)
{
    (void)state;
    struct err err = {""};
    struct dataset *ds = six_rows();
    struct train_opts o = options();
    write_votes(votes);
    struct lessons *l = lessons_open(ds, &o, &err);
    assert_string_equal(err.text, "");
    assert_int_equal(l->n, 4);
    assert_int_not_equal(l->hash, 0);
    /* label angry; votes 4 neutral, 1 sad, 5 angry of 10 */
    const double first[7] = {0.93 * 0.75 + 0.01, 0.01, 0.01, 0.01, 0.93 * 0.05 + 0.01, 0.01,
                             0.93 * 0.2 + 0.01};
    /* 6 of 10 say contempt: the label alone */
    const double doubtful[7] = {0.01, 0.01, 0.94, 0.01, 0.01, 0.01, 0.01};
    /* half is not "mostly": label happy; votes 1 happy, 4 fear of 5 */
    const double third[7] = {0.01, 0.01, 0.93 * 0.4 + 0.01, 0.93 * 0.6 + 0.01, 0.01, 0.01, 0.01};
    assert_target(l->target, first);
    assert_target(l->target + 7, doubtful);
    assert_target(l->target + 14, third);
    lessons_close(l);
    o.ferplus_doubtful = TRAIN_DOUBTFUL_DROP;
    l = lessons_open(ds, &o, &err);
    assert_int_equal(l->n, 2);
    assert_int_equal(l->row[1], 3);
    assert_target(l->target + 7, third);
    lessons_close(l);
    o.limit = 1;
    l = lessons_open(ds, &o, &err);
    assert_int_equal(l->n, 1);
    lessons_close(l);
    dataset_close(ds);
}

static void only_training_rows_are_joined(void **state)
{
    (void)state;
    struct err err = {""};
    struct dataset *ds = six_rows();
    float read[ROWS * FERPLUS_VOTES] = {0};
    uint64_t hash;
    write_votes(votes);
    assert_int_equal(ferplus_read(path, ds, read, &hash, &err), 0);
    for (int i = 0; i < FERPLUS_VOTES; i++) {
        assert_true(read[1 * FERPLUS_VOTES + i] == 0.0f);
        assert_true(read[4 * FERPLUS_VOTES + i] == 0.0f);
    }
    static const bool doubtful[ROWS] = {[2] = true, [5] = true};
    for (int i = 0; i < ROWS; i++) {
        float share[DATASET_CLASSES];
        if (ds->split[i] == SPLIT_TRAINING)
            assert_true(ferplus_share(read + i * FERPLUS_VOTES, share) == !doubtful[i]);
    }
    dataset_close(ds);
}

/* Rows of two kinds of votes, whose labels are known in how many of ten. */
static void labels_are_learned_from_votes(void **state)
{
    (void)state;
    enum { N = 200 };
    float x[N * FERPLUS_VOTES] = {0}, p[N * DATASET_CLASSES];
    int label[N];
    for (int i = 0; i < N; i++) {
        x[i * FERPLUS_VOTES + i % 2] = 1.0f; /* neutral, happiness */
        label[i] = i % 2 == 1 ? 3 : i / 2 % 10 < 6 ? 6 : 4;
    }
    double loss = ferplus_posterior(x, label, N, p);
    assert_true(fabs((double)p[6] - 0.6) < 0.01);
    assert_true(fabs((double)p[4] - 0.4) < 0.01);
    assert_true((double)p[DATASET_CLASSES + 3] > 0.98);
    /* half of the rows are sure, the others are worth the entropy of .6, .4 */
    assert_true(fabs(loss - 0.5 * -(0.6 * log(0.6) + 0.4 * log(0.4))) < 0.01);
    for (int i = 0; i < N; i++) {
        double sum = 0.0;
        for (int c = 0; c < DATASET_CLASSES; c++)
            sum += (double)p[i * DATASET_CLASSES + c];
        assert_true(fabs(sum - 1.0) < 1e-5);
    }
}

static void targets_are_labels_by_votes(void **state)
{
    (void)state;
    struct err err = {""};
    struct dataset *ds = six_rows();
    struct train_opts o = options();
    o.ferplus_target = TRAIN_TARGET_LABEL;
    o.ferplus_weight = 1.0;
    o.label_smoothing = 0.0;
    write_votes(votes);
    struct lessons *l = lessons_open(ds, &o, &err);
    assert_string_equal(err.text, "");
    assert_int_equal(l->n, 4);
    /* the first row's votes say neutral as much as angry, but such a row is labelled angry */
    assert_true(l->target[0] > 0.9f);
    assert_true(l->target[6] < 0.05f);
    lessons_close(l);
    dataset_close(ds);
}

static void bad_votes_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"", ":1: expected the header"},
        {"Usage,name\n", ":1: expected the header"},
        {HEADER, ": expected 6 rows, as the data set has, got fewer"},
        {HEADER "PublicTest,a,1,0,0,0,0,0,0,0,0,0\n", ":2: expected Usage Training"},
        {HEADER "Training\n", ":2: expected Usage Training"},
        {HEADER "Training,\n", ":2: expected 10 numbers of votes, got 0"},
        {HEADER "Training,a,1,0,0,0,0,0,0,0,0\n", ":2: expected 10 numbers of votes, got 9"},
        {HEADER "Training,a,1,0,0,0,0,0,0,0,0,0,0\n", "expected 10 numbers of votes, got more"},
        {HEADER "Training,a,-1,0,0,0,0,0,0,0,0,0\n", "votes, got \"-1,0"},
        {HEADER "Training,a,1,0,0,0,,0,0,0,0,0\n", "votes, got \",0"},
        {HEADER "Training,a,99999999999999999999,0,0,0,0,0,0,0,0,0\n", "votes, got \"9999"},
        {HEADER "Training,a,1,0,0,0,0,0,0,0,0,0x\n", "votes, got \"0x\""},
    };
    struct dataset *ds = six_rows();
    struct train_opts o = options();
    for (size_t i = 0; i < MEM_COUNT(cases); i++) {
        struct err err = {""};
        write_votes(cases[i].text);
        assert_null(lessons_open(ds, &o, &err));
        if (strstr(err.text, cases[i].want) == NULL)
            fail_msg("expected \"%s\", got \"%s\"", cases[i].want, err.text);
    }
    struct err err = {""};
    char *more = mem_printf("%s\nTraining,g,1,0,0,0,0,0,0,0,0,0\n", votes);
    write_votes(more);
    assert_null(lessons_open(ds, &o, &err));
    assert_non_null(strstr(err.text, "expected 6 rows, as the data set has, got more"));
    free(more);
    dataset_close(ds);
}

/* 70 rows: 40 of class 0, 20 of class 3, 10 of class 6. */
static struct dataset *uneven(void)
{
    struct dataset *ds = dataset_new(70, DATASET_CLASSES);
    for (int i = 0; i < 70; i++)
        ds->label[i] = (uint8_t)(i % 7 < 4 ? 0 : i % 7 < 6 ? 3 : 6);
    dataset_update(ds);
    return ds;
}

static void balanced_weights_make_classes_equal(void **state)
{
    (void)state;
    struct err err = {""};
    struct dataset *ds = uneven();
    const struct train_opts o = {.class_weight = TRAIN_WEIGHT_BALANCED};
    struct lessons *l = lessons_open(ds, &o, &err);
    for (int c = 0; c < DATASET_CLASSES; c++)
        if (l->count[c] > 0)
            assert_true(fabs((double)l->weight[c] * l->count[c] - 70.0 / 3.0) < 1e-4);
    assert_int_equal(l->count[0] + l->count[3] + l->count[6], 70);
    lessons_close(l);
    dataset_close(ds);
}

static void a_balanced_epoch_shows_classes_equally(void **state)
{
    (void)state;
    struct err err = {""};
    struct dataset *ds = uneven();
    const struct train_opts o = {.sampler = TRAIN_SAMPLER_BALANCED};
    struct lessons *l = lessons_open(ds, &o, &err);
    int order[2][70], again[70], scratch[70], shown[70] = {0}, of_class[7] = {0};
    for (int e = 0; e < 2; e++)
        lessons_order(l, 5, e, order[e], scratch);
    lessons_order(l, 5, 1, again, scratch);
    assert_memory_equal(order[1], again, sizeof again);
    assert_memory_not_equal(order[0], order[1], sizeof again);
    for (int i = 0; i < 70; i++) {
        shown[order[0][i]]++;
        of_class[ds->label[l->row[order[0][i]]]]++;
    }
    assert_int_equal(of_class[0], 24);
    assert_int_equal(of_class[3], 23);
    assert_int_equal(of_class[6], 23);
    static const int least[7] = {0, 0, 0, 1, 0, 0, 2}, most[7] = {1, 0, 0, 2, 0, 0, 3};
    for (int i = 0; i < 70; i++)
        assert_in_range(shown[i], least[ds->label[i]], most[ds->label[i]]);
    lessons_close(l);
    dataset_close(ds);
}

static void the_real_votes_fit_the_real_data(void **state)
{
    (void)state;
    NEED_SHARED("ferplus.csv");
    struct err err = {""};
    struct dataset ds = {.n = 35887, .classes = DATASET_CLASSES, .class_name = {"angry"}};
    ds.split = mem_zalloc(35887, 1);
    for (int i = 28709; i < 35887; i++)
        ds.split[i] = i < 28709 + 3589 ? SPLIT_PUBLIC : SPLIT_PRIVATE;
    float *read = mem_zalloc(35887 * FERPLUS_VOTES, sizeof *read);
    uint64_t hash;
    int rc = ferplus_read(SHARED_DATA "ferplus.csv", &ds, read, &hash, &err);
    assert_string_equal(err.text, "");
    assert_int_equal(rc, 0);
    int count = 0;
    float share[DATASET_CLASSES];
    for (int i = 0; i < 28709; i++)
        count += !ferplus_share(read + i * FERPLUS_VOTES, share);
    assert_in_range(count, 100, 2000);
    free(ds.split);
    free(read);
}

static int make_file(void **state)
{
    (void)state;
    int fd = mkstemp(path);
    return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(votes_are_mixed_with_labels),
        cmocka_unit_test(only_training_rows_are_joined),
        cmocka_unit_test(labels_are_learned_from_votes),
        cmocka_unit_test(targets_are_labels_by_votes),
        cmocka_unit_test(bad_votes_are_refused),
        cmocka_unit_test(balanced_weights_make_classes_equal),
        cmocka_unit_test(a_balanced_epoch_shows_classes_equally),
        cmocka_unit_test(the_real_votes_fit_the_real_data),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
