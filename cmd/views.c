/* views: see views.h. Main thread. */
#include "cmd/views.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "cmd/study.h"
#include "tui/app.h"

static const struct view_row *const view_rows[] = {
    &view_row_live,
    &view_row_browse,
    &view_row_balance,
    &view_row_train,
    &view_row_runs,
};

enum { ROWS = MEM_COUNT(view_rows) };

struct table {
    struct views views;
    struct app_view app[ROWS];
    void *own[ROWS]; /* data that is ours to finish and free */
};

/* A row of the table as prepare gets it back. */
struct place {
    struct table *table;
    const struct view_row *row;
};

static int prepare(const struct app_view *self, struct err *err)
{
    const struct place *place = self->context;
    if (place->row->prepare == NULL)
        return 0;
    return place->row->prepare(&place->table->views, self->data, err);
}

static int report(int status, int sig, const struct err *err)
{
    if (err->text[0] != '\0')
        fprintf(stderr, "moodtop: %s\n", err->text);
    if (sig != 0)
        raise(sig); /* the terminal is restored: die as we were told, so that the parent knows */
    return status < 0 ? EXIT_FAILED : EXIT_OK;
}

int views_run(const struct opts *opts, int first, void *data, bool *screen, struct err *err)
{
    struct table t = {.views = {.opts = opts}};
    struct place place[ROWS];
    for (int i = 0; i < ROWS; i++) {
        const struct view_row *row = view_rows[i];
        bool given = row->number == first && data != NULL;
        place[i] = (struct place){&t, row};
        t.own[i] = given ? NULL : mem_zalloc(1, row->data_size);
        t.app[i] = (struct app_view){.number = row->number,
                                     .ops = row->ops,
                                     .data = given ? data : t.own[i],
                                     .prepare = prepare,
                                     .context = &place[i]};
    }
    int sig = 0;
    int status = app_run(opts, t.app, ROWS, first, &sig, screen, err);
    for (int i = 0; i < ROWS; i++) {
        if (t.own[i] != NULL && view_rows[i]->finish != NULL)
            view_rows[i]->finish(t.own[i]);
        free(t.own[i]);
    }
    study_close(t.views.study);
    training_close(&t.views.training);
    return *screen ? report(status, sig, err) : EXIT_FAILED;
}
