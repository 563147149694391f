/* data_kit: data sets made up in a folder of the tests' own, with a cache there. */
#ifndef TESTS_DATA_KIT_H
#define TESTS_DATA_KIT_H

#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "nn/dataset.h"

static char folder[64], cache[96];

/* A path in the test's folder; valid until the fourth call after it. */
static inline const char *in(const char *name)
{
    static char path[4][256];
    static int at;
    at = (at + 1) % 4;
    snprintf(path[at], sizeof path[at], "%s/%s", folder, name);
    return path[at];
}

static inline FILE *begin(const char *name)
{
    FILE *f = fopen(in(name), "w");
    assert_non_null(f);
    return f;
}

/* A row whose pixels are `first` and then nines. */
static inline void add_row(FILE *f, int emotion, int first, const char *usage, const char *end)
{
    fprintf(f, "%d,%d", emotion, first);
    for (int i = 1; i < DATASET_PIXELS; i++)
        fputs(" 9", f);
    fprintf(f, ",%s%s", usage, end);
}

/* 20 rows: 16 of Training, 2 of each other split. */
static inline void write_sound(const char *name)
{
    FILE *f = begin(name);
    fputs("emotion,pixels,Usage\n", f);
    for (int i = 0; i < 20; i++)
        add_row(f, i % 7, i, i < 16 ? "Training" : i < 18 ? "PublicTest" : "PrivateTest", "\n");
    assert_int_equal(fclose(f), 0);
}

static inline struct dataset *open_sound(const char *name)
{
    struct err err = {""};
    struct dataset *ds = dataset_open(in(name), &err);
    assert_string_equal(err.text, "");
    assert_non_null(ds);
    return ds;
}

static inline void assert_text(const char *got, const char *want)
{
    if (got == NULL || strstr(got, want) == NULL)
        fail_msg("expected \"%s\", got \"%s\"", want, got != NULL ? got : "nothing");
}

static inline int make_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/moodtop-test-XXXXXX");
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(cache, sizeof cache, "%s/cache", folder);
    return setenv("XDG_CACHE_HOME", cache, 1);
}

static inline int remove_folder(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

#endif
