/* signals: see signals.h. Handlers may run on any thread and call only async-signal-safe functions.
 */
#include "tui/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

enum { PATIENCE_S = 2 };

static const struct {
    int signal;
    enum signals_bit bit;
} polite[] = {
    {SIGINT, SIGNALS_INT},   {SIGTERM, SIGNALS_TERM}, {SIGHUP, SIGNALS_HUP},
    {SIGTSTP, SIGNALS_STOP}, {SIGCONT, SIGNALS_CONT}, {SIGWINCH, SIGNALS_RESIZE},
};

static const int fatal[] = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGQUIT};

enum { POLITE = sizeof polite / sizeof polite[0], FATAL = sizeof fatal / sizeof fatal[0] };

static struct sigaction old_polite[POLITE], old_fatal[FATAL], old_alarm;
static void (*restore_terminal)(void);
static int wake[2] = {-1, -1}; /* a pipe: the handler writes the signal's number into it */
static _Alignas(
    16) char spare_stack[64 * 1024]; /* a stack overflow needs another stack to die on */
static stack_t old_stack;

static void on_polite(int sig)
{
    int saved = errno;
    unsigned char number = (unsigned char)sig;
    ssize_t written = write(wake[1], &number, 1);
    (void)written; /* into a full pipe nothing more needs to be said */
    if (sig == SIGTERM || sig == SIGHUP || sig == SIGINT)
        alarm(PATIENCE_S);
    errno = saved;
}

/* The loop did not end in time: it hangs in a write to the terminal, or worse. */
static void on_alarm(int sig)
{
    (void)sig;
    restore_terminal();
    signal(SIGTERM, SIG_DFL);
    raise(SIGTERM);
}

/* Once restored, the signal goes to whoever had it before; it is blocked until this returns. */
static void on_fatal(int sig)
{
    restore_terminal();
    for (int i = 0; i < FATAL; i++)
        if (fatal[i] == sig)
            sigaction(sig, &old_fatal[i], NULL);
    raise(sig);
}

static void handle(int sig, void (*handler)(int), int flags, struct sigaction *old)
{
    struct sigaction sa = {.sa_handler = handler, .sa_flags = flags};
    sigemptyset(&sa.sa_mask);
    sigaction(sig, &sa, old);
}

int signals_start(void (*restore)(void), struct err *err)
{
    if (pipe2(wake, O_CLOEXEC | O_NONBLOCK) != 0)
        return err_errno(err, "a pipe for signals");
    restore_terminal = restore;
    stack_t stack = {.ss_sp = spare_stack, .ss_size = sizeof spare_stack};
    sigaltstack(&stack, &old_stack);
    for (int i = 0; i < POLITE; i++)
        handle(polite[i].signal, on_polite, 0, &old_polite[i]);
    for (int i = 0; i < FATAL; i++)
        handle(fatal[i], on_fatal, SA_ONSTACK, &old_fatal[i]);
    handle(SIGALRM, on_alarm, 0, &old_alarm);
    return 0;
}

void signals_end(void)
{
    if (wake[0] < 0)
        return;
    alarm(0);
    for (int i = 0; i < POLITE; i++)
        sigaction(polite[i].signal, &old_polite[i], NULL);
    for (int i = 0; i < FATAL; i++)
        sigaction(fatal[i], &old_fatal[i], NULL);
    sigaction(SIGALRM, &old_alarm, NULL);
    sigaltstack(&old_stack, NULL);
    close(wake[0]);
    close(wake[1]);
    wake[0] = wake[1] = -1;
}

int signals_fd(void)
{
    return wake[0];
}

int signals_take(void)
{
    unsigned char numbers[64];
    int bits = 0;
    for (ssize_t n; (n = read(wake[0], numbers, sizeof numbers)) > 0;)
        for (ssize_t k = 0; k < n; k++)
            for (int i = 0; i < POLITE; i++)
                if (polite[i].signal == numbers[k])
                    bits |= (int)polite[i].bit;
    return bits;
}

void signals_stop(void)
{
    struct sigaction ours;
    handle(SIGTSTP, SIG_DFL, 0, &ours);
    raise(SIGTSTP); /* to this thread: the process stops before it returns */
    sigaction(SIGTSTP, &ours, NULL);
}
