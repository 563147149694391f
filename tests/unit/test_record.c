/* Tests of vision/record, record_line and record_read: there and back in both formats, a line that
 * was cut off, and whatever a damaged file may hold. */
#include "tests/unit/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "tests/unit/folder.h"
#include "vision/record.h"
#include "vision/record_line.h"
#include "vision/record_read.h"

static const char *const labels[] = {"angry", "so, \"so\"", "happy"};
static const struct infer_info model = {.name = "tiny", .classes = 3, .labels = labels};

/* Scene i of a made-up meeting: i % 3 faces. */
static void make_scene(int i, struct scene *s)
{
    *s = (struct scene){.seq = (uint64_t)i + 5,
                        .time = (int64_t)i * 100000000,
                        .pts = i / 10.0,
                        .width = 640,
                        .height = 480,
                        .classes = 3,
                        .faces = i % 3};
    for (int f = 0; f < s->faces; f++)
        s->face[f] = (struct scene_face){.id = 2 * f + 1,
                                         .box = {10 * f - 3, i, 50, 60 + f},
                                         .neighbors = (i + f) % 2 * 7,
                                         .raw = {0.25f, 0.5f, 0.25f},
                                         .p = {0.1f, 0.2f, 0.7f},
                                         .mood = 1 + f,
                                         .sure = i % 2 == 0};
}

static void there_and_back(void **state)
{
    (void)state;
    for (int csv = 0; csv < 2; csv++) {
        struct err err = {""};
        struct scene s, *back = mem_zalloc(1, sizeof *back);
        char *path = mem_printf("%s/back.%s", dir, csv ? "csv" : "jsonl");
        struct record *w = record_open(path, &model, "a \"source\", \xff", 0.5, &err);
        if (w == NULL)
            fail_msg("%s", err.text);
        for (int i = 0; i < 40; i++) {
            make_scene(i, &s);
            if (i == 20)
                assert_true(record_source(w, "another"));
            assert_true(record_scene(w, &s));
        }
        assert_int_equal((int)record_lines(w), 14 + 13 + 13 * 2);
        assert_int_equal(record_close(w, &err), 0);
        struct record_reader *r = record_read_open(path, &err);
        if (r == NULL)
            fail_msg("%s", err.text);
        const struct record_head *head = record_read_head(r);
        assert_string_equal(head->model, "tiny");
        assert_string_equal(head->source, "a \"source\", \303\277");
        assert_string_equal(head->label[1], labels[1]);
        struct record_place middle = {0};
        for (int pass = 0; pass < 2; pass++) {
            for (int i = pass == 0 ? 0 : 17; i < 40; i++) {
                make_scene(i, &s);
                if (record_read_next(r, back, &err) != 1)
                    fail_msg("%d: %s", i, err.text);
                assert_int_equal((int)back->seq, i + 1);
                assert_int_equal(back->faces, s.faces);
                assert_true(fabs(back->pts - s.pts) < 1e-9);
                assert_true(fabs(record_read_clock(r) - s.pts) < 1e-6);
                for (int f = 0; f < s.faces; f++) {
                    const struct scene_face *a = &s.face[f], *b = &back->face[f];
                    assert_memory_equal(&a->box, &b->box, sizeof a->box);
                    assert_int_equal(b->id, a->id);
                    assert_int_equal(b->mood, a->mood);
                    assert_int_equal(b->sure, a->sure);
                    assert_int_equal(b->neighbors, a->neighbors > 0);
                    assert_true(fabsf(b->p[2] - 0.7f) < 1e-6f && fabsf(b->raw[1] - 0.5f) < 1e-6f);
                }
                if (i == 17)
                    middle = record_read_place(r);
            }
            assert_string_equal(head->source, "another");
            assert_int_equal(record_read_next(r, back, &err), 0);
            assert_false(record_read_torn(r));
            record_read_go(r, &middle);
        }
        record_read_close(r);
        free(back);
        free(path);
    }
}

static void names(void **state)
{
    (void)state;
    struct err err = {""};
    assert_null(record_open("/tmp/x.txt", &model, "", 0, &err));
    assert_non_null(strstr(err.text, "ends in .jsonl or .csv"));
    assert_null(record_open(".csv", &model, "", 0, &err));
    char *path = file_join(dir, "day.one/talk.csv"), name[256];
    free(path);
    path = file_join(dir, "talk.csv");
    struct record *r = record_open(path, &model, "", 0, &err);
    assert_non_null(r);
    assert_int_equal(record_close(r, &err), 0);
    record_name(name, sizeof name, path);
    assert_string_equal(strrchr(name, '/'), "/talk-2.csv");
    record_name(name, sizeof name, "");
    assert_non_null(strstr(name, ".jsonl"));
    assert_memory_equal(name, "moodtop-20", 10);
    free(path);
    assert_int_equal(record_close(NULL, &err), 0);
}

