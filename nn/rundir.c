/* rundir: see rundir.h. */
#include "nn/rundir.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

#define EVENTS_MAX ((size_t)1 << 30)
#define CSV_HEADER "epoch,accuracy,loss,lr,val_accuracy,val_loss\n"

enum { LOCK_TEXT = 128, HOST_MAX = 64 };

/* This machine's name, without blanks. */
static void own_host(char *out)
{
    memset(out, 0, HOST_MAX);
    if (gethostname(out, HOST_MAX - 1) != 0 || out[0] == '\0' || strchr(out, ' ') != NULL)
        strcpy(out, "localhost");
}

char *rundir_file(const struct rundir *r, const char *name)
{
    return file_join(r->path, name);
}

static int open_file(const struct rundir *r, const char *name, int flags, struct err *err)
{
    char *path = rundir_file(r, name);
    int fd = open(path, flags | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0)
        err_errno(err, "%s", path);
    free(path);
    return fd;
}

/* pid, state and place in the queue, machine; always as long, so that a reader never meets half. */
int rundir_set_ticket(struct rundir *r, long ticket, struct err *err)
{
    char state[32] = "running", text[LOCK_TEXT], host[HOST_MAX];
    if (ticket > 0)
        snprintf(state, sizeof state, "waiting %ld", ticket);
    own_host(host);
    memset(text, ' ', sizeof text);
    int n = snprintf(text, sizeof text, "%ld %s on %s", (long)getpid(), state, host);
    assert(n > 0 && n < LOCK_TEXT);
    text[n] = ' ';
    text[LOCK_TEXT - 1] = '\n';
    if (pwrite(r->lock_fd, text, LOCK_TEXT, 0) != LOCK_TEXT ||
        ftruncate(r->lock_fd, LOCK_TEXT) != 0)
        return err_errno(err, "%s/lock: cannot write", r->path);
    r->ticket = ticket;
    return 0;
}

/* Reads what the holder wrote. A pid of another machine, where the file system is shared, means
 * nothing here. Older builds wrote the pid alone. */
static void read_holder(const char *text, pid_t *pid, long *ticket)
{
    char state[16] = "", on[HOST_MAX + 4] = "", own[HOST_MAX], host[HOST_MAX] = "";
    long number = 0;
    own_host(own);
    if (sscanf(text, "%ld %15s", &number, state) == 2 && strcmp(state, "waiting") == 0)
        sscanf(text, "%*d %*s %ld", ticket);
    const char *at = strstr(text, " on ");
    if (at != NULL && sscanf(at, " %67s %63s", on, host) == 2 && strcmp(host, own) != 0)
        return;
    *pid = number > 1 && number <= INT_MAX ? (pid_t)number : 0;
}

/* The lock belongs to the open file, not to the process (F_OFD_SETLK): closing another descriptor
 * of it, as a reader in this process may, does not give it up. */
static int take_lock(struct rundir *r, struct err *err)
{
    r->lock_fd = open_file(r, "lock", O_RDWR, err);
    if (r->lock_fd < 0)
        return -1;
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(r->lock_fd, F_OFD_SETLK, &whole) != 0) {
        if (errno != EAGAIN && errno != EACCES)
            return err_errno(err, "%s/lock: cannot lock", r->path);
        pid_t pid;
        long ticket;
        enum rundir_use use = rundir_probe(r->path, &pid, &ticket);
        return err_set(err, "%s: %s by process %ld", r->path,
                       use == RUNDIR_WAITING ? "is in the queue, held" : "is being trained",
                       (long)pid);
    }
    return rundir_set_ticket(r, 0, err);
}

enum rundir_use rundir_probe(const char *path, pid_t *pid, long *ticket)
{
    char name[PATH_MAX], text[LOCK_TEXT + 1] = "";
    *pid = 0;
    *ticket = 0;
    if (snprintf(name, sizeof name, "%s/lock", path) >= (int)sizeof name)
        return RUNDIR_FREE;
    int fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return RUNDIR_FREE;
    struct flock holder = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    bool held = fcntl(fd, F_OFD_GETLK, &holder) == 0 && holder.l_type != F_UNLCK;
    if (held && pread(fd, text, LOCK_TEXT, 0) > 0)
        read_holder(text, pid, ticket);
    close(fd);
    return !held ? RUNDIR_FREE : *ticket > 0 ? RUNDIR_WAITING : RUNDIR_RUNNING;
}

/* Cuts off what stands behind the last line end: half a line of a trainer that died. Returns the
 * text, which the caller frees; NULL if the file cannot be read. */
