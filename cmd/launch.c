/* launch: see launch.h. */
#include "cmd/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "nn/rundir.h"

#define LOG_MAX ((size_t)256 << 20)
#define GIVE_WAY_PAUSE (120 * CLOCK_MS)

enum { WORDS_MAX = 24, GIVE_WAY_TRIES = 5 };

struct words {
    char *word[WORDS_MAX + 1];
    int n;
};

static void add(struct words *w, const char *text)
{
    w->word[w->n++] = mem_strdup(text);
}

/* A flag with the full path of a file, as the trainer's folder is another one; none for "". */
static void add_path(struct words *w, const char *flag, const char *path)
{
    char *full = path[0] != '\0' ? realpath(path, NULL) : NULL;
    if (path[0] != '\0') {
        add(w, flag);
        add(w, full != NULL ? full : path);
    }
    free(full);
}

static void command_line(struct words *w, const struct opts *opts, const char *dir)
{
    char threads[16];
    snprintf(threads, sizeof threads, "%d", opts->train.threads);
    add(w, "moodtop");
    add(w, "train");
    add_path(w, "--resume", dir);
    if (opts->train.resume[0] != '\0') { /* a new run's are in its run.json */
        add_path(w, "--data", opts->train.data);
        add_path(w, "--ferplus", opts->train.ferplus);
        add_path(w, "--teacher", opts->train.teacher);
    }
    add(w, "--threads");
    add(w, threads);
    add(w, opts->launch.now ? "--now" : "--queue");
    for (int i = 0; i < opts->verbose; i++)
        add(w, "--verbose");
}

/* Nothing of the starter is left to the child: no terminal, no descriptor, no signal mask, no
 * folder that could not be unmounted. */
static int spawn(char **argv, const char *log, pid_t *child)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t how;
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, log, O_WRONLY | O_CREAT | O_APPEND,
                                     0666);
    posix_spawn_file_actions_adddup2(&files, STDERR_FILENO, STDOUT_FILENO);
    posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
    posix_spawn_file_actions_addchdir_np(&files, "/");
    posix_spawnattr_init(&how);
    posix_spawnattr_setflags(&how,
                             POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    posix_spawnattr_setsigdefault(&how, &all);
    posix_spawnattr_setsigmask(&how, &none);
    int rc = posix_spawn(child, "/proc/self/exe", &files, &how, argv, environ);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&how);
    return rc;
}

/* Words as error what the trainer, which failed at once, said: its line that begins as those of a
 * failed command do. */
static int last_words(const char *log, struct err *err)
{
    static const char prefix[] = "moodtop train: ";
    size_t size;
    char *text = file_read(log, LOG_MAX, &size, NULL), *said = NULL;
    for (char *p = text; p != NULL && (p = strstr(p, prefix)) != NULL; p++)
        if (p == text || p[-1] == '\n')
            said = p + sizeof prefix - 1;
    if (said != NULL)
        said[strcspn(said, "\n")] = '\0';
    err_set(err, "%s", said != NULL ? said : "the trainer ended at once; its log.txt may say why");
    free(text);
    return -1;
}

static off_t events_size(const char *dir)
{
    struct stat st;
    char *path = file_join(dir, "metrics.jsonl");
    off_t size = stat(path, &st) == 0 ? st.st_size : 0;
    free(path);
    return size;
}

/* Until the child waits in the queue, has written the event that it starts, or has ended. */
static int wait_for_start(pid_t child, const char *dir, const char *log, off_t events,
                          struct err *err)
{
    for (;;) {
        pid_t pid;
        long ticket;
        int status;
        enum rundir_use use = rundir_probe(dir, &pid, &ticket);
        if (use != RUNDIR_FREE && pid == child &&
            (use == RUNDIR_WAITING || events_size(dir) > events))
            return 0;
        if (waitpid(child, &status, WNOHANG) == child)
            return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : last_words(log, err);
        clock_sleep_until(clock_now() + 5 * CLOCK_MS);
    }
}

int launch_detached(const struct opts *opts, const char *dir, struct err *err)
{
    struct words w = {0};
    pid_t child;
    char *full = realpath(dir, NULL);
    if (full == NULL)
        return err_errno(err, "%s", dir);
    char *log = file_join(full, "log.txt");
    command_line(&w, opts, full);
    setpriority(PRIO_PROCESS, 0, opts->launch.nice); /* the child's; this process only waits now */
    off_t events = events_size(full);
    int rc = spawn(w.word, log, &child);
    if (rc != 0)
        rc = err_set(err, "cannot start the trainer: %s", strerror(rc));
    else
        rc = wait_for_start(child, full, log, events, err);
    for (int i = 0; i < w.n; i++)
        free(w.word[i]);
    free(log);
    free(full);
    return rc;
}

bool launch_is_detached(const char *dir)
{
    struct stat log, own;
    char *path = file_join(dir, "log.txt");
    bool same = stat(path, &log) == 0 && fstat(STDERR_FILENO, &own) == 0 &&
                log.st_dev == own.st_dev && log.st_ino == own.st_ino;
    free(path);
    return same;
}

void launch_give_way(void)
{
    char text[8];
    int fd = getsid(0) == getpid() ? open("/proc/self/autogroup", O_WRONLY | O_CLOEXEC) : -1;
    if (fd < 0)
        return;
    int n = snprintf(text, sizeof text, "%d", getpriority(PRIO_PROCESS, 0));
    /* The kernel takes one such wish in 0.1 s, of all processes together. */
    for (int i = 0; i < GIVE_WAY_TRIES && write(fd, text, (size_t)n) != n && errno == EAGAIN; i++)
        clock_sleep_until(clock_now() + GIVE_WAY_PAUSE);
    close(fd);
}
