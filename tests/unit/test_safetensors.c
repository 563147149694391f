/* Tests of safetensors: what is written comes back; damaged files are refused, saying why. */
#include "tests/unit/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "nn/half.h"
#include "nn/model.h"
#include "nn/safetensors.h"

#define BAD "tests/data/bad/weights_"

static char *temporary(char *dir, const char *name)
{
    strcpy(dir, "/tmp/moodtop-test-XXXXXX");
    assert_non_null(mkdtemp(dir));
    return file_join(dir, name);
}

static void written_arrays_come_back(void **state)
{
    (void)state;
    static const float a[6] = {1, -2.5f, 3e-5f, 65504, 0, 1 / 3.0f}, b[1] = {7};
    struct safetensors_item items[2] = {{"x/kernel", 2, {2, 3}, a}, {"x/bias \"q\"", 1, {1}, b}};
    char dir[32];
    char *path = temporary(dir, "w.safetensors");
    struct err err = {""};
    for (int half = 0; half <= 1; half++) {
        float got[6];
        assert_int_equal(safetensors_write(path, items, 2, half, &err), 0);
        struct safetensors *s = safetensors_open(path, &err);
        if (s == NULL)
            fail_msg("%s", err.text);
        assert_int_equal(safetensors_count(s), 2);
        assert_string_equal(safetensors_name(s, 1), "x/bias \"q\"");
        assert_int_equal(safetensors_read(s, "x/kernel", 2, items[0].dim, got, &err), 0);
        for (int i = 0; i < 6; i++)
            assert_true(fabsf(got[i] - a[i]) <= (half ? fabsf(a[i]) / 1024 : 0));
        int wrong[2] = {3, 2};
        assert_int_equal(safetensors_read(s, "x/kernel", 2, wrong, got, &err), -1);
        assert_non_null(strstr(err.text, "\"x/kernel\": expected shape [3,2], got [2,3]"));
        assert_int_equal(safetensors_read(s, "y", 2, wrong, got, &err), -1);
        assert_non_null(strstr(err.text, "\"y\" is missing"));
        safetensors_close(s);
    }
    unlink(path);
    rmdir(dir);
    free(path);
}

/* Every one of the 65536 halves survives the way to a float and back. */
static void halves_survive(void **state)
{
    (void)state;
    for (uint32_t h = 0; h < 65536; h++) {
        float f = half_to_float((uint16_t)h);
        if (isnan(f))
            assert_true(isnan(half_to_float(half_from_float(f))));
        else
            assert_int_equal(half_from_float(f), h);
    }
}

/* Between two halves the nearer one is taken, in the middle the even one; known values by hand. */
static void halves_round_to_nearest_even(void **state)
{
    (void)state;
    static const struct {
        float f;
        uint16_t h;
    } cases[] = {
        {1.0f, 0x3c00},
        {-2.0f, 0xc000},
        {65504.0f, 0x7bff},
        {65519.0f, 0x7bff},
        {65520.0f, 0x7c00},
        {0x1p-24f, 0x0001},
        {0x1p-25f, 0x0000},
        {0x1.8p-24f, 0x0002},
        {1 + 0x1p-11f, 0x3c00},
        {1 + 0x3p-11f, 0x3c02},
        {1 + 0x1.002p-11f, 0x3c01},
        {0x1.ff8p-15f, 0x03ff},
        {0x1.fffp-15f, 0x0400},
        {1e-30f, 0x0000},
        {-INFINITY, 0xfc00},
    };
    for (size_t i = 0; i < MEM_COUNT(cases); i++)
        if (half_from_float(cases[i].f) != cases[i].h)
            fail_msg("%a is %04x; expected %04x", (double)cases[i].f, half_from_float(cases[i].f),
                     cases[i].h);
}

static void damaged_files_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *file, *says;
    } cases[] = {
        {"empty", "the file is empty"},
        {"seven_bytes", "7 bytes; expected a safetensors file"},
        {"truncated_header", "the header should be 200 bytes long, and the file has"},
        {"huge_header_length", "the header should be 4611686018427387904 bytes long"},
        {"header_not_json", "header, byte"},
        {"header_is_list", "the header is not a JSON object"},
        {"deep_header", "header, byte"},
        {"name_twice", "header, byte"},
        {"offset_past_end", "\"a/kernel\": lies at bytes 0 to 32 of the data, and the file has 16"},
        {"offsets_swapped", "\"a/kernel\": lies at bytes 16 to 0"},
        {"offset_negative", "\"a/kernel\": data_offsets are not two whole numbers"},
        {"overlap", "\"b/kernel\": begins at byte 8 of the data; expected 12 (arrays overlap)"},
        {"gap", "\"b/kernel\": begins at byte 8 of the data; expected 4 (a gap)"},
        {"trailing_bytes", "16 bytes of data; expected 8"},
        {"unknown_dtype", "\"a/kernel\": dtype is F33"},
        {"shape_too_large", "\"a/kernel\": its shape and dtype do not make 16 bytes"},
        {"shape_overflow", "\"a/kernel\": its shape and dtype do not make 0 bytes"},
    };
    for (size_t i = 0; i < MEM_COUNT(cases); i++) {
        struct err err = {""};
        char *path = mem_printf(BAD "%s.safetensors", cases[i].file);
        assert_null(safetensors_open(path, &err));
        if (strncmp(err.text, path, strlen(path)) != 0 || strstr(err.text, cases[i].says) == NULL)
            fail_msg("%s: says \"%s\"", path, err.text);
        free(path);
    }
    struct err err = {""};
    assert_null(safetensors_open("tests/data", &err));
    assert_string_equal(err.text, "tests/data: not a regular file");
    assert_null(safetensors_open("tests/data/none", &err));
    assert_non_null(strstr(err.text, "No such file"));
}

/* Any file that is cut short anywhere is refused. */
static void cut_files_are_refused(void **state)
{
    (void)state;
    struct err err = {""};
    size_t size;
    char dir[32];
    char *path = temporary(dir, "cut.safetensors");
    char *whole = file_read("tests/data/nn/functional.safetensors", 1 << 20, &size, &err);
    assert_non_null(whole);
    for (size_t n = 0; n < size; n += n < 64 ? 1 : 37) {
        assert_int_equal(file_write_atomic(path, whole, n, &err), 0);
        assert_null(safetensors_open(path, &err));
    }
    free(whole);
    unlink(path);
    rmdir(dir);
    free(path);
}

/* Weights of another network: the first difference is named. */
static void weights_must_fit_the_network(void **state)
{
    (void)state;
    struct err err = {""};
    struct graph *g = graph_open("tests/data/nn/sequential.keras2.json", &err);
    assert_non_null(g);
    assert_int_equal(model_read_weights(g, "tests/data/nn/functional.safetensors", &err), -1);
    assert_non_null(strstr(err.text, "\"conv2d/kernel\": expected shape [3,3,1,3], got [5,5,2,3]"));
    graph_free(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(written_arrays_come_back),
        cmocka_unit_test(halves_survive),
        cmocka_unit_test(halves_round_to_nearest_even),
        cmocka_unit_test(damaged_files_are_refused),
        cmocka_unit_test(cut_files_are_refused),
        cmocka_unit_test(weights_must_fit_the_network),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
