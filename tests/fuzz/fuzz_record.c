/* Fuzz target: records, JSON or CSV, read to the end, and again from a place in the middle. */
#include "tests/fuzz/fuzz.h"

#include <math.h>

#include "vision/record_read.h"

static void check(const struct record_reader *r, const struct scene *s)
{
    if (s->faces > SCENE_FACES_MAX || s->classes > SCENE_CLASSES_MAX || s->classes < 1 ||
        !isfinite(s->pts) || !isfinite(record_read_clock(r)))
        abort();
    for (int i = 0; i < s->faces; i++) {
        const struct scene_face *f = &s->face[i];
        if (f->mood < 0 || f->mood >= s->classes || f->id < 1)
            abort();
        for (int c = 0; c < s->classes; c++)
            if (!(f->p[c] >= 0 && f->p[c] <= 1 && f->raw[c] >= 0 && f->raw[c] <= 1))
                abort();
    }
}

/* How many scenes there are from here. */
static int read_on(struct record_reader *r, struct record_place *middle)
{
    static struct scene s;
    struct err err = {""};
    int n = 0, got;
    while ((got = record_read_next(r, &s, &err)) == 1) {
        check(r, &s);
        if (++n == 2)
            *middle = record_read_place(r);
    }
    if ((got < 0) != (err.text[0] != '\0'))
        abort();
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err = {""};
    struct record_place middle = {0}, ignored;
    struct record_reader *r = record_read_open(fuzz_file(data, size), &err);
    if ((r == NULL) != (err.text[0] != '\0'))
        abort();
    if (r == NULL)
        return 0;
    int n = read_on(r, &middle);
    if (n >= 2) {
        record_read_go(r, &middle);
        if (read_on(r, &ignored) != n - 1)
            abort();
    }
    record_read_close(r);
    return 0;
}