#define HEAD                                                                                       \
    "{\"moodtop\":\"1\",\"record\":1,\"model\":\"m\",\"classes\":[\"a\",\"b\"],\"source\":\"s\","  \
    "\"started\":\"t\",\"half_life_s\":0}\n"
#define COLUMNS "time,pts,frame,width,height,id,x,y,w,h,found,mood,sure,raw_a,raw_b,p_a,p_b\n"
#define LINE                                                                                       \
    "{\"time\":1,\"pts\":1,\"frame\":1,\"size\":[2,2],\"id\":1,\"box\":[0,0,1,1],\"found\":true,"  \
    "\"mood\":\"a\",\"sure\":true,\"raw\":[1,0],\"p\":[1,0]}\n"

/* Reads the text as a record to its end: how many scenes, -1 and what is said. */
static int read_text(const char *text, size_t size, struct err *err)
{
    struct err ignored = {""};
    struct scene *s = mem_zalloc(1, sizeof *s);
    char *path = file_join(dir, "text");
    assert_int_equal(file_write_atomic(path, text, size, &ignored), 0);
    struct record_reader *r = record_read_open(path, err);
    int n = r == NULL ? -1 : 0, got = 0;
    while (r != NULL && (got = record_read_next(r, s, err)) == 1)
        n++;
    record_read_close(r);
    free(path);
    free(s);
    return got < 0 ? -1 : n;
}

static void what_is_cut_off_is_left_out(void **state)
{
    (void)state;
    static const char *const texts[] = {HEAD LINE "{\"source\":\"z\"}\n",
                                        "# " HEAD COLUMNS "1,1,1,2,2,1,0,0,1,1,1,a,1,1,0,1,0\n"
                                        "1,1,2,2,2,0,,,,,,,,,,,\n"};
    for (size_t i = 0; i < MEM_COUNT(texts); i++) {
        const char *first = strchr(texts[i], '\n') + 1;
        size_t head = (size_t)(first - texts[i]);
        for (size_t n = 0; n <= strlen(texts[i]); n++) {
            struct err err = {""};
            int scenes = read_text(texts[i], n, &err);
            if (n < head)
                assert_int_equal(scenes, -1);
            else if (scenes < 0)
                fail_msg("cut at %zu: %s", n, err.text);
        }
    }
}

