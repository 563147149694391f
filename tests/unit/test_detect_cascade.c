/* Tests of vision/cascade: what is read from a good file, and what is said about damaged ones. */
#include "tests/unit/unit.h"

#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "vision/cascade.h"
#include "vision/scan.h"

#define HOME "/usr/share/opencv4/haarcascades/"

static void small_cascade_is_read(void **state)
{
    (void)state;
    struct err err = {""};
    struct cascade *c = cascade_read("tests/data/cascade_square.xml", &err);
    assert_string_equal(err.text, "");
    assert_non_null(c);
    assert_int_equal(c->width, 12);
    assert_int_equal(c->height, 12);
    assert_int_equal(c->stages, 2);
    assert_int_equal(c->trees, 3);
    assert_int_equal(c->nodes, 5);
    assert_int_equal(c->leaves, 8);
    assert_int_equal(c->features, 3);
    assert_float_equal(c->stage[1].threshold, 1.5 - 1e-5, 1e-6);
    assert_int_equal(c->stage[1].tree, 1);
    assert_int_equal(c->stage[1].trees, 2);
    assert_int_equal(c->tree[2].leaf, 5);
    assert_int_equal(c->node[4].left, -1);
    assert_int_equal(c->node[4].right, -2);
    assert_float_equal(c->node[4].threshold, -0.4, 1e-6);
    assert_int_equal(c->feature[0].rects, 2);
    assert_int_equal(c->feature[0].rect[1].w, 6);
    assert_int_equal(c->feature[0].rect[1].weight, 4);
    cascade_free(c);
}

static void each_damage_is_named_with_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *file, *says;
    } bad[] = {
        {"truncated", ":34: no element found"},
        {"empty", ":1: no element found"},
        {"not_a_cascade", ":3: not a cascade: no stageType"},
        {"no_stages", "not a cascade: no stages"},
        {"no_features", "not a cascade: no features"},
        {"old_format", ":4: this is the cascade format of before OpenCV 2.4.3"},
        {"lbp", ":5: featureType: expected HAAR, got \"LBP\""},
        {"word", ":6: height: expected a number, got \"twelve\""},
        {"window", ":7: width: expected a whole number from 4 to 64, got 100000"},
        {"stage_num", "stageNum says 3 stages, there are 2"},
        {"weak_count", ":36: stage 1: maxWeakCount says 3 trees, there are 2"},
        {"nan", ":16: stageThreshold: expected a number, got \"nan\""},
        {"half_node", ":20: node threshold: expected a number, got \"\""},
        {"index", ":20: feature index 3: the file has 3 features"},
        {"child", ":29: node 1 of a tree of 2: child -3 is neither"},
        {"loop", ":29: node 1 of a tree of 2: child 1 is neither"},
        {"leaf_count", ":31: leafValues: expected 3 for 2 nodes, got 2"},
        {"leaf_missing", ":22: leafValues: expected 2 for 1 nodes, got 0"},
        {"outside", ":50: feature 1: rectangle 7 0 6 12 is not inside the window of 12x12"},
        {"negative", ":49: rectangle's x: expected a whole number from 0 to 64, got -6"},
        {"weight", ":49: rectangle's weight: expected a whole number from -32 to 32, got 2.5"},
        {"rects", ":43: feature has more than 3 rectangles"},
        {"tilted", ":50: feature 1 is rotated (tilted)"},
        {"entities", ":3: has a DOCTYPE; a cascade has none"},
    };
    for (size_t i = 0; i < MEM_COUNT(bad); i++) {
        char path[128];
        struct err err = {""};
        snprintf(path, sizeof path, "tests/data/bad/cascade_%s.xml", bad[i].file);
        assert_null(cascade_read(path, &err));
        if (strncmp(err.text, path, strlen(path)) != 0 || strstr(err.text, bad[i].says) == NULL)
            fail_msg("%s: expected \"%s\", got \"%s\"", path, bad[i].says, err.text);
    }
}

#define SQUARE_MAX 4096

/* Reads the small cascade's text; returns its length. */
static int square_text(char text[SQUARE_MAX])
{
    FILE *f = fopen("tests/data/cascade_square.xml", "r");
    assert_non_null(f);
    int size = (int)fread(text, 1, SQUARE_MAX, f);
    fclose(f);
    assert_in_range(size, 1000, SQUARE_MAX - 1);
    return size;
}

