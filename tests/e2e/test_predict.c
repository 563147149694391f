/*
 * The real program on pictures and videos: lines of text and JSON, marked pictures, what cannot be
 * read, readers that go away, ^C. Runs $MOODTOP with a network that knows nothing: where the faces
 * are does not depend on it.
 */
#include "tests/unit/unit.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/file.h"
#include "tests/e2e/shell.h"
#include "tests/e2e/tiny_model.h"
#include "vision/media_write.h"
#include "vision/performer.h"

#define W 320
#define H 240

static struct frame_truth truth;

static int count(const char *text, const char *part)
{
    int n = 0;
    while ((text = strstr(text, part)) != NULL) {
        text += strlen(part);
        n++;
    }
    return n;
}

static void write_face(const char *name, double t)
{
    static uint8_t rgb[W * H * 3];
    struct err why = {""};
    struct performer p = {.seed = 3, .only = -1};
    char *path = file_join(shell_dir, name);
    performer_draw(&p, t, W, H, rgb, NULL, &truth);
    if (media_write_picture(path, rgb, W, H, &why) != 0)
        fail_msg("%s", why.text);
    free(path);
}

static int make_dir(void **state)
{
    (void)state;
    if (shell_begin(false) != 0)
        return -1;
    char *model = file_join(shell_dir, "tiny");
    tiny_model_write(model);
    setenv("MOODTOP_MODEL_DIR", model, 1);
    free(model);
    write_face("b.png", 9);
    write_face("a.jpg", 2);
    return 0;
}

static double overlap(const struct box *a, const struct box *b)
{
    double w = fmin(a->x + a->w, b->x + b->w) - fmax(a->x, b->x);
    double h = fmin(a->y + a->h, b->y + b->h) - fmax(a->y, b->y);
    double both = w > 0 && h > 0 ? w * h : 0;
    return both / ((double)a->w * a->h + (double)b->w * b->h - both);
}

/* ---- tests ----------------------------------------------------------------------------------- */

static void a_line_of_json_for_a_picture(void **state)
{
    (void)state;
    assert_int_equal(shell_run("$M predict --json $D/a.jpg"), 0);
    assert_string_equal(shell_err, "");
    assert_int_equal(count(shell_out, "\n"), 1);
    json_t *line = json_loads(shell_out, 0, NULL);
    const char *file, *mood;
    int frame, width, height, id;
    struct box box;
    double time_s;
    json_t *faces, *p;
    assert_int_equal(json_unpack_ex(line, NULL, JSON_STRICT, "{s:s, s:i, s:F, s:i, s:i, s:o}",
                                    "file", &file, "frame", &frame, "time_s", &time_s, "width",
                                    &width, "height", &height, "faces", &faces),
                     0);
    shell_has(file, "/a.jpg");
    assert_true(frame == 0 && time_s == 0 && width == W && height == H);
    assert_int_equal(json_array_size(faces), 1);
    assert_int_equal(json_unpack_ex(json_array_get(faces, 0), NULL, JSON_STRICT,
                                    "{s:i, s:[iiii!], s:s, s:o}", "id", &id, "box", &box.x, &box.y,
                                    &box.w, &box.h, "mood", &mood, "p", &p),
                     0);
    assert_int_equal(id, 1);
    assert_true(overlap(&box, &truth.face) > 0.6);
    double sum = 0, best = 0;
    const char *name, *top = "";
    json_t *value;
    assert_int_equal(json_object_size(p), PERFORMER_MOODS);
    json_object_foreach(p, name, value)
    {
        sum += json_real_value(value);
        top = json_real_value(value) > best ? name : top;
        best = fmax(best, json_real_value(value));
    }
    assert_true(fabs(sum - 1) < 0.001);
    assert_string_equal(mood, top);
    json_decref(line);
}

