/* examine_fix: what the doctor writes; see examine.h. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cmd/examine.h"
#include "nn/corrections.h"

#define REASON "leak" /* by which --undo knows what --fix wrote */
#define WHAT "writing corrections"

/* Excludes n rows, or includes them again; how many, or -1. */
static int decide(struct dataset *ds, const int *row, int n, bool exclude,
                  doctor_progress *progress, void *ctx, struct err *err)
{
    int done = 0, rc = 0;
    for (; done < n && rc == 0; done += rc == 0) {
        if (progress != NULL && !progress(ctx, WHAT, done, n))
            break;
        rc = corrections_exclude(ds->corrections, row[done], exclude, REASON, err);
    }
    dataset_update(ds);
    return rc == 0 ? done : -1;
}

int examine_fix(struct dataset *ds, const struct doctor *d, doctor_progress *progress, void *ctx,
                struct err *err)
{
    if (ds->corrections == NULL)
        return err_set(err, "the data set has no place for corrections");
    int *row = mem_alloc((size_t)ds->n * sizeof *row);
    int n = decide(ds, row, doctor_leaking(d, ds, row), true, progress, ctx, err);
    free(row);
    return n;
}

int examine_unfix(struct dataset *ds, doctor_progress *progress, void *ctx, struct err *err)
{
    if (ds->corrections == NULL)
        return err_set(err, "the data set has no place for corrections");
    int *row = mem_alloc((size_t)ds->n * sizeof *row);
    int n = 0;
    for (int i = 0; i < ds->n; i++)
        if (corrections_excluded(ds->corrections, i) &&
            strcmp(corrections_reason(ds->corrections, i), REASON) == 0)
            row[n++] = i;
    n = decide(ds, row, n, false, progress, ctx, err);
    free(row);
    return n;
}
