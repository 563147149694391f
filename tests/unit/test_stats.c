/* Tests of nn/chisq, nn/tone and nn/stats: known values of the test, a small set counted by hand.
 */
#include "tests/unit/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "nn/stats.h"
#include "nn/tone.h"
#include "tests/unit/set.h"

static void assert_close(double got, double want, double relative)
{
    if (!(fabs(got - want) <= relative * fabs(want)))
        fail_msg("expected %.15g, got %.15g", want, got);
}

/* Values of mpmath's gammainc with 30 digits, both methods and both tails. */
static void incomplete_gamma_has_known_values(void **state)
{
    (void)state;
    static const struct {
        double a, x, q;
    } known[] = {
        {0.5, 0.1, 0.654720846018577},   {0.5, 3, 0.01430587843542964},
        {1, 5, 0.006737946999085467},    {1.5, 1.5, 0.391625176271089},
        {2, 0.01, 0.9999503320866597},   {3, 2.5, 0.5438131158833295},
        {6, 11.5, 0.02772594219132748},  {6, 30, 2.257348746396284e-8},
        {10, 10, 0.4579297144718522},    {10, 3, 0.9988975118698845},
        {50, 45, 0.7531979655998297},    {50, 80, 0.0001307839765914103},
        {200, 230, 0.02033114332883623}, {0.1, 40, 1.579741419783704e-20},
    };
    for (size_t i = 0; i < MEM_COUNT(known); i++)
        assert_close(chisq_gamma_q(known[i].a, known[i].x), known[i].q, 1e-11);
    assert_true(chisq_gamma_q(3, 0) == 1);
    assert_close(chisq_gamma_q(1, 5), exp(-5), 1e-14);
}

/* By hand: columns expect 12, 12 and 16 in the first row, 18, 18 and 24 in the second; with two
 * degrees of freedom p is exp(-statistic / 2). */
static void chi_square_of_a_table(void **state)
{
    (void)state;
    const long table[2][3] = {{10, 10, 20}, {20, 20, 20}};
    struct chisq t = chisq_test(table[0], 2, 3);
    assert_close(t.statistic, 2.7777777777777777, 1e-12);
    assert_int_equal(t.dof, 2);
    assert_close(t.p, exp(-2.7777777777777777 / 2), 1e-12);
    assert_close(t.v, sqrt(2.7777777777777777 / 100), 1e-12);
    assert_close(t.least, 12, 1e-12);
    const long gaps[3][3] = {{10, 0, 20}, {0, 0, 0}, {20, 0, 20}}; /* empty row and column */
    assert_int_equal(chisq_test(gaps[0], 3, 3).dof, 1);
    const long one[2][2] = {{5, 5}, {0, 0}};
    t = chisq_test(one[0], 2, 2);
    assert_int_equal(t.dof, 0);
    assert_true(t.p == 1);
}

static void tone_of_a_picture(void **state)
{
    (void)state;
    const uint8_t grey[4] = {0, 100, 100, 200};
    struct tone t = tone_of(grey, 4);
    assert_close((double)t.brightness, 100, 1e-6);
    assert_close((double)t.contrast, sqrt(5000), 1e-6);
    assert_int_equal(t.low, 0);
    assert_int_equal(t.high, 200);
}

static void a_small_set_counted_by_hand(void **state)
{
    (void)state;
    struct dataset *ds = dataset_new(12, DATASET_CLASSES);
    for (int i = 0; i < 12; i++) { /* Training: 6 of class 3, 2 of class 1; others: 3 and 1 */
        set_row(ds, i, i < 8 ? SPLIT_TRAINING : SPLIT_PUBLIC, i % 4 == 0 ? 1 : 3);
        set_fill(ds, i, i % 4 == 0 ? 16 : 255);
    }
    dataset_update(ds);
    struct stats s;
    stats_of(ds, &s);
    assert_int_equal(s.split[SPLIT_TRAINING].count[3], 6);
    assert_int_equal(s.split[SPLIT_TRAINING].count[1], 2);
    assert_int_equal(s.split[SPLIT_PUBLIC].n, 4);
    assert_int_equal(s.split[SPLIT_PRIVATE].n, 0);
    assert_int_equal(s.all.n, 12);
    assert_int_equal(s.all.present, 2);
    assert_close(s.split[SPLIT_TRAINING].imbalance, 3, 1e-12);
    assert_true(s.split[SPLIT_PRIVATE].imbalance == 0);
    assert_close(s.all.effective, exp(-0.25 * log(0.25) - 0.75 * log(0.75)), 1e-12);
    assert_close(s.weight_balanced[1], 2, 1e-12);
    assert_close(s.weight_balanced[3], 8.0 / 12, 1e-12);
    assert_true(s.weight_balanced[0] == 0);
    assert_close(s.weight_effective[1] + s.weight_effective[3], 2, 1e-12);
    assert_close(s.weight_effective[1] / s.weight_effective[3],
                 (1 - pow(STATS_BETA, 6)) / (1 - pow(STATS_BETA, 2)), 1e-9);
    assert_close(s.draw[1].shown, 4, 1e-12);
    assert_close(s.draw[1].times, 2, 1e-12);
    assert_close(s.draw[3].distinct, 4.0 / 6, 1e-12);
    assert_int_equal(s.tones[1].brightness_bin[1], 3);
    assert_int_equal(s.tones[3].brightness_bin[STATS_BINS - 1], 9);
    assert_int_equal(s.tones[3].contrast_bin[0], 9);
    assert_close(s.tones[1].brightness, 16, 1e-9);
    assert_int_equal(s.mix.dof, 1);
    assert_true(s.mix.statistic < 1e-12);
    char text[256];
    assert_non_null(strstr(stats_mix_words(&s), "the splits have the same mix"));
    stats_mix_numbers(&s, text, sizeof text);
    assert_string_equal(text, "chi-square 0.00, 1 degrees of freedom, p = 1.0000, Cramer's V "
                              "0.000; a rough answer, as some classes are small");
    dataset_close(ds);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(incomplete_gamma_has_known_values),
        cmocka_unit_test(chi_square_of_a_table),
        cmocka_unit_test(tone_of_a_picture),
        cmocka_unit_test(a_small_set_counted_by_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
