/* Tests of nn/evaluate: the views that an image is shown in, against a network that tells them. */
#include "tests/unit/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "nn/evaluate.h"

/* A network whose class c has the value of pixel place[c], times 1 / 50, as its logit. */
static struct graph *pixel_reader(const int *place)
{
    static const char text[] =
        "{\"class_name\":\"Sequential\",\"config\":{\"name\":\"reader\",\"layers\":["
        "{\"class_name\":\"InputLayer\",\"config\":{\"name\":\"in\",\"batch_input_shape\":"
        "[null,48,48,1]}},"
        "{\"class_name\":\"Flatten\",\"config\":{\"name\":\"flat\"}},"
        "{\"class_name\":\"Dense\",\"config\":{\"name\":\"dense\",\"units\":7,\"use_bias\":false,"
        "\"activation\":\"linear\"}}]}}";
    struct err err = {""};
    struct graph *g = graph_from_json(text, strlen(text), "reader", &err);
    assert_string_equal(err.text, "");
    for (int c = 0; c < DATASET_CLASSES; c++)
        g->param[place[c] * DATASET_CLASSES + c] = 0.02f;
    graph_reserve(g, 4, false, NULL);
    return g;
}

static struct dataset *one_image(const uint8_t *pixels)
{
    struct dataset *ds = dataset_new(1, DATASET_CLASSES);
    memcpy(ds->own, pixels, DATASET_PIXELS);
    ds->split[0] = SPLIT_PRIVATE;
    dataset_update(ds);
    return ds;
}

static int border(int v)
{
    return v < 0 ? 0 : v > 47 ? 47 : v;
}

/* -log of the mean probability of class 0, worked out pixel by pixel. */
static double expected(const uint8_t *image, const int *place, bool mirror, int shifts, int by)
{
    static const int corner[5][2] = {{0, 0}, {-1, -1}, {1, -1}, {-1, 1}, {1, 1}};
    double mean = 0;
    for (int v = 0; v < shifts * (1 + mirror); v++) {
        double sum = 0, first = 0;
        for (int c = 0; c < DATASET_CLASSES; c++) {
            int x = place[c] % 48, y = place[c] / 48;
            x = v >= shifts ? 47 - x : x;
            x = border(x - corner[v % shifts][0] * by);
            y = border(y - corner[v % shifts][1] * by);
            double e = exp(0.02 * image[y * 48 + x]);
            sum += e;
            first = c == 0 ? e : first;
        }
        mean += first / sum / (shifts * (1 + mirror));
    }
    return -log(mean);
}

static void views_are_what_they_say(void **state)
{
    (void)state;
    static const int place[] = {0, 47, 48 * 47, 48 * 48 - 1, 100, 1234, 1200};
    uint8_t image[DATASET_PIXELS];
    for (int i = 0; i < DATASET_PIXELS; i++)
        image[i] = (uint8_t)(i * 7919 % 251);
    struct graph *g = pixel_reader(place);
    struct dataset *ds = one_image(image);
    static const struct {
        enum eval_tta tta;
        bool mirror;
        int shifts;
    } cases[] = {{EVAL_TTA_NONE, false, 1}, {EVAL_TTA_FLIP, true, 1}, {EVAL_TTA_TEN, true, 5}};
    for (size_t i = 0; i < MEM_COUNT(cases); i++) {
        struct evaluate_views views;
        static struct metrics m;
        evaluate_views_set(&views, cases[i].tta, 3);
        assert_int_equal(views.n, cases[i].shifts * (1 + cases[i].mirror));
        metrics_clear(&m, DATASET_CLASSES);
        evaluate_split(g, ds, SPLIT_PRIVATE, 4, &views, NULL, &m, NULL);
        assert_int_equal(m.n, 1);
        double want = expected(image, place, cases[i].mirror, cases[i].shifts, 3);
        if (fabs(m.loss - want) > 1e-5)
            fail_msg("case %zu: expected %g, got %g", i, want, m.loss);
    }
    dataset_close(ds);
    graph_free(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(views_are_what_they_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
