/*
 * study: see study.h. Two threads besides the main one, each with a mailbox for its answer: the
 * opener, which ends when the set is there, and the doctor. What they say last is what counts.
 */
#include "cmd/study.h"

#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mailbox.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/thread.h"
#include "cmd/data_open.h"
#include "cmd/examine.h"
#include "nn/dataset_how.h"
#include "vision/crop.h"

enum { PATIENCE_MS = 100 /* that an opening may take before the screen is drawn without it */ };

/* What a thread says: how far it is, or what came out. */
struct word {
    bool last;
    char text[160];
    struct err err;
    struct dataset *ds;
    struct doctor *doctor;
};

/* A thread and what goes between it and the main one. */
struct errand {
    struct thread thread;
    struct mailbox said;
    struct mailbox stop; /* anything in it: give up */
    int wake;
    bool open;
};

/* Work of many parts, when it was seen first, and how far it was then. */
struct stretch {
    int64_t began;
    long from;
};

struct desk {
    struct study study; /* first: the views know no more */
    struct opts opts;
    struct errand opener, doctor;
    int visits; /* of the doctor: 1 = a look at the pixels, 2 = faces and labels as well */
    struct dataset still; /* the labels as they are when the doctor starts */
    struct stretch predicting;
    const float *opinion; /* the network's, if it has seen all by then; else NULL */
};

static void drop_word(void *item)
{
    struct word *w = item;
    dataset_close(w->ds);
    doctor_free(w->doctor);
    free(w);
}

static void say(struct errand *e, struct word *w)
{
    uint64_t one = 1;
    mailbox_put(&e->said, w);
    if (write(e->wake, &one, sizeof one) < 0)
        return; /* full: whoever reads it will wake anyway */
}

/* Whether the main thread wants it to end. */
static bool given_up(struct errand *e)
{
    void *token = mailbox_take(&e->stop);
    if (token == NULL)
        return false;
    mailbox_put(&e->stop, token); /* for the next time */
    return true;
}

static int errand_start(struct errand *e, const char *name, void *(*run)(void *), void *arg,
                        int wake, struct err *err)
{
    mailbox_init(&e->said, drop_word);
    mailbox_init(&e->stop, free);
    e->wake = wake;
    e->open = true;
    return thread_start(&e->thread, name, run, arg, err);
}

static void errand_end(struct errand *e)
{
    if (!e->open)
        return;
    mailbox_put(&e->stop, mem_zalloc(1, 1));
    thread_join(&e->thread);
    mailbox_destroy(&e->said);
    mailbox_destroy(&e->stop);
    e->open = false;
}

/* Appends ", 41 s left", as soon as that can be told. */
static void add_left(char *text, size_t size, struct stretch *s, long done, long total)
{
    int64_t now = clock_now();
    if (s->began == 0)
        *s = (struct stretch){now, done};
    double spent = (double)(now - s->began) / CLOCK_S;
    if (done > s->from && done < total && spent > 2)
        text_add(text, size, ", %.0f s left",
                 ceil(spent / (double)(done - s->from) * (double)(total - done)));
}

/* ---- the opener ------------------------------------------------------------------------------ */

static bool opening(void *ctx, const struct dataset_progress *p)
{
    struct desk *d = ctx;
    struct word *w = mem_zalloc(1, sizeof *w);
    snprintf(w->text, sizeof w->text, "reading %s: %.0f %%", p->what, 100 * p->done);
    if (p->left >= 0)
        text_add(w->text, sizeof w->text, ", %.0f s left", p->left);
    say(&d->opener, w);
    return !given_up(&d->opener);
}

static void *run_opener(void *arg)
{
    struct desk *d = arg;
    struct word *w = mem_zalloc(1, sizeof *w);
    w->last = true;
    w->ds = data_open(&d->opts, opening, d, &w->err);
    say(&d->opener, w);
    return NULL;
}

/* ---- the doctor ------------------------------------------------------------------------------ */

/* What the doctor has with him. */
struct visit {
    struct desk *desk;
    struct finder *finder;
    struct stretch stretch; /* of what he looks at now */
    char what[40];
};

