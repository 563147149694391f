/* screen: see screen.h. Main thread, except screen_restore, which signal handlers call. */
#include "tui/screen.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "tui/pace.h"
#include "tui/signals.h"

#define ANSWERS_NS CLOCK_S /* the end waits no longer for the terminal's answers */

enum { KEY_ANSWER = KEY_MAX + 1, LOG_MAX_BYTES = 1 << 20, LOG_TAIL_BYTES = 4096 };

static struct {
    SCREEN *term;
    WINDOW *keys; /* a pad: wgetch() on it refreshes nothing */
    FILE *in;     /* stdin or /dev/tty */
    struct termios saved;
    char restore[256]; /* what makes the terminal sane again */
    size_t restore_size;
    bool sync; /* the terminal may know synchronised output (mode 2026) */
    char note[160];
    struct pace pace;
    struct thrift thrift;
    int io_fd;        /* /proc/thread-self/io, which counts what we write; -1 = there is none */
    int saved_stderr; /* -1: not redirected */
    int log_fd;
    off_t log_start;
    char *log_path;
} screen = {.io_fd = -1, .saved_stderr = -1, .log_fd = -1};

/* Async-signal-safe: the terminal as it was, whatever state ncurses is in. */
static void screen_restore(void)
{
    int saved = errno;
    int flags = fcntl(STDOUT_FILENO, F_GETFL);
    if (flags >= 0) /* a terminal that takes no more bytes must not keep us from dying */
        fcntl(STDOUT_FILENO, F_SETFL, flags | O_NONBLOCK);
    ssize_t written = write(STDOUT_FILENO, screen.restore, screen.restore_size);
    (void)written;
    if (flags >= 0)
        fcntl(STDOUT_FILENO, F_SETFL, flags);
    tcsetattr(STDOUT_FILENO, TCSANOW, &screen.saved);
    if (screen.saved_stderr >= 0)
        dup2(screen.saved_stderr, STDERR_FILENO);
    errno = saved;
}

/* ---- which terminal ------------------------------------------------------------------------- */

/* Whether terminfo knows the name; *moves = it can address the cursor. */
static bool term_known(const char *name, bool *moves)
{
    int status;
    if (name == NULL || *name == '\0' || setupterm(name, STDOUT_FILENO, &status) != OK)
        return false;
    char *cup = tigetstr("cup");
    *moves = cup != NULL && cup != (char *)-1;
    del_curterm(cur_term);
    return true;
}

/* TERM, or the first of the common names that terminfo has; NULL and err if none will do. */
static const char *term_choose(struct err *err)
{
    static const char *const common[] = {"xterm-256color", "xterm", "ansi", "vt100"};
    const char *wanted = getenv("TERM");
    bool moves = false;
    screen.note[0] = '\0';
    if (term_known(wanted, &moves)) {
        if (moves)
            return wanted;
        err_set(err, "a terminal of kind %s cannot move its cursor", wanted);
        return NULL;
    }
    for (size_t i = 0; i < MEM_COUNT(common); i++)
        if (term_known(common[i], &moves) && moves) {
            snprintf(screen.note, sizeof screen.note, "TERM=%.60s is unknown here: taken for %s",
                     wanted == NULL ? "" : wanted, common[i]);
            return common[i];
        }
    err_set(err,
            "no description of a terminal (TERM=%s), nor of any common one: install "
            "ncurses-base",
            wanted == NULL ? "" : wanted);
    return NULL;
}

/* Adds a capability, without its padding ("$<5>"), to the restore string. */
static void restore_add(const char *text)
{
    if (text == NULL || text == (const char *)-1)
        return;
    while (*text != '\0' && screen.restore_size < sizeof screen.restore) {
        const char *pad_end = text[0] == '$' && text[1] == '<' ? strchr(text, '>') : NULL;
        if (pad_end != NULL)
            text = pad_end + 1;
        else
            screen.restore[screen.restore_size++] = *text++;
    }
}

static void restore_build(void)
{
    char *mouse = tigetstr("kmous");
    screen.restore_size = 0;
    if (screen.sync)
        restore_add("\033[?2026l");
    if (mouse != NULL && mouse != (char *)-1)
        restore_add("\033[?1006l\033[?1002l\033[?1000l");
    restore_add(tigetstr("sgr0"));
    restore_add(tigetstr("rmkx"));
    restore_add(tigetstr("cnorm"));
    restore_add(tigetstr("rmcup"));
    restore_add("\r");
}

/* ---- stderr and the log -----------------------------------------------------------------------
 */

static char *log_path_of(const struct opts *opts)
{
    if (opts->log[0] != '\0')
        return mem_strdup(opts->log);
    char *dir = file_state_dir();
    if (dir == NULL || file_mkdirs(dir, NULL) < 0) {
        free(dir);
        return mem_strdup("/dev/null");
    }
    char *path = file_join(dir, "log");
    free(dir);
    return path;
}