static char *read_whole_lines(const struct rundir *r, const char *name, int fd, struct err *err)
{
    size_t size;
    char *path = rundir_file(r, name);
    char *text = file_read(path, EVENTS_MAX, &size, err);
    if (text != NULL) {
        char *last = memrchr(text, '\n', size);
        size_t keep = last != NULL ? (size_t)(last - text) + 1 : 0;
        text[keep] = '\0';
        if (keep < size && ftruncate(fd, (off_t)keep) != 0) {
            err_errno(err, "%s: cannot shorten", path);
            free(text);
            text = NULL;
        }
    }
    free(path);
    return text;
}

/* Finds the last epoch event. Lines that are not ours are passed over. */
static int find_events_epoch(struct rundir *r, struct err *err)
{
    char *text = read_whole_lines(r, "metrics.jsonl", r->events_fd, err);
    if (text == NULL)
        return -1;
    for (char *line = text, *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        if (strncmp(line, "{\"event\":\"epoch\"", 16) != 0)
            continue;
        json_t *event = json_loadb(line, (size_t)(end - line), 0, NULL);
        int epoch = (int)json_integer_value(json_object_get(event, "epoch"));
        r->events_epoch = epoch > r->events_epoch ? epoch : r->events_epoch;
        json_decref(event);
    }
    free(text);
    return 0;
}

/* Appends a line. What a full disk took of it is cut off again, or the next line, when there is
 * room, would continue it. */
static int append(int fd, const char *text, size_t size, const char *path, const char *name,
                  struct err *err)
{
    ssize_t n = write(fd, text, size);
    if (n == (ssize_t)size)
        return 0;
    int code = n < 0 ? errno : ENOSPC; /* the only way a regular file takes less */
    struct stat st;
    if (n > 0 && fstat(fd, &st) == 0 && st.st_size >= n && ftruncate(fd, st.st_size - n) != 0)
        code = errno;
    errno = code;
    return err_errno(err, "%s/%s: cannot append", path, name);
}

/* Finds the last epoch of epochs.csv; writes the header into an empty one. */
static int find_csv_epoch(struct rundir *r, struct err *err)
{
    char *text = read_whole_lines(r, "epochs.csv", r->csv_fd, err);
    if (text == NULL)
        return -1;
    int rc = 0;
    if (text[0] == '\0')
        rc = append(r->csv_fd, CSV_HEADER, strlen(CSV_HEADER), r->path, "epochs.csv", err);
    for (char *line = text, *end; (end = strchr(line, '\n')) != NULL; line = end + 1)
        if (line != text)
            r->csv_epoch = (int)strtol(line, NULL, 10) + 1;
    free(text);
    return rc;
}

/* Locks and opens the directory at path, which it takes over. */
static struct rundir *enter(char *path, struct err *err)
{
    struct rundir *r = mem_zalloc(1, sizeof *r);
    r->path = path;
    r->lock_fd = r->events_fd = r->csv_fd = -1;
    if (take_lock(r, err) != 0 ||
        (r->events_fd = open_file(r, "metrics.jsonl", O_WRONLY | O_APPEND, err)) < 0 ||
        (r->csv_fd = open_file(r, "epochs.csv", O_WRONLY | O_APPEND, err)) < 0 ||
        find_events_epoch(r, err) != 0 || find_csv_epoch(r, err) != 0) {
        rundir_close(r);
        return NULL;
    }
    return r;
}

struct rundir *rundir_create(const char *out, const char *name, struct err *err)
{
    if (file_mkdirs(out, err) != 0)
        return NULL;
    char stamp[32];
    time_t now = time(NULL);
    struct tm tm;
    localtime_r(&now, &tm);
    strftime(stamp, sizeof stamp, "%Y-%m-%d-%H%M", &tm);
    for (int i = 1; i < 1000; i++) {
        char *last =
            i == 1 ? mem_printf("%s-%s", stamp, name) : mem_printf("%s-%s-%d", stamp, name, i);
        char *path = file_join(out, last);
        free(last);
        if (mkdir(path, 0777) == 0)
            return enter(path, err);
        int code = errno;
        if (code != EEXIST)
            err_errno(err, "%s: cannot make the folder", path);
        free(path);
        if (code != EEXIST)
            return NULL;
    }
    err_set(err, "%s: 999 runs of this minute and name stand there already", out);
    return NULL;
}