static bool examining(void *ctx, const char *what, long done, long total)
{
    struct visit *visit = ctx;
    struct desk *d = visit->desk;
    struct word *w = mem_zalloc(1, sizeof *w);
    if (strcmp(visit->what, what) != 0) {
        snprintf(visit->what, sizeof visit->what, "%s", what);
        visit->stretch = (struct stretch){0};
    }
    snprintf(w->text, sizeof w->text, "doctor: %s %ld %%", what,
             100 * done / (total > 0 ? total : 1));
    add_left(w->text, sizeof w->text, &visit->stretch, done, total);
    say(&d->doctor, w);
    return !given_up(&d->doctor);
}

static bool has_face(void *ctx, const uint8_t *image, int worker)
{
    struct visit *visit = ctx;
    return finder_look(visit->finder, image, worker);
}

static void *run_doctor(void *arg)
{
    struct desk *d = arg;
    struct word *w = mem_zalloc(1, sizeof *w);
    struct visit visit = {.desk = d};
    struct doctor_how how = {
        .progress = examining, .ctx = &visit, .votes = d->still.votes, .p = d->opinion};
    if (d->visits > 1) {
        setpriority(PRIO_PROCESS, 0, 19); /* of this thread alone; a minute's work */
        visit.finder = finder_open(&d->opts.detect, 1, NULL);
        how.face = visit.finder != NULL ? has_face : NULL;
        how.faces = examine_faces(&d->still, &d->opts.detect);
    }
    w->last = true;
    w->doctor = doctor_run(&d->still, &how);
    if (how.face != NULL)
        examine_faces_keep(&d->still, &d->opts.detect, how.faces);
    free(how.faces);
    finder_close(visit.finder);
    say(&d->doctor, w);
    return NULL;
}

static void *copy(const void *from, size_t count, size_t size)
{
    void *to = mem_zalloc(count, size);
    memcpy(to, from, count * size);
    return to;
}

static void let_go(struct desk *d)
{
    free(d->still.label);
    free(d->still.excluded);
    for (int k = 0; k < SPLITS; k++)
        free(d->still.row[k]);
}

/* The set as it is now, for a thread that reads while corrections are made. */
static void hold_still(struct desk *d)
{
    const struct dataset *ds = d->study.ds;
    size_t n = (size_t)ds->n;
    d->still = *ds;
    d->still.label = copy(ds->label, n, sizeof *ds->label);
    d->still.excluded = copy(ds->excluded, n, sizeof *ds->excluded);
    for (int k = 0; k < SPLITS; k++)
        d->still.row[k] = copy(ds->row[k], (size_t)ds->count[k], sizeof *ds->row[k]);
}

/* Sends for the doctor; what he said before holds until he is done. */
static void visit(struct desk *d)
{
    struct study *s = &d->study;
    struct err err = {""};
    errand_end(&d->doctor);
    let_go(d);
    hold_still(d);
    d->visits++;
    d->opinion = s->news.predicted == s->ds->n ? s->news.p : NULL;
    s->diagnosing = errand_start(&d->doctor, "doctor", run_doctor, d, s->fd, &err) == 0;
    if (!s->diagnosing)
        snprintf(s->what, sizeof s->what, "%s", err.text);
}

static void diagnose(struct study *s)
{
    struct desk *d = (struct desk *)s;
    if (s->ds != NULL && d->visits == 0)
        visit(d);
}

/* Faces take a minute and labels need the network's word: the doctor comes again for them when
 * that is there, or will never be. */
static void diagnose_again(struct desk *d)
{
    const struct study *s = &d->study;
    bool settled = s->news.trouble[0] != '\0' || (s->ds != NULL && s->news.predicted == s->ds->n);
    if (d->visits == 1 && !s->diagnosing && s->doctor != NULL && settled)
        visit(d);
}

/* ---- for the views --------------------------------------------------------------------------- */

static void input(const uint8_t *image, float *out, int height, int width)
{
    const struct crop_area all = {0, 0, DATASET_SIDE, DATASET_SIDE};
    crop_scale(image, DATASET_SIDE, DATASET_SIDE, &all, out, height, width);
}

static void begin(struct desk *d, struct dataset *ds)
{
    struct study *s = &d->study;
    struct err err = {""};
    struct survey_how how = {
        .model = d->opts.model.dir, .input = input, .wake = s->fd, .keep = true};
    s->ds = ds;
    s->what[0] = '\0';
    s->survey = survey_start(ds, &how, &err);
    if (s->survey == NULL)
        snprintf(s->news.trouble, sizeof s->news.trouble, "%s", err.text);
}