static void what_cannot_be_read_is_told_and_passed_over(void **state)
{
    (void)state;
    assert_int_equal(shell_run("echo text >$D/c.jpg; : >$D/d.png; "
                               "$M predict $D/c.jpg $D/a.jpg $D/nowhere.png $D/d.png $D/b.png"),
                     1);
    assert_int_equal(count(shell_out, ": face 1 at "), 2);
    assert_int_equal(count(shell_out, "\n"), 2);
    assert_int_equal(count(shell_err, "moodtop predict: "), 3);
    assert_int_equal(count(shell_err, "\n"), 3);
    shell_has(shell_err, "/c.jpg: ");
    shell_has(shell_err, "/nowhere.png: No such file or directory");
    shell_has(shell_err, "/d.png: ");
    assert_int_equal(shell_run("rm $D/c.jpg $D/d.png; $M predict"), 2);
    assert_int_equal(shell_run("$M predict --model $D/none $D/a.jpg"), 1);
    shell_has(shell_err, "/none/model.json: No such file");
    assert_string_equal(shell_out, "");
}

static void folders_are_read_by_name(void **state)
{
    (void)state;
    assert_int_equal(shell_run("mkdir $D/f $D/f/sub $D/f/x.png; cp $D/a.jpg $D/f/p10.jpg; "
                               "cp $D/b.png $D/f/p9.png; cp $D/b.png $D/f/.hidden.png; "
                               "echo no >$D/f/notes.txt; $M predict $D/f"),
                     0);
    const char *first = strstr(shell_out, "/f/p9.png: face"),
               *then = strstr(shell_out, "/f/p10.jpg: face");
    assert_true(first != NULL && then > first);
    assert_int_equal(count(shell_out, "\n"), 2);
    assert_int_equal(shell_run("$M predict $D/f/sub"), 1);
    shell_has(shell_err, "/f/sub: no picture or video in this folder");
}

static void marked_pictures_go_where_they_are_told(void **state)
{
    (void)state;
    assert_int_equal(shell_run("mkdir $D/g; cp $D/a.jpg $D/g; "
                               "$M predict $D/a.jpg $D/g $D/b.png --annotate $D/new/marked"),
                     0);
    assert_int_equal(shell_run("cd $D/new/marked && echo *"), 0);
    assert_string_equal(shell_out, "a-2.png a.png b.png\n");
    /* around the face a box was drawn; the rest is as it was */
    assert_int_equal(
        shell_run("$M predict $D/b.png --annotate $D/one.png && cmp $D/one.png $D/new/marked/b.png"
                  " && ! cmp -s $D/one.png $D/b.png"),
        0);
    assert_int_equal(shell_run("$M predict $D/a.jpg --annotate $D/b.png/x"), 1);
    shell_has(shell_err, "moodtop predict: --annotate: ");
}

static void names_that_are_not_utf8_still_make_json(void **state)
{
    (void)state;
    assert_int_equal(shell_run("f=$D/$(printf 'na\\357ve\\377.png'); cp $D/b.png \"$f\"; "
                               "$M predict --json \"$f\"; r=$?; rm \"$f\"; exit $r"),
                     0);
    json_t *line = json_loads(shell_out, 0, NULL);
    assert_non_null(line);
    shell_has(json_string_value(json_object_get(line, "file")), "/na\303\257ve\303\277.png");
    json_decref(line);
}

static void a_reader_that_goes_away_ends_it_quietly(void **state)
{
    (void)state;
    assert_int_equal(shell_run("{ $M predict --json demo:; echo $? >$D/code; } | head -n 2"), 0);
    assert_int_equal(count(shell_out, "\n"), 2);
    shell_has(shell_out, "\"frame\":1");
    assert_string_equal(shell_err, "");
    char *code = shell_read("code");
    assert_string_equal(code, "0\n");
    free(code);
    assert_int_equal(shell_run("$M predict $D/a.jpg >/dev/full"), 1);
    shell_has(shell_err, "moodtop predict: cannot write to standard output: No space left");
}

