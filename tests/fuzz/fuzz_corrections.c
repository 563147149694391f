/*
 * Fuzz target: whatever stands beside a data set as its corrections: it is refused, or all that it
 * lets in can be looked at, taken back and written on.
 */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "base/file.h"
#include "nn/corrections.h"
#include "nn/dataset.h"

enum { ROWS = 40 };

static char folder[] = "/tmp/moodtop-fuzz-XXXXXX", set[64], beside[96];

static void remove_folder(void)
{
    char command[96];
    snprintf(command, sizeof command, "rm -r %s", folder);
    if (system(command) != 0)
        fputs("the folder stays\n", stderr);
}

/* Makes a set of ROWS images, some of them equal, in a folder of our own. */
static void make_set(void)
{
    if (mkdtemp(folder) == NULL || setenv("XDG_CACHE_HOME", folder, 1) != 0 ||
        atexit(remove_folder) != 0)
        abort();
    snprintf(set, sizeof set, "%s/set.csv", folder);
    snprintf(beside, sizeof beside, "%s.corrections", set);
    FILE *f = fopen(set, "w");
    if (f == NULL)
        abort();
    fputs("emotion,pixels,Usage\n", f);
    for (int i = 0; i < ROWS; i++) {
        fprintf(f, "%d,%d", i % 7, i % 30);
        for (int k = 1; k < DATASET_PIXELS; k++)
            fputs(" 9", f);
        fputs(i % 4 ? ",Training\n" : ",PublicTest\n", f);
    }
    if (fclose(f) != 0)
        abort();
}

static void look(struct dataset *ds)
{
    struct err err = {""};
    struct corrections *c = ds->corrections;
    int relabelled, excluded, stale;
    corrections_count(c, &relabelled, &excluded, &stale);
    if (relabelled < 0 || relabelled > ds->n || excluded < 0 || excluded > ds->n || stale < 0)
        abort();
    for (int i = 0; i < ds->n; i++)
        if (corrections_label(c, i) >= ds->classes || strlen(corrections_reason(c, i)) > 1 << 20)
            abort();
    if (corrections_relabel(c, 1, 3, &err) != 0 || corrections_label(c, 1) != 3 ||
        corrections_undo(c, &err) != 1)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err = {""};
    if (set[0] == '\0')
        make_set();
    FILE *f = fopen(beside, "w");
    if (f == NULL || fwrite(data, 1, size, f) != size || fclose(f) != 0)
        abort();
    struct dataset *ds = dataset_open(set, &err);
    if ((ds == NULL) != (err.text[0] != '\0'))
        abort();
    if (ds != NULL)
        look(ds);
    dataset_close(ds);
    return 0;
}
