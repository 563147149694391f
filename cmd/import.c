/* import: `moodtop import SRC... DST`: any data set as one pack that stays. Main thread. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "cmd/cmd.h"
#include "cmd/data_open.h"
#include "nn/dataset_how.h"
#include "nn/dataset_save.h"
#include "nn/pack.h"

/* The sources of --data and of the arguments, with commas between them; false if too long. */
static bool join_sources(char *set, size_t size, int argc, char **argv)
{
    for (int i = 0; i < argc; i++) {
        size_t used = strlen(set);
        if ((size_t)snprintf(set + used, size - used, "%s%s", used > 0 ? "," : "", argv[i]) >=
            size - used)
            return false;
    }
    return true;
}

static int import_set(const struct opts *opts, const char *to, struct err *err)
{
    if (file_exists(to) && !pack_is(to))
        return err_set(err, "%s: stands already and is no pack; expected a new name", to);
    struct dataset *ds = data_open(opts, NULL, NULL, err);
    struct data_tools *tools = ds != NULL ? data_tools_new(opts, err) : NULL;
    int rc = -1, rows = 0;
    if (tools != NULL)
        rc = dataset_save_pack(ds, to, data_tools_how(tools)->progress, tools, err);
    for (int i = 0; rc == 0 && i < ds->n; i++)
        rows += !ds->excluded[i];
    if (rc == 0)
        printf("%s: %d images of %d classes\n", to, rows, ds->classes);
    data_tools_free(tools);
    dataset_close(ds);
    return rc;
}

static int import_run(const struct opts *opts, int argc, char **argv)
{
    struct err err = {""};
    struct opts own = *opts;
    if (argc < 1 || (argc < 2 && own.data.set[0] == '\0')) {
        fputs("moodtop import: expected SRC... DST: data sets, and the pack to make of them\n",
              stderr);
        return EXIT_USAGE;
    }
    if (!join_sources(own.data.set, sizeof own.data.set, argc - 1, argv)) {
        fputs("moodtop import: the sources' names are too long together\n", stderr);
        return EXIT_FAILED;
    }
    if (import_set(&own, argv[argc - 1], &err) == 0)
        return EXIT_OK;
    fprintf(stderr, "moodtop import: %s\n", err.text);
    return EXIT_FAILED;
}

const struct command cmd_import = {
    .name = "import",
    .args = "SRC... DST",
    .summary = "make one lasting file, a pack, of data sets of any kind",
    .sections = "data model detect",
    .examples = "moodtop import fer2013.csv fer.pack\n"
                "moodtop import photos/ --val 0.2 photos.pack\n"
                "moodtop import --crop-faces wide-pictures/ fer2013.csv all.pack\n",
    .run = import_run,
};