static void every_cut_of_a_file_is_survived(void **state)
{
    (void)state;
    struct err err = {""};
    char text[SQUARE_MAX];
    int size = square_text(text);
    for (int n = 0; n < size - 1; n++)
        assert_null(cascade_parse("cut", text, n, &err));
    struct cascade *c = cascade_parse("whole", text, size, &err);
    assert_non_null(c);
    cascade_free(c);
}

/* Runs what was read over a picture: no index may lead astray. */
static void scan_noise(const struct cascade *c)
{
    struct integral it;
    struct scan_hit hit[16];
    uint8_t row[80];
    struct rng rng;
    rng_seed(&rng, 1, 1);
    integral_init(&it, 80, 70);
    integral_begin(&it, 2);
    for (int y = 0; y < 70; y++) {
        for (int x = 0; x < 80; x++)
            row[x] = (uint8_t)rng_u32(&rng);
        integral_add_row(&it, y, row, 80);
    }
    struct scan *s = scan_new(c, &it, 2, 80, 70, NULL);
    scan_run(s, &it, 80, 70, hit, 16);
    scan_free(s);
    integral_free(&it);
}

static void random_damage_is_refused_or_harmless(void **state)
{
    (void)state;
    static const char stuff[] = "0123456789-. <>/_&e\n";
    char text[SQUARE_MAX], damaged[SQUARE_MAX];
    int size = square_text(text), taken = 0;
    struct rng rng;
    rng_seed(&rng, 11, 1);
    for (int round = 0; round < 3000; round++) {
        struct err err = {""};
        memcpy(damaged, text, (size_t)size);
        for (uint32_t k = 1 + rng_u32(&rng) % 3; k > 0; k--)
            damaged[rng_u32(&rng) % (uint32_t)size] = stuff[rng_u32(&rng) % (sizeof stuff - 1)];
        struct cascade *c = cascade_parse("damaged", damaged, size, &err);
        assert_true((c == NULL) == (err.text[0] != '\0'));
        if (c != NULL)
            scan_noise(c);
        taken += c != NULL;
        cascade_free(c);
    }
    assert_in_range(taken, 100, 2900); /* both happen */
}

static void missing_file_names_the_package(void **state)
{
    (void)state;
    struct err err = {""};
    assert_null(cascade_read("haarcascade_no_such.xml", &err));
    assert_non_null(strstr(err.text, "haarcascade_no_such.xml"));
    assert_non_null(strstr(err.text, "/usr/share/opencv4/haarcascades"));
    assert_non_null(strstr(err.text, "install the package opencv-data"));
    assert_null(cascade_read("no/such/cascade.xml", &err));
    assert_string_equal(err.text, "no/such/cascade.xml: no such cascade file");
    assert_null(cascade_read("tests", &err)); /* a folder */
}

static void packaged_cascades_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int side, stages, trees, nodes;
    } want[] = {
        {"haarcascade_frontalface_default.xml", 24, 25, 2913, 2913},
        {"haarcascade_frontalface_alt.xml", 20, 22, 2135, 2135},
        {"haarcascade_frontalface_alt2.xml", 20, 20, 1047, 2094},
        {"haarcascade_frontalcatface.xml", 24, 20, 1275, 1275}, /* without type_id */
    };
    if (access(HOME "haarcascade_frontalface_default.xml", R_OK) != 0) {
        printf("SKIP: %s: no %s here\n", __func__, HOME);
        skip();
    }
    for (size_t i = 0; i < MEM_COUNT(want); i++) {
        struct err err = {""};
        struct cascade *c = cascade_read(want[i].name, &err);
        assert_string_equal(err.text, "");
        assert_int_equal(c->width, want[i].side);
        assert_int_equal(c->stages, want[i].stages);
        assert_int_equal(c->trees, want[i].trees);
        assert_int_equal(c->nodes, want[i].nodes);
        cascade_free(c);
    }
    struct err err = {""};
    assert_null(cascade_read("haarcascade_eye_tree_eyeglasses.xml", &err));
    assert_non_null(strstr(err.text, "rotated (tilted)"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_cascade_is_read),
        cmocka_unit_test(each_damage_is_named_with_its_line),
        cmocka_unit_test(every_cut_of_a_file_is_survived),
        cmocka_unit_test(random_damage_is_refused_or_harmless),
        cmocka_unit_test(missing_file_names_the_package),
        cmocka_unit_test(packaged_cascades_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