static void damaged_lines_are_errors_with_their_number(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } rows[] = {
        {"", "empty"},
        {"\n", "text:1: no JSON"},
        {"hello\n", "text:1: no JSON"},
        {"[]\n", "text:1: expected a JSON object"},
        {"{}\n", "text:1: not a record"},
        {"{\"record\":2}\n", "version 2"},
        {"{\"record\":1,\"half_life_s\":1,\"moodtop\":\"1\",\"model\":\"m\",\"source\":\"s\","
         "\"started\":\"t\",\"classes\":[]}\n",
         "classes: expected 1 to 16"},
        {"{\"record\":1,\"half_life_s\":1,\"moodtop\":\"1\",\"model\":\"m\",\"source\":\"s\","
         "\"started\":\"t\",\"classes\":[\"a\",\"a\"]}\n",
         "a stands there twice"},
        {"{\"record\":1,\"half_life_s\":-1,\"moodtop\":\"1\",\"model\":\"m\",\"source\":\"s\","
         "\"started\":\"t\",\"classes\":[\"a\"]}\n",
         "half_life_s: expected 0 to"},
        {HEAD "x\n", "text:2: no JSON"},
        {HEAD LINE "{\"frame\":2}\n", "text:3: size: expected 2 numbers"},
        {HEAD "{\"source\":1}\n", "text:2: source: expected a text"},
        {HEAD "{\"time\":1,\"pts\":1,\"frame\":0,\"size\":[2,2],\"id\":1}\n", "frame: expected 1"},
        {HEAD "{\"time\":1,\"pts\":1,\"frame\":1.5,\"size\":[2,2],\"id\":1}\n",
         "frame: expected a whole number"},
        {HEAD "{\"time\":1,\"pts\":1e99,\"frame\":1,\"size\":[2,2],\"id\":1}\n", "pts: expected"},
        {HEAD "{\"time\":9.3e9,\"pts\":1,\"frame\":1,\"size\":[2,2],\"id\":1}\n", "time: expected"},
        {HEAD "{\"time\":\"1\",\"pts\":1,\"frame\":1,\"size\":[2,2],\"id\":1}\n", "time: expected"},
        {HEAD "{\"time\":1,\"pts\":1,\"frame\":1,\"size\":[2,99999],\"id\":1}\n",
         "height: expected"},
        {HEAD "{\"time\":1,\"pts\":1,\"frame\":1,\"size\":[2,2],\"id\":-1}\n", "id: expected"},
        {HEAD "{\"time\":1,\"pts\":1,\"frame\":1,\"size\":[2,2],\"id\":1}\n", "found: expected"},
        {HEAD "{\"time\":1,\"pts\":1,\"frame\":1,\"size\":[2,2],\"id\":1,\"box\":[0,0,1,1],"
              "\"found\":true,\"mood\":\"a\",\"raw\":[1,0],\"p\":[1,0]}\n",
         "sure: expected true or false"},
        {HEAD "{\"time\":1,\"pts\":1,\"frame\":1,\"size\":[2,2],\"id\":1,\"box\":[0,0,1],"
              "\"found\":true,\"mood\":\"a\",\"sure\":true,\"raw\":[1,0],\"p\":[1,0]}\n",
         "box: expected 4 numbers"},
        {HEAD "{\"time\":1,\"pts\":1,\"frame\":1,\"size\":[2,2],\"id\":1,\"box\":[0,0,1,1],"
              "\"found\":true,\"mood\":\"c\",\"sure\":true,\"raw\":[1,0],\"p\":[1,0]}\n",
         "mood: c is none"},
        {HEAD "{\"time\":1,\"pts\":1,\"frame\":1,\"size\":[2,2],\"id\":1,\"box\":[0,0,1,1],"
              "\"found\":true,\"mood\":\"a\",\"sure\":true,\"raw\":[1,0],\"p\":[1.5,0]}\n",
         "p: expected 0 to 1"},
        {HEAD LINE LINE, "text:3: face 1 comes after face 1"},
        {"# " HEAD "1,2\n", "text:2: expected the names of the columns"},
        {"# " HEAD COLUMNS "1,2\n", "text:3: expected 17 fields, got fewer"},
        {"# " HEAD COLUMNS "1,1,1,2,2,0,,,,,,,,,,,,\n", "got more"},
        {"# " HEAD COLUMNS "1,1,1,2,2,1,0,0,1,1,1,\"a,1,1,0,1,0\n", "got fewer"},
        {"# " HEAD COLUMNS "1,1,1,2,2,1,0,0,1,1,1,a,1,nan,0,1,0\n", "raw: expected 0 to 1"},
        {"# " HEAD COLUMNS "1,1,1,2,2,1,0,0,1,1,2,a,1,1,0,1,0\n", "found: expected 0 to 1"},
        {"# " HEAD COLUMNS "1x,1,1,2,2,1,0,0,1,1,1,a,1,1,0,1,0\n", "time: expected"},
        {"# " HEAD COLUMNS "1,,1,2,2,1,0,0,1,1,1,a,1,1,0,1,0\n", "pts: expected"},
    };
    for (size_t i = 0; i < MEM_COUNT(rows); i++) {
        struct err err = {""};
        int n = read_text(rows[i].text, strlen(rows[i].text), &err);
        if (n != -1 || strstr(err.text, rows[i].says) == NULL)
            fail_msg("row %zu: %d scenes, said \"%s\", not \"%s\"", i, n, err.text, rows[i].says);
    }
    struct err err = {""};
    assert_int_equal(read_text(HEAD "a\0b\n", sizeof(HEAD "a\0b\n") - 1, &err), -1);
    assert_non_null(strstr(err.text, "zero byte"));
    size_t big = 70000;
    char *text = mem_alloc(big);
    memset(text, ' ', big);
    assert_int_equal(read_text(text, big, &err), -1);
    assert_non_null(strstr(err.text, "more than 65535 bytes"));
    free(text);
    assert_null(record_read_open("/nonexistent", &err));
    assert_null(record_read_open("/tmp", &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_and_back),
        cmocka_unit_test(names),
        cmocka_unit_test(what_is_cut_off_is_left_out),
        cmocka_unit_test(damaged_lines_are_errors_with_their_number),
    };
    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
