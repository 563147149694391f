/* child: see child.h. */
#include "tui/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* Signals as a fresh program has them: the screen's handlers are not inherited, but what it blocks
 * or ignores would be. */
static void plain_signals(posix_spawnattr_t *attr)
{
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    sigdelset(&all, SIGKILL);
    sigdelset(&all, SIGSTOP);
    posix_spawnattr_setsigmask(attr, &none);
    posix_spawnattr_setsigdefault(attr, &all);
    posix_spawnattr_setpgroup(attr, 0);
    posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                       POSIX_SPAWN_SETPGROUP);
}

/* Starts it with stdout and stderr going into the pipes' ends. */
static int spawn(pid_t *pid, char *const *argv, int out, int err_fd)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attr;
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attr);
    plain_signals(&attr);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files, err_fd, STDERR_FILENO);
    int code = posix_spawn(pid, "/proc/self/exe", &files, &attr, argv, environ);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attr);
    return code;
}

int child_start(struct child *c, char *const *argv, struct err *err)
{
    int out[2], errors[2];
    child_kill(c);
    if (pipe2(out, O_CLOEXEC) < 0)
        return err_errno(err, "cannot make a pipe");
    if (pipe2(errors, O_CLOEXEC) < 0) {
        err_errno(err, "cannot make a pipe");
        close(out[0]);
        close(out[1]);
        return -1;
    }
    *c = (struct child){.out = out[0], .err = errors[0]};
    int code = spawn(&c->pid, argv, out[1], errors[1]);
    close(out[1]);
    close(errors[1]);
    if (code == 0) {
        fcntl(out[0], F_SETFL, O_NONBLOCK);
        fcntl(errors[0], F_SETFL, O_NONBLOCK);
        return 0;
    }
    close(out[0]);
    close(errors[0]);
    c->pid = 0;
    errno = code;
    return err_errno(err, "cannot start %s", argv[0]);
}

/* Appends what is there to the text; what does not fit is read and dropped. */
static void take(int fd, char *text)
{
    char some[512];
    ssize_t n;
    while ((n = read(fd, some, sizeof some)) > 0) {
        size_t used = strlen(text), room = CHILD_TEXT_MAX - 1 - used;
        size_t part = (size_t)n < room ? (size_t)n : room;
        memcpy(text + used, some, part);
        text[used + part] = '\0';
    }
}

/* The process is gone: what it left in the pipes is taken in. */
static void ended(struct child *c, int status)
{
    take(c->out, c->text);
    take(c->err, c->errors);
    close(c->out);
    close(c->err);
    c->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    c->pid = 0;
}

bool child_poll(struct child *c)
{
    int status;
    if (c->pid == 0)
        return false;
    take(c->out, c->text);
    take(c->err, c->errors);
    if (waitpid(c->pid, &status, WNOHANG) != c->pid)
        return false;
    ended(c, status);
    return true;
}

int child_fd(const struct child *c)
{
    return c->pid != 0 ? c->out : -1;
}

void child_kill(struct child *c)
{
    int status;
    if (c->pid == 0)
        return;
    kill(c->pid, SIGKILL);
    while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    ended(c, status);
}

void child_leave(struct child *c)
{
    if (c->pid == 0)
        return;
    close(c->out);
    close(c->err);
    c->pid = 0;
}

void child_trouble(const struct child *c, const char *about, char *out, size_t size)
{
    size_t n = strlen(c->errors);
    while (n > 0 && c->errors[n - 1] == '\n')
        n--;
    size_t from = n;
    while (from > 0 && c->errors[from - 1] != '\n')
        from--;
    const char *line = c->errors + from;
    const char *colon = strstr(line, ": ");
    if (strncmp(line, "moodtop", 7) == 0 && colon != NULL && colon < line + 20)
        line = colon + 2;
    const char *slash = about != NULL ? strrchr(about, '/') : NULL;
    const char *name = about != NULL ? strstr(line, slash != NULL ? slash + 1 : about) : NULL;
    colon = name != NULL ? strstr(name, ": ") : NULL;
    if (colon != NULL && colon < c->errors + n)
        line = colon + 2;
    snprintf(out, size, "%.*s", (int)(c->errors + n - line), line);
}