static void a_signal_ends_it_cleanly(void **state)
{
    (void)state;
    assert_int_equal(
        shell_run("$M predict demo: >$D/o & p=$!; while [ ! -s $D/o ]; do sleep 0.05; done; "
                  "kill -INT $p; wait $p"),
        1);
    shell_has(shell_err, "moodtop predict: stopped after ");
    assert_int_equal(shell_run("tail -c 1 $D/o | od -An -c | grep -q '\\\\n'"), 0);
}

static void real_photos_have_the_faces_that_people_see(void **state)
{
    (void)state;
    NEED_SHARED("photos/solvay.jpg");
    assert_int_equal(shell_run("$M predict ../shared/data/photos/*"), 0);
    assert_int_equal(count(shell_out, "/astronaut.png: face"), 1);
    assert_int_equal(count(shell_out, "/grace_hopper.jpg: face"), 1);
    assert_int_equal(count(shell_out, "/exif_rotated.jpg: face"), 1);
    int solvay = count(shell_out, "/solvay.jpg: face");
    assert_true(solvay >= 29 && solvay <= 30);
}

/* Weights as float16 lose digits once: written again they stay the same bytes. */
static void a_network_is_written_elsewhere(void **state)
{
    (void)state;
    assert_int_equal(shell_run("$M model $D/tiny --save $D/half --half"), 0);
    shell_has(shell_out, "float16");
    assert_int_equal(
        shell_run("$M model $D/half --save $D/whole && $M model $D/whole --save $D/again "
                  "--half && cmp $D/half/weights.safetensors $D/again/weights.safetensors "
                  "&& cmp $D/tiny/model.json $D/again/model.json && "
                  "cmp $D/tiny/labels.txt $D/again/labels.txt"),
        0);
    assert_int_equal(shell_run("$M model $D/half --save $D/half/model.json"), 1);
    shell_has(shell_err, "half/model.json");
    assert_int_equal(shell_run("$M model $D/none --save $D/x"), 1);
    shell_has(shell_err, "none/model.json");
}

/* With the shipped network; of this test's programs it is the one that needs most. */
static void memory_stays_below_80_mib(void **state)
{
    (void)state;
    NEED_SHARED("photos/solvay.jpg");
    const char *sanitizer = getenv("SANITIZE");
    if (sanitizer != NULL && sanitizer[0] != '\0')
        skip(); /* which needs memory of its own */
    assert_int_equal(shell_run("unset MOODTOP_MODEL_DIR; exec $M predict ../shared/data/photos/*"),
                     0);
    struct rusage use;
    assert_int_equal(getrusage(RUSAGE_CHILDREN, &use), 0);
    assert_in_range(use.ru_maxrss, 1, 80 << 10); /* KiB */
}

static void a_video_keeps_the_number_of_its_face(void **state)
{
    (void)state;
    NEED_SHARED("media/webcam_man_400x300.mp4");
    assert_int_equal(shell_run("$M predict --json ../shared/data/media/webcam_man_400x300.mp4 | "
                               "head -n 150"),
                     0);
    assert_int_equal(count(shell_out, "\n"), 150);
    assert_int_equal(count(shell_out, "\"faces\":[{\"id\":1,"), 150);
    shell_has(shell_out, "\"frame\":149,\"time_s\":5.96,");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_of_json_for_a_picture),
        cmocka_unit_test(what_cannot_be_read_is_told_and_passed_over),
        cmocka_unit_test(folders_are_read_by_name),
        cmocka_unit_test(marked_pictures_go_where_they_are_told),
        cmocka_unit_test(names_that_are_not_utf8_still_make_json),
        cmocka_unit_test(a_reader_that_goes_away_ends_it_quietly),
        cmocka_unit_test(a_signal_ends_it_cleanly),
        cmocka_unit_test(real_photos_have_the_faces_that_people_see),
        cmocka_unit_test(a_network_is_written_elsewhere),
        cmocka_unit_test(memory_stays_below_80_mib),
        cmocka_unit_test(a_video_keeps_the_number_of_its_face),
    };
    return cmocka_run_group_tests(tests, make_dir, shell_teardown);
}
