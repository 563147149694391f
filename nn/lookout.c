/* lookout: see lookout.h. Its own thread runs what stands between "thread" and "screen". */
#include "nn/lookout.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mailbox.h"
#include "base/mem.h"
#include "base/thread.h"
#include "nn/hash.h"

#define LOOK_NS (500 * CLOCK_MS) /* between two readings */
#define LEAVE_NS (500 * CLOCK_MS)
#define SILENCE_NS (LOOK_NS + CLOCK_S)

/* All that the screen wants; the newest counts. An order stands in each wish until it is answered,
 * so that none is lost with a wish that is displaced. */
struct wish {
    char *watch; /* NULL = nothing yet */
    unsigned number;
    enum lookout_order order;
    char *path, *text;
    bool end;
};

struct lookout {
    char *dir;
    struct thread thread;
    struct mailbox wishes;     /* to the thread */
    struct mailbox back, news; /* sights: to the thread, to the screen */
    struct mailbox pulse;      /* to the screen: a reading is over (the item is the lookout) */
    struct mailbox over;       /* to the screen: the thread has ended (the same) */

    /* the thread's */
    struct sight *spare;
    struct wish *wish; /* the newest */
    struct lookout_answer answer;
    char *asked, *path; /* the run that was asked for, and the one that could be read, or NULL */
    struct err trouble;
    uint64_t told; /* print of the sight that was handed over last; 0 = none was */

    /* the screen's */
    struct sight *seen;
    struct wish want; /* of which copies are sent */
    int64_t heard;
};

static void set(char **place, const char *text)
{
    free(*place);
    *place = mem_strdup(text);
}

static void answer_set(struct lookout_answer *to, const struct lookout_answer *from)
{
    char *path = from->path != NULL ? mem_strdup(from->path) : NULL;
    free(to->path);
    *to = *from;
    to->path = path;
}

static void sight_free(void *item)
{
    struct sight *s = item;
    if (s == NULL)
        return;
    runs_close(s->runs);
    run_close(s->watched);
    free(s->watch);
    free(s->path);
    free(s->answer.path);
    free(s);
}

static void wish_free(void *item)
{
    struct wish *w = item;
    if (w == NULL)
        return;
    free(w->watch);
    free(w->path);
    free(w->text);
    free(w);
}

static void keep(void *item)
{
    (void)item;
}

/* ---- thread ----------------------------------------------------------------------------------*/

/* The run is polled first: the pid of a trainer that has ended may be another process's by now. */
static int stop_run(const char *path, struct err *err)
{
    struct run *run = run_open(path, err);
    if (run == NULL)
        return -1;
    int rc = 0;
    if (!run_alive(run))
        rc = err_set(err, "this run is not being trained");
    else if (run->pid <= 0 || kill(run->pid, SIGTERM) != 0)
        rc = err_set(err, "the trainer cannot be told to stop from here");
    run_close(run);
    return rc;
}

static void carry_out(struct lookout *l, const struct wish *w)
{
    struct lookout_answer a = {.number = w->number, .path = mem_strdup(w->path)};
    int rc = w->order == LOOKOUT_RENAME   ? runs_rename(&a.path, w->text, &a.err)
             : w->order == LOOKOUT_NOTE   ? runs_note(w->path, w->text, &a.err)
             : w->order == LOOKOUT_DELETE ? runs_delete(w->path, &a.err)
                                          : stop_run(w->path, &a.err);
    a.ok = rc == 0;
    answer_set(&l->answer, &a);
    free(a.path);
}

/* Another run is asked for: it is the one to watch if it can be read. */
static void try_watch(struct lookout *l, const char *path)
{
    struct err err = {""};
    struct run *run = run_open(path, &err);
    set(&l->asked, path);
    l->trouble = err;
    if (run != NULL)
        set(&l->path, path);
    run_close(run);
}

static void look_at_watched(struct lookout *l, struct sight *s)
{
    const char *asked = l->wish != NULL ? l->wish->watch : NULL;
    if (asked != NULL && (l->asked == NULL || strcmp(asked, l->asked) != 0))
        try_watch(l, asked);
    if (l->asked != NULL && (s->watch == NULL || strcmp(s->watch, l->asked) != 0))
        set(&s->watch, l->asked);
    s->trouble = l->trouble;
    if (l->path == NULL)
        return;
    if (s->watched != NULL && strcmp(s->path, l->path) == 0) {
        run_poll(s->watched);
        return;
    }
    run_close(s->watched);
    s->watched = run_open(l->path, NULL);
    set(&s->path, l->path);
}

/* As long as it is the same, the sight says the same. */
static uint64_t print_of(const struct sight *s)
{
    uint64_t print = hash_number(s->runs->print, s->answer.number);
    print = hash_text(print, s->watch != NULL ? s->watch : "");
    return hash_number(print, s->watched != NULL ? s->watched->print : 0);
}

