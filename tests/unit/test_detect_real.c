/* Tests of vision/detect on real pictures: OpenCV's boxes, faces that a person counts. */
#include "tests/unit/unit.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "vision/detect.h"
#include "vision/source.h"

#define CASCADE_HOME "/usr/share/opencv4/haarcascades/"
#define BOXES 128

static void need_cascade(const char *name)
{
    char path[256];
    snprintf(path, sizeof path, CASCADE_HOME "%s", name);
    if (access(path, R_OK) != 0) {
        printf("SKIP: no %s here\n", path);
        skip();
    }
}

/* As the option table has them. */
static const struct detect_opts usual = {
    .cascade = "haarcascade_frontalface_alt2.xml", .scale_factor = 1.1, .min_neighbors = 5};

static struct detector *must_open(const struct detect_opts *opts)
{
    struct err err = {""};
    struct detector *d = detector_open(opts, &err);
    assert_string_equal(err.text, "");
    return d;
}

/* The next frame of the source; NULL at its end. */
static struct frame *next_frame(struct source *s)
{
    struct frame *f = NULL;
    struct err err = {""};
    enum source_status status = SOURCE_AGAIN;
    while (status == SOURCE_AGAIN)
        status = source_next(s, &f, &err);
    assert_true(status == SOURCE_FRAME || status == SOURCE_END);
    return status == SOURCE_FRAME ? f : NULL;
}

static struct source *open_source(const char *path, struct frame_pool *pool)
{
    struct err err = {""};
    struct source_opts opts = {.speed = 0};
    snprintf(opts.uri, sizeof opts.uri, "%s", path);
    struct source *s = source_open(&opts, pool, &err);
    assert_string_equal(err.text, "");
    return s;
}

static int detect_file(struct detector *d, const char *path, struct detection *out)
{
    struct frame_pool *pool = frame_pool_new(2);
    struct source *s = open_source(path, pool);
    struct frame *f = next_frame(s);
    assert_non_null(f);
    int n = detector_run(d, f->grey, f->width, f->height, f->width, out, DETECT_MAX);
    frame_unref(f);
    source_close(s);
    frame_pool_free(pool);
    return n;
}

static bool overlap_by_half(const struct box *a, const struct box *b)
{
    int right = a->x + a->w < b->x + b->w ? a->x + a->w : b->x + b->w;
    int lower = a->y + a->h < b->y + b->h ? a->y + a->h : b->y + b->h;
    int w = right - (a->x > b->x ? a->x : b->x), h = lower - (a->y > b->y ? a->y : b->y);
    return w > 0 && h > 0 && 3 * w * h >= a->w * a->h + b->w * b->h; /* IoU of 0.5 */
}

/* How many of the wanted boxes are among those found, each found one counted once. */
static int count_matched(const struct box *want, int wanted, const struct detection *got, int n)
{
    bool used[DETECT_MAX] = {false};
    int matched = 0;
    for (int i = 0; i < wanted; i++)
        for (int k = 0; k < n; k++)
            if (!used[k] && overlap_by_half(&want[i], &got[k].box)) {
                used[k] = true;
                matched++;
                break;
            }
    return matched;
}

struct row {
    char frame[64];
    struct box box;
};

static int read_boxes(struct row *row)
{
    FILE *f = fopen(SHARED_DATA "detect/opencv_boxes.csv", "r");
    assert_non_null(f);
    int n = 0;
    assert_int_equal(fscanf(f, "frame,x,y,w,h"), 0);
    while (n < BOXES && fscanf(f, " %63[^,],%d,%d,%d,%d", row[n].frame, &row[n].box.x,
                               &row[n].box.y, &row[n].box.w, &row[n].box.h) == 5)
        n++;
    fclose(f);
    return n;
}

static void boxes_are_those_of_opencv(void **state)
{
    (void)state;
    NEED_SHARED("detect/opencv_boxes.csv");
    need_cascade("haarcascade_frontalface_default.xml");
    static struct row row[BOXES];
    static struct detection got[DETECT_MAX];
    struct detect_opts opts = {.cascade = "haarcascade_frontalface_default.xml",
                               .scale_factor = 1.1,
                               .min_neighbors = 5,
                               .min_size = 48};
    struct detector *d = must_open(&opts);
    int rows = read_boxes(row), matched = 0, found = 0;
    assert_true(rows > 50);
    for (int i = 0, end; i < rows; i = end) { /* rows of one frame stand together */
        struct box want[BOXES];
        char path[256];
        for (end = i; end < rows && strcmp(row[end].frame, row[i].frame) == 0; end++)
            want[end - i] = row[end].box;
        snprintf(path, sizeof path, SHARED_DATA "detect/%s", row[i].frame);
        int n = detect_file(d, path, got);
        matched += count_matched(want, end - i, got, n);
        found += n;
    }
    detector_close(d);
    printf("%d of OpenCV's %d boxes, %d more\n", matched, rows, found - matched);
    assert_true(matched >= 0.95 * rows);
    assert_true(found - matched <= 0.10 * rows);
}

static void photos_have_as_many_faces_as_a_person_counts(void **state)
{
    (void)state;
    NEED_SHARED("photos/solvay.jpg");
    need_cascade(usual.cascade);
    static const struct {
        const char *file;
        int least, most;
    } photo[] = {
        {"astronaut.png", 1, 1}, {"grace_hopper.jpg", 1, 1}, {"exif_rotated.jpg", 1, 1},
        {"race.jpg", 2, 2},      {"solvay.jpg", 29, 30},
    };
    static struct detection got[DETECT_MAX];
    struct detector *d = must_open(&usual);
    for (size_t i = 0; i < MEM_COUNT(photo); i++) {
        char path[256];
        snprintf(path, sizeof path, SHARED_DATA "photos/%s", photo[i].file);
        int n = detect_file(d, path, got);
        printf("%s: %d\n", photo[i].file, n);
        assert_in_range(n, photo[i].least, photo[i].most);
    }
    detector_close(d);
}

static void man_at_his_webcam_is_never_lost(void **state)
{
    (void)state;
    NEED_SHARED("media/webcam_man_400x300.mp4");
    need_cascade(usual.cascade);
    static struct detection got[DETECT_MAX];
    struct detector *d = must_open(&usual);
    struct frame_pool *pool = frame_pool_new(2);
    struct source *s = open_source(SHARED_DATA "media/webcam_man_400x300.mp4", pool);
    struct frame *f;
    int frames = 0, one = 0;
    for (int i = 0; (f = next_frame(s)) != NULL; i++) {
        if (i % 15 == 0) {
            int n = detector_run(d, f->grey, f->width, f->height, f->width, got, DETECT_MAX);
            assert_true(n >= 1);
            one += n == 1;
            frames++;
        }
        frame_unref(f);
    }
    source_close(s);
    frame_pool_free(pool);
    detector_close(d);
    printf("%d frames, %d with one face\n", frames, one);
    assert_true(frames > 50 && one >= 0.95 * frames);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(boxes_are_those_of_opencv),
        cmocka_unit_test(photos_have_as_many_faces_as_a_person_counts),
        cmocka_unit_test(man_at_his_webcam_is_never_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