struct rundir *rundir_reopen(const char *path, struct err *err)
{
    char *about = file_join(path, "run.json");
    bool is_run = file_exists(about);
    free(about);
    if (!is_run) {
        err_set(err, "%s: not a run directory: there is no run.json", path);
        return NULL;
    }
    return enter(mem_strdup(path), err);
}

void rundir_close(struct rundir *r)
{
    if (r == NULL)
        return;
    int fds[] = {r->csv_fd, r->events_fd, r->lock_fd};
    for (size_t i = 0; i < MEM_COUNT(fds); i++)
        if (fds[i] >= 0)
            close(fds[i]);
    free(r->path);
    free(r);
}

int rundir_event(struct rundir *r, const char *event, json_t *fields, struct err *err)
{
    json_t *line = json_pack("{s:s}", "event", event);
    json_object_update(line, fields);
    json_decref(fields);
    json_object_set_new(line, "time", json_integer((json_int_t)time(NULL)));
    char *text = json_dumps(line, JSON_COMPACT | JSON_REAL_PRECISION(9));
    json_decref(line);
    char *whole = mem_printf("%s\n", text);
    free(text);
    int rc = append(r->events_fd, whole, strlen(whole), r->path, "metrics.jsonl", err);
    free(whole);
    return rc;
}

static int add_csv_epoch(struct rundir *r, const struct rundir_epoch *e, struct err *err)
{
    char line[256];
    int n = snprintf(line, sizeof line, "%d,%.9g,%.9g,%.9g,%.9g,%.9g\n", e->epoch - 1, e->accuracy,
                     e->loss, e->lr, e->val_accuracy, e->val_loss);
    return append(r->csv_fd, line, (size_t)n, r->path, "epochs.csv", err);
}

int rundir_rewind(struct rundir *r, int epoch, struct err *err)
{
    size_t size;
    int rc = 0;
    r->events_epoch = r->events_epoch > epoch ? epoch : r->events_epoch;
    if (r->csv_epoch <= epoch)
        return 0;
    char *path = rundir_file(r, "epochs.csv"), *text = file_read(path, EVENTS_MAX, &size, err);
    char *end = text;
    for (int lines = 0; end != NULL && *end != '\0' && lines <= epoch; lines++)
        end += strcspn(end, "\n") + 1; /* all lines are whole */
    if (text == NULL)
        rc = -1;
    else if (ftruncate(r->csv_fd, end - text) != 0)
        rc = err_errno(err, "%s: cannot shorten", path);
    r->csv_epoch = rc == 0 ? epoch : r->csv_epoch;
    free(text);
    free(path);
    return rc;
}

/* Adds "confusion" and "recall" where they are known. */
static void add_confusion(json_t *fields, const struct rundir_epoch *e)
{
    json_t *confusion = json_array(), *recall = json_array();
    for (int i = 0; i < e->classes; i++) {
        const int64_t *count = e->confusion + (size_t)i * (size_t)e->classes;
        json_t *row = json_array();
        int64_t sum = 0;
        for (int k = 0; k < e->classes; k++) {
            json_array_append_new(row, json_integer(count[k]));
            sum += count[k];
        }
        json_array_append_new(recall, json_real(sum > 0 ? (double)count[i] / (double)sum : 0.0));
        json_array_append_new(confusion, row);
    }
    if (e->classes > 0) {
        json_object_set(fields, "recall", recall);
        json_object_set(fields, "confusion", confusion);
    }
    json_decref(recall);
    json_decref(confusion);
}

static int add_events_epoch(struct rundir *r, const struct rundir_epoch *e, struct err *err)
{
    json_t *fields = json_pack("{s:i, s:I, s:f, s:f, s:f, s:f, s:f, s:f}", "epoch", e->epoch,
                               "step", (json_int_t)e->step, "loss", e->loss, "accuracy",
                               e->accuracy, "val_loss", e->val_loss, "val_accuracy",
                               e->val_accuracy, "val_macro_f1", e->val_macro_f1, "lr", e->lr);
    if (e->seconds > 0.0)
        json_object_set_new(fields, "seconds", json_real(e->seconds));
    add_confusion(fields, e);
    return rundir_event(r, "epoch", fields, err);
}

int rundir_add_epoch(struct rundir *r, const struct rundir_epoch *e, struct err *err)
{
    if (e->epoch > r->csv_epoch) {
        if (add_csv_epoch(r, e, err) != 0)
            return -1;
        r->csv_epoch = e->epoch;
    }
    if (e->epoch > r->events_epoch) {
        if (add_events_epoch(r, e, err) != 0)
            return -1;
        r->events_epoch = e->epoch;
    }
    return 0;
}