/* Brings the spare sight up to date; true if it says something that was not handed over yet. */
static bool look(struct lookout *l)
{
    struct sight *s = l->spare;
    if (s->runs == NULL)
        s->runs = runs_list(l->dir);
    else
        runs_poll(s->runs);
    look_at_watched(l, s);
    if (s->answer.number != l->answer.number)
        answer_set(&s->answer, &l->answer);
    uint64_t print = print_of(s), before = l->told;
    l->told = print;
    return print != before;
}

static void turn(struct lookout *l)
{
    if (l->spare == NULL)
        l->spare = mailbox_wait(&l->back, clock_now() + LOOK_NS);
    if (l->spare != NULL && look(l)) {
        /* What the screen has not taken yet is too old for it now. */
        struct sight *old = mailbox_take(&l->news);
        mailbox_put(&l->news, l->spare);
        l->spare = old;
    }
    mailbox_put(&l->pulse, l);
}

static void *reader(void *arg)
{
    struct lookout *l = arg;
    for (int64_t next = clock_now();; next = clock_now() + LOOK_NS) {
        struct wish *w = mailbox_wait(&l->wishes, next);
        if (w != NULL) {
            wish_free(l->wish);
            l->wish = w;
            if (w->number != l->answer.number)
                carry_out(l, w);
            if (w->end)
                break;
        }
        turn(l);
    }
    mailbox_put(&l->over, l);
    return NULL;
}

/* ---- screen ----------------------------------------------------------------------------------*/

static void release(struct lookout *l)
{
    mailbox_destroy(&l->wishes);
    mailbox_destroy(&l->back);
    mailbox_destroy(&l->news);
    mailbox_destroy(&l->pulse);
    mailbox_destroy(&l->over);
    sight_free(l->spare);
    sight_free(l->seen);
    wish_free(l->wish);
    free(l->answer.path);
    free(l->asked);
    free(l->path);
    free(l->want.watch);
    free(l->want.path);
    free(l->want.text);
    free(l->dir);
    free(l);
}

struct lookout *lookout_open(const char *dir, struct err *err)
{
    struct lookout *l = mem_zalloc(1, sizeof *l);
    l->dir = mem_strdup(dir);
    l->spare = mem_zalloc(1, sizeof *l->spare);
    l->heard = clock_now();
    mailbox_init(&l->wishes, wish_free);
    mailbox_init(&l->back, sight_free);
    mailbox_init(&l->news, sight_free);
    mailbox_init(&l->pulse, keep);
    mailbox_init(&l->over, keep);
    mailbox_put(&l->back, mem_zalloc(1, sizeof(struct sight)));
    if (thread_start(&l->thread, "lookout", reader, l, err) != 0) {
        release(l);
        return NULL;
    }
    return l;
}

static void send(struct lookout *l)
{
    struct wish *w = mem_zalloc(1, sizeof *w);
    *w = l->want;
    w->watch = w->watch != NULL ? mem_strdup(w->watch) : NULL;
    w->path = w->path != NULL ? mem_strdup(w->path) : NULL;
    w->text = w->text != NULL ? mem_strdup(w->text) : NULL;
    mailbox_put(&l->wishes, w);
}

void lookout_close(struct lookout *l)
{
    if (l == NULL)
        return;
    l->want.end = true;
    send(l);
    if (mailbox_wait(&l->over, clock_now() + LEAVE_NS) == NULL) {
        thread_leave(&l->thread);
        return;
    }
    thread_join(&l->thread);
    release(l);
}

const struct sight *lookout_see(struct lookout *l, int64_t deadline, bool *news)
{
    struct sight *s = l->seen == NULL ? mailbox_wait(&l->news, deadline) : mailbox_take(&l->news);
    *news = s != NULL;
    if (s != NULL) {
        if (l->seen != NULL)
            mailbox_put(&l->back, l->seen);
        l->seen = s;
    }
    return l->seen;
}

void lookout_watch(struct lookout *l, const char *path)
{
    set(&l->want.watch, path);
    send(l);
}

unsigned lookout_ask(struct lookout *l, enum lookout_order order, const char *path,
                     const char *text)
{
    unsigned answered = l->seen != NULL ? l->seen->answer.number : 0;
    if (answered != l->want.number)
        return 0;
    l->want.number++;
    l->want.order = order;
    set(&l->want.path, path);
    set(&l->want.text, text);
    send(l);
    return l->want.number;
}

int64_t lookout_silence(struct lookout *l, int64_t now)
{
    if (mailbox_take(&l->pulse) != NULL)
        l->heard = now;
    int64_t silence = now - l->heard;
    return silence > SILENCE_NS ? silence : 0;
}
