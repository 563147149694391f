/* Tests of vision/group: against what OpenCV 4.6's groupRectangles makes of the same boxes. */
#include "tests/unit/unit.h"

#include "base/mem.h"
#include "vision/group.h"

/* Six clumps, shuffled: a face (9), one of 4, a small one inside the first (3), a pair, a small one
 * of 5 inside the one of 4, a single; and a chain of six whose ends are not alike. */
static const struct box boxes[] = {
    {111, 91, 27, 28},  {401, 199, 31, 31}, {316, 103, 30, 30}, {112, 91, 27, 27},
    {303, 88, 62, 60},  {102, 81, 47, 53},  {20, 20, 24, 24},   {103, 82, 53, 52},
    {508, 300, 40, 40}, {101, 79, 52, 49},  {97, 78, 47, 49},   {516, 300, 40, 40},
    {298, 90, 65, 63},  {512, 300, 40, 40}, {302, 88, 61, 62},  {504, 300, 40, 40},
    {520, 300, 40, 40}, {99, 78, 53, 53},   {317, 106, 29, 28}, {316, 103, 30, 31},
    {399, 200, 30, 31}, {296, 89, 63, 62},  {111, 92, 26, 28},  {97, 82, 48, 50},
    {500, 300, 40, 40}, {100, 83, 48, 52},  {101, 77, 51, 48},  {316, 106, 30, 29},
    {100, 83, 48, 50},  {314, 107, 31, 30},
};

#define BOXES ((int)MEM_COUNT(boxes))

static void check(int threshold, const struct group *want, int wanted)
{
    struct grouper *g = grouper_new(BOXES);
    const struct group *got;
    for (int round = 0; round < 2; round++) { /* the second finds what the first left behind */
        int n = grouper_run(g, boxes, BOXES, threshold, &got);
        assert_int_equal(n, wanted);
        for (int i = 0; i < n; i++) {
            assert_int_equal(got[i].hits, want[i].hits);
            assert_memory_equal(&got[i].box, &want[i].box, sizeof want[i].box);
        }
    }
    grouper_free(g);
}

static void groups_are_those_of_opencv(void **state)
{
    (void)state;
    static const struct group want[] = {
        {{400, 200, 30, 31}, 2}, {{316, 105, 30, 30}, 5}, {{300, 89, 63, 62}, 4},
        {{100, 80, 50, 51}, 9},  {{510, 300, 40, 40}, 6},
    };
    static const struct group strong[] = {
        {{316, 105, 30, 30}, 5}, {{100, 80, 50, 51}, 9}, {{510, 300, 40, 40}, 6}};
    check(1, want, 5);
    check(2, want + 1, 4);
    check(3, want + 1, 4);
    check(4, strong, 3);
    check(9, want, 0);
}

static void threshold_zero_keeps_every_box(void **state)
{
    (void)state;
    struct grouper *g = grouper_new(BOXES);
    const struct group *got;
    assert_int_equal(grouper_run(g, boxes, BOXES, 0, &got), BOXES);
    for (int i = 0; i < BOXES; i++) {
        assert_int_equal(got[i].hits, 1);
        assert_memory_equal(&got[i].box, &boxes[i], sizeof boxes[i]);
    }
    assert_int_equal(grouper_run(g, boxes, 0, 3, &got), 0);
    grouper_free(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups_are_those_of_opencv),
        cmocka_unit_test(threshold_zero_keeps_every_box),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