static bool hear_opener(struct desk *d)
{
    struct study *s = &d->study;
    struct word *w = d->opener.open ? mailbox_take(&d->opener.said) : NULL;
    if (w == NULL)
        return false;
    if (!w->last) {
        snprintf(s->what, sizeof s->what, "%s", w->text);
    } else if (w->ds != NULL) {
        begin(d, w->ds);
        w->ds = NULL;
    } else {
        snprintf(s->trouble, sizeof s->trouble, "%s", w->err.text);
    }
    drop_word(w);
    return true;
}

static bool hear_doctor(struct desk *d)
{
    struct study *s = &d->study;
    struct word *w = d->doctor.open ? mailbox_take(&d->doctor.said) : NULL;
    if (w == NULL)
        return false;
    snprintf(s->what, sizeof s->what, "%s", w->text);
    if (w->last) {
        const struct doctor *before = s->doctor;
        s->doctor = w->doctor;
        w->doctor = (struct doctor *)before; /* goes with the word */
        s->diagnosing = false;
    }
    drop_word(w);
    return true;
}

static bool hear_survey(struct desk *d)
{
    struct study *s = &d->study;
    if (s->survey == NULL || !survey_update(s->survey, &s->news))
        return false;
    bool all = s->news.p == NULL || s->news.predicted == s->ds->n;
    if (s->diagnosing || (s->news.model[0] == '\0' && s->news.trouble[0] == '\0'))
        return true;
    snprintf(s->what, sizeof s->what, all ? "" : "%s: %ld %%", s->news.model,
             100 * s->news.predicted / s->ds->n);
    if (!all)
        add_left(s->what, sizeof s->what, &d->predicting, s->news.predicted, s->ds->n);
    return true;
}

static bool update(struct study *s)
{
    struct desk *d = (struct desk *)s;
    uint64_t wakes;
    if (read(s->fd, &wakes, sizeof wakes) < 0)
        wakes = 0; /* nothing came: the clock woke the loop */
    bool news = hear_opener(d);
    news |= hear_doctor(d);
    news |= hear_survey(d);
    diagnose_again(d);
    return news;
}

const char *study_source(const struct opts *opts)
{
    const char *const sources[] = {opts->data.set, opts->train.data, opts->eval.data,
                                   opts->stats.data, opts->doctor.data};
    for (size_t i = 0; i < MEM_COUNT(sources); i++)
        if (sources[i][0] != '\0')
            return sources[i];
    return "";
}

struct study *study_open(const struct opts *opts, struct err *err)
{
    if (study_source(opts)[0] == '\0') {
        err_set(err, "which data? expected --data SET (fer2013.csv), or set = SET below [data] in "
                     "the file of options");
        return NULL;
    }
    struct desk *d = mem_zalloc(1, sizeof *d);
    d->opts = *opts;
    struct study *s = &d->study;
    text_copy(d->opts.data.set, sizeof d->opts.data.set, study_source(opts));
    s->source = d->opts.data.set;
    file_names(s->source, s->name, sizeof s->name);
    s->go = s->kind = -1;
    s->update = update;
    s->diagnose = diagnose;
    snprintf(s->what, sizeof s->what, "opening %.120s", s->source);
    s->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (s->fd < 0) {
        err_errno(err, "eventfd");
    } else if (errand_start(&d->opener, "opener", run_opener, d, s->fd, err) == 0) {
        poll(&(struct pollfd){.fd = s->fd, .events = POLLIN}, 1, PATIENCE_MS);
        s->turns += update(s);
        if (s->trouble[0] == '\0')
            return s;
        err_set(err, "%s", s->trouble);
    }
    study_close(s);
    return NULL;
}

void study_close(struct study *s)
{
    struct desk *d = (struct desk *)s;
    if (s == NULL)
        return;
    errand_end(&d->opener);
    errand_end(&d->doctor);
    survey_stop(s->survey);
    doctor_free((struct doctor *)s->doctor);
    dataset_close(s->ds);
    let_go(d);
    if (s->fd >= 0)
        close(s->fd);
    free(d);
}