/* Sends stderr to the log, unless it already goes elsewhere than to the terminal. */
static void stderr_redirect(const struct opts *opts)
{
    if (!isatty(STDERR_FILENO))
        return;
    screen.log_path = log_path_of(opts);
    screen.log_fd = open(screen.log_path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (screen.log_fd < 0)
        screen.log_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    struct stat st;
    if (fstat(screen.log_fd, &st) == 0 && st.st_size > LOG_MAX_BYTES &&
        ftruncate(screen.log_fd, 0) == 0)
        st.st_size = 0;
    screen.log_start = st.st_size;
    screen.saved_stderr = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    dup2(screen.log_fd, STDERR_FILENO);
}

/* The last error that was logged while the screen was up. */
static void log_report(struct err *err)
{
    char tail[LOG_TAIL_BYTES + 1];
    off_t end = lseek(screen.log_fd, 0, SEEK_END);
    off_t from = end - LOG_TAIL_BYTES > screen.log_start ? end - LOG_TAIL_BYTES : screen.log_start;
    ssize_t n = pread(screen.log_fd, tail, LOG_TAIL_BYTES, from);
    tail[n > 0 ? n : 0] = '\0';
    const char *last = NULL;
    for (char *line = strtok(tail, "\n"); line != NULL; line = strtok(NULL, "\n"))
        if (strstr(line, " error: ") != NULL)
            last = strstr(line, " error: ") + strlen(" error: ");
    if (last != NULL && err->text[0] == '\0')
        err_set(err, "%s (more in %s)", last, screen.log_path);
}

static void stderr_restore(struct err *err)
{
    if (screen.saved_stderr < 0)
        return;
    fflush(stderr);
    dup2(screen.saved_stderr, STDERR_FILENO);
    close(screen.saved_stderr);
    screen.saved_stderr = -1;
    log_report(err);
    close(screen.log_fd);
    screen.log_fd = -1;
    free(screen.log_path);
    screen.log_path = NULL;
}

/* ---- bytes ----------------------------------------------------------------------------------- */

/* What this thread has written to anything, as the kernel counts it; -1 if it does not. */
static long written_so_far(void)
{
    char text[256];
    ssize_t n = screen.io_fd >= 0 ? pread(screen.io_fd, text, sizeof text - 1, 0) : -1;
    text[n > 0 ? n : 0] = '\0';
    const char *count = strstr(text, "wchar:");
    return count != NULL ? strtol(count + strlen("wchar:"), NULL, 10) : -1;
}

/* Past ncurses, whose buffer is empty before and after doupdate(). A terminal that is gone shows
 * itself in poll(). */
static void emit(const char *text)
{
    ssize_t written = write(STDOUT_FILENO, text, strlen(text));
    (void)written;
}

/* ---- start and end ----------------------------------------------------------------------------
 */

static int input_open(struct err *err)
{
    screen.in = isatty(STDIN_FILENO) ? stdin : fopen("/dev/tty", "r+e");
    return screen.in != NULL ? 0
                             : err_errno(err, "/dev/tty: there is no terminal to read keys from");
}

static void input_close(void)
{
    if (screen.in != NULL && screen.in != stdin)
        fclose(screen.in);
    screen.in = NULL;
}

/* The manners: no echo, no line wait, no cursor, keys as numbers. */
static void modes_set(const struct ui_opts *ui)
{
    cbreak();
    noecho();
    nonl();
    intrflush(stdscr, FALSE);
    curs_set(0);
    screen.keys = newpad(1, 1);
    keypad(screen.keys, TRUE);
    nodelay(screen.keys, TRUE);
    define_key("\033[0n", KEY_ANSWER);
    define_key("\033[3n", KEY_ANSWER);
    mouseinterval(0);
    screen_mouse(ui->mouse);
    erase();
    wnoutrefresh(stdscr); /* once: from here on the app's own window covers it */
}

int screen_start(const struct opts *opts, struct err *err)
{
    if (!isatty(STDOUT_FILENO))
        return err_set(err, "standard output is no terminal");
    setlocale(LC_CTYPE, "");
    const char *name = term_choose(err);
    if (name == NULL || input_open(err) < 0)
        return -1;
    tcgetattr(STDOUT_FILENO, &screen.saved);
    screen.restore_size = 0;
    if (getenv("ESCDELAY") == NULL)
        set_escdelay(25);
    use_tioctl(TRUE);
    if (signals_start(screen_restore, err) < 0) {
        input_close();
        return -1;
    }
    mem_on_panic(screen_restore);
    screen.term = newterm(name, stdout, screen.in);
    if (screen.term == NULL) {
        mem_on_panic(NULL);
        signals_end();
        input_close();
        return err_set(err, "the terminal (TERM=%s) could not be set up", name);
    }
    screen.sync = tigetnum("colors") >= 8 && strcmp(name, "linux") != 0;
    restore_build();
    modes_set(&opts->ui);
    pace_init(&screen.pace, opts->ui.ack);
    thrift_init(&screen.thrift, opts->ui.max_kbps, opts->ui.fps);
    screen.io_fd = open("/proc/thread-self/io", O_RDONLY | O_CLOEXEC);
    if (opts->ui.max_kbps > 0 && written_so_far() < 0)
        snprintf(screen.note, sizeof screen.note,
                 "this kernel does not count bytes: max-kbps has no effect");
    stderr_redirect(opts);
    if (opts->ui.ack) { /* the answer to a question alone tells how far the terminal is */
        emit("\033[5n");
        pace_sent(&screen.pace, 0, clock_now());
    }
    return 0;
}

/* Answers that are still under way would be taken for what was typed at the shell. */
static void await_answers(void)
{
    const struct pace *p = &screen.pace;
    int64_t until = clock_now() + ANSWERS_NS, left;
    while (p->ask && p->pending > 0 && !p->deaf && (left = until - clock_now()) > 0) {
        struct pollfd fd = {.fd = fileno(screen.in), .events = POLLIN};
        if (poll(&fd, 1, (int)(left / CLOCK_MS) + 1) <= 0 || fd.revents != POLLIN)
            return;
        while (screen_key() != SCREEN_NO_KEY)
            continue;
    }
}

void screen_end(struct err *err)
{
    if (screen.term == NULL)
        return;
    await_answers();
    delwin(screen.keys);
    screen.keys = NULL;
    endwin();
    delscreen(screen.term);
    screen.term = NULL;
    tcsetattr(STDOUT_FILENO, TCSADRAIN, &screen.saved);
    mem_on_panic(NULL);
    signals_end();
    input_close();
    stderr_restore(err);
    if (screen.io_fd >= 0)
        close(screen.io_fd);
    screen.io_fd = -1;
}

const char *screen_note(void)
{
    return screen.note;
}

/* ---- while it is up ----------------------------------------------------------------------------
 */

int screen_input_fd(void)
{
    return fileno(screen.in);
}

static void answered(int64_t now)
{
    pace_answer(&screen.pace, now);
    thrift_answer(&screen.thrift, screen.pace.bytes, screen.pace.took, now);
}

int screen_key(void)
{
    for (;;) {
        int key = wgetch(screen.keys);
        if (key == ERR)
            return SCREEN_NO_KEY;
        if (key == KEY_ANSWER)
            answered(clock_now());
        else if (key != KEY_RESIZE)
            return key;
    }
}

void screen_mouse(bool on)
{
    mousemask(on ? BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED : 0, NULL);
}

void screen_redraw(void)
{
    clearok(curscr, TRUE);
}

void screen_suspend(void)
{
    await_answers();
    endwin();
    if (screen.saved_stderr >= 0)
        dup2(screen.saved_stderr, STDERR_FILENO);
    tcsetattr(STDOUT_FILENO, TCSADRAIN, &screen.saved);
    signals_stop();
    if (screen.saved_stderr >= 0)
        dup2(screen.log_fd, STDERR_FILENO);
    reset_prog_mode();
    screen_redraw();
    pace_init(&screen.pace, screen.pace.ask); /* what was asked before will not be answered */
}

void screen_retake(void)
{
    endwin(); /* the next doupdate() enters the alternate screen again */
    reset_prog_mode();
    screen_redraw();
    pace_init(&screen.pace, screen.pace.ask);
}

bool screen_resized(void)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_row == 0 || size.ws_col == 0)
        return false;
    if (size.ws_row == LINES && size.ws_col == COLS)
        return false;
    resize_term(size.ws_row, size.ws_col);
    screen_redraw();
    return true;
}

void screen_flush(bool picture, int64_t now)
{
    long before = written_so_far();
    if (screen.sync)
        emit("\033[?2026h");
    doupdate();
    if (screen.sync)
        emit("\033[?2026l");
    if (screen.pace.ask)
        emit("\033[5n");
    long after = written_so_far(), bytes = before >= 0 && after > before ? after - before : 0;
    pace_sent(&screen.pace, bytes, now);
    if (bytes > 0)
        thrift_sent(&screen.thrift, bytes, picture, now);
}

enum thrift_step screen_thrift(double fps)
{
    screen.thrift.fps = fps;
    return screen.thrift.step;
}

void screen_thrift_text(char *text, size_t size)
{
    thrift_text(&screen.thrift, text, size);
}

bool screen_ready(bool urgent, int64_t now)
{
    return pace_ready(&screen.pace, urgent, now) && (urgent || thrift_ready(&screen.thrift, now));
}

int64_t screen_ready_at(void)
{
    int64_t pace = pace_when(&screen.pace), thrift = thrift_when(&screen.thrift);
    return pace > thrift ? pace : thrift;
}
