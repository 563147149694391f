/*
 * spool: see spool.h. Two blocks of memory: lines are put into one while the thread writes the
 * other; the lock is held only to swap them.
 */
#include "base/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/thread.h"

struct spool {
    char *path;
    int fd;
    struct thread thread;
    pthread_mutex_t lock;
    pthread_cond_t changed; /* there is a first line, or the end */
    size_t room;
    char *writing; /* the thread's */
    /* under the lock: */
    char *filling;
    size_t filled;
    bool end;
    uint64_t written;
    struct err why; /* "" = it has not failed */
};

/* Takes back what follows the last whole line of a write that broke off after `done` bytes. */
static void cut(struct spool *s, const char *data, size_t done, uint64_t before)
{
    while (done > 0 && data[done - 1] != '\n')
        done--;
    if (ftruncate(s->fd, (off_t)(before + done)) == 0)
        s->written = before + done;
}

/* Writes a block; on failure says why and leaves whole lines behind. */
static void write_block(struct spool *s, size_t size)
{
    size_t done = 0;
    int code = 0;
    while (done < size && code == 0) {
        ssize_t n = write(s->fd, s->writing + done, size - done);
        if (n > 0)
            done += (size_t)n;
        else if (n == 0 || errno != EINTR)
            code = n == 0 ? ENOSPC : errno;
    }
    pthread_mutex_lock(&s->lock);
    if (code != 0) {
        cut(s, s->writing, done, s->written);
        err_set(&s->why, "%s: cannot write: %s", s->path, strerror(code));
    } else {
        s->written += size;
    }
    pthread_mutex_unlock(&s->lock);
}

/* Sleeps until there are lines and the time has come to write them, or the end; the lock is held.
 */
static void wait_due(struct spool *s, int64_t due)
{
    struct timespec ts = {.tv_sec = due / CLOCK_S, .tv_nsec = due % CLOCK_S};
    while (!s->end && s->filled == 0)
        pthread_cond_wait(&s->changed, &s->lock);
    while (!s->end && pthread_cond_timedwait(&s->changed, &s->lock, &ts) == 0)
        continue;
}

static void *spool_main(void *arg)
{
    struct spool *s = arg;
    bool end = false;
    int64_t due = clock_now();
    while (!end) {
        pthread_mutex_lock(&s->lock);
        wait_due(s, due);
        end = s->end || s->why.text[0] != '\0';
        char *block = s->filling;
        size_t size = s->why.text[0] == '\0' ? s->filled : 0;
        s->filling = s->writing;
        s->writing = block;
        s->filled = 0;
        pthread_mutex_unlock(&s->lock);
        due = clock_now() + SPOOL_WRITE_MS * CLOCK_MS;
        if (size > 0)
            write_block(s, size);
    }
    return NULL;
}

struct spool *spool_open(const char *path, size_t room, struct err *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0 && errno == EEXIST)
        err_set(err, "%s: is there already, and is not written over", path);
    else if (fd < 0)
        err_errno(err, "%s: cannot make it", path);
    if (fd < 0)
        return NULL;
    struct spool *s = mem_zalloc(1, sizeof *s);
    s->fd = fd;
    s->path = mem_strdup(path);
    s->room = room;
    s->filling = mem_alloc(room);
    s->writing = mem_alloc(room);
    pthread_mutex_init(&s->lock, NULL);
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC); /* deadlines are clock_now() times */
    pthread_cond_init(&s->changed, &attr);
    pthread_condattr_destroy(&attr);
    if (thread_start(&s->thread, "spool", spool_main, s, err) == 0)
        return s;
    spool_close(s, NULL);
    return NULL;
}

bool spool_put(struct spool *s, const char *lines, size_t size)
{
    pthread_mutex_lock(&s->lock);
    bool ok = s->why.text[0] == '\0';
    if (ok && size > s->room - s->filled) {
        err_set(&s->why, "%s: the disk does not keep up", s->path);
        ok = false;
    }
    if (ok) {
        memcpy(s->filling + s->filled, lines, size);
        if (s->filled == 0)
            pthread_cond_signal(&s->changed);
        s->filled += size;
    }
    pthread_mutex_unlock(&s->lock);
    return ok;
}

bool spool_failed(struct spool *s, struct err *err)
{
    pthread_mutex_lock(&s->lock);
    bool failed = s->why.text[0] != '\0';
    if (failed)
        err_set(err, "%s", s->why.text);
    pthread_mutex_unlock(&s->lock);
    return failed;
}

uint64_t spool_written(struct spool *s)
{
    pthread_mutex_lock(&s->lock);
    uint64_t n = s->written;
    pthread_mutex_unlock(&s->lock);
    return n;
}

int spool_close(struct spool *s, struct err *err)
{
    if (s == NULL)
        return 0;
    pthread_mutex_lock(&s->lock);
    s->end = true;
    pthread_cond_signal(&s->changed);
    pthread_mutex_unlock(&s->lock);
    thread_join(&s->thread);
    bool failed = spool_failed(s, err);
    /* Pipes and the like cannot be forced, and that is fine. */
    if (!failed && fsync(s->fd) != 0 && errno != EINVAL && errno != EROFS) {
        err_errno(err, "%s: cannot write", s->path);
        failed = true;
    }
    if (close(s->fd) != 0 && !failed && errno != EINTR) {
        err_errno(err, "%s: cannot close", s->path);
        failed = true;
    }
    pthread_cond_destroy(&s->changed);
    pthread_mutex_destroy(&s->lock);
    free(s->filling);
    free(s->writing);
    free(s->path);
    free(s);
    return failed ? -1 : 0;
}
