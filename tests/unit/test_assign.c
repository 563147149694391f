/* Tests of the assignment: against all permutations. */
#include "tests/unit/unit.h"

#include <math.h>
#include <stdbool.h>

#include "base/rng.h"
#include "vision/assign.h"

/* The best sum there is, by trying everything. */
static float best_sum(const float *gain, int rows, int cols, int row, unsigned used)
{
    if (row == rows)
        return 0;
    float best = best_sum(gain, rows, cols, row + 1, used); /* this row gets none */
    for (int j = 0; j < cols; j++) {
        float g = gain[row * cols + j];
        if (used >> j & 1 || g <= 0)
            continue;
        best = fmaxf(best, g + best_sum(gain, rows, cols, row + 1, used | 1u << j));
    }
    return best;
}

static void the_sum_is_the_largest_there_is(void **state)
{
    (void)state;
    struct rng r;
    rng_seed(&r, 7, 1);
    for (int turn = 0; turn < 500; turn++) {
        float gain[36];
        int rows = 1 + turn % 6, cols = 1 + turn / 6 % 6, column_of[6];
        for (int i = 0; i < rows * cols; i++)
            gain[i] = rng_float(&r) * 1.5f - 0.5f;
        assign(gain, rows, cols, column_of);
        float sum = 0;
        unsigned used = 0;
        for (int i = 0; i < rows; i++) {
            int j = column_of[i];
            if (j < 0)
                continue;
            assert_in_range(j, 0, cols - 1);
            assert_false(used >> j & 1);
            used |= 1u << j;
            assert_true(gain[i * cols + j] > 0);
            sum += gain[i * cols + j];
        }
        assert_true(fabsf(sum - best_sum(gain, rows, cols, 0, 0)) < 1e-4f);
    }
}

static void nobody_and_nothing_are_assigned_nothing(void **state)
{
    (void)state;
    int column_of[2] = {5, 5};
    assign(NULL, 0, 3, column_of);
    assign(NULL, 2, 0, column_of);
    assert_int_equal(column_of[0], -1);
    assert_int_equal(column_of[1], -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sum_is_the_largest_there_is),
        cmocka_unit_test(nobody_and_nothing_are_assigned_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
