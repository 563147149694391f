/* pty: see pty.h. */
#include "tests/e2e/pty.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <termios.h>
#include <vterm.h>

#include "base/clock.h"
#include "base/mem.h"

enum { RAW_MAX = 1 << 26, NOBODY = 65534 };

/* What the small shell tells the test. */
struct news {
    pid_t pid;  /* of the program */
    int status; /* waitpid()'s; -1 = it was started */
};

struct pty {
    int master, news, control; /* -1: closed */
    pid_t shell, pid;
    struct news last;
    bool ended;
    VTerm *term;
    VTermScreen *screen;
    bool alternate, cursor;
    char *raw;
    size_t raw_size, raw_room;
    int frames, match; /* DSRs seen; how much of the next one has come */
    long bytes_per_s;
    bool mute;
    int64_t read_again; /* a slow terminal reads no earlier */
    struct pty *older;  /* opened before, and open */
};

/* Those that are open, the newest first. A test that failed leaves its programs running; the next
 * one ends them. */
static struct pty *all_open;

const char *pty_program(void)
{
    const char *path = getenv("MOODTOP");
    return path != NULL ? path : "./moodtop";
}

/* ---- the small shell ----------------------------------------------------------------------------
 */

static void tell(int fd, pid_t pid, int status)
{
    struct news n = {.pid = pid, .status = status};
    if (write(fd, &n, sizeof n) != (ssize_t)sizeof n)
        _exit(1);
}

static void limit(const struct pty_opts *o)
{
    const struct rlimit file = {.rlim_cur = (rlim_t)o->file_max, .rlim_max = (rlim_t)o->file_max};
    if (o->file_max > 0 && setrlimit(RLIMIT_FSIZE, &file) != 0)
        _exit(127);
    if (o->nobody && geteuid() == 0 && (setgid(NOBODY) != 0 || setuid(NOBODY) != 0))
        _exit(127);
}

static void run_program(const struct pty_opts *o, char **argv)
{
    setenv("TERM", "xterm-256color", 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
    setenv("XDG_STATE_HOME", "/tmp/moodtop-test-state", 1);
    unsetenv("NO_COLOR");
    unsetenv("COLORFGBG");
    for (int i = 0; o->env != NULL && o->env[i] != NULL; i++) {
        if (strchr(o->env[i], '=') != NULL)
            putenv(mem_strdup(o->env[i]));
        else
            unsetenv(o->env[i]);
    }
    signal(SIGTTOU, SIG_DFL);
    signal(SIGHUP, SIG_DFL);
    limit(o);
    execv(argv[0], argv);
    _exit(127);
}

/* Runs in the session's leader and never returns. */
static void shell(const struct pty_opts *o, char **argv, int news, int control)
{
    for (int fd = 3; fd < 256; fd++) /* another test's terminal must not stay open here */
        if (fd != news && fd != control)
            close(fd);
    struct termios sane;
    tcgetattr(STDIN_FILENO, &sane);
    signal(SIGTTOU, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    pid_t pid = fork();
    if (pid == 0) {
        setpgid(0, 0);
        tcsetpgrp(STDIN_FILENO, getpid());
        close(news);
        close(control);
        run_program(o, argv);
    }
    setpgid(pid, pid);
    tell(news, pid, -1);
    for (int status; waitpid(pid, &status, WUNTRACED) == pid;) {
        struct termios theirs;
        char go;
        if (!WIFSTOPPED(status)) {
            tell(news, pid, status);
            break;
        }
        tcgetattr(STDIN_FILENO, &theirs);
        tcsetpgrp(STDIN_FILENO, getpid());
        tcsetattr(STDIN_FILENO, TCSADRAIN, &sane);
        tell(news, pid, status);
        if (read(control, &go, 1) != 1)
            break;
        tcsetpgrp(STDIN_FILENO, pid);
        kill(-pid, SIGCONT);
    }
    char go;
    while (read(control, &go, 1) < 0 && errno == EINTR) /* keeps the session until the test ends */
        continue;
    _exit(0);
}

/* ---- the terminal -------------------------------------------------------------------------------
 */

static int on_prop(VTermProp prop, VTermValue *value, void *user)
{
    struct pty *p = user;
    if (prop == VTERM_PROP_ALTSCREEN)
        p->alternate = value->boolean != 0;
    if (prop == VTERM_PROP_CURSORVISIBLE)
        p->cursor = value->boolean != 0;
    return 1;
}

static const VTermScreenCallbacks callbacks = {.settermprop = on_prop};

static void terminal_new(struct pty *p, int rows, int cols)
{
    p->term = vterm_new(rows, cols);
    vterm_set_utf8(p->term, 1);
    p->screen = vterm_obtain_screen(p->term);
    vterm_screen_set_callbacks(p->screen, &callbacks, p);
    vterm_screen_enable_altscreen(p->screen, 1);
    vterm_screen_reset(p->screen, 1);
    p->cursor = true;
}

struct pty *pty_open(const struct pty_opts *o)
{
    while (all_open != NULL && !o->beside)
        pty_close(all_open);
    struct pty *p = mem_zalloc(1, sizeof *p);
    p->older = all_open;
    all_open = p;
    p->master = p->news = p->control = -1;
    p->ended = true;
    struct winsize size = {.ws_row = (unsigned short)o->rows, .ws_col = (unsigned short)o->cols};
    int news[2], control[2];
    char *argv[32] = {(char *)pty_program()};
    for (int i = 0; o->args != NULL && o->args[i] != NULL && i < 30; i++)
        argv[i + 1] = (char *)o->args[i];
    assert_int_equal(pipe2(news, O_CLOEXEC), 0);
    assert_int_equal(pipe2(control, O_CLOEXEC), 0);
    p->shell = forkpty(&p->master, NULL, NULL, &size);
    assert_true(p->shell >= 0);
    if (p->shell == 0)
        shell(o, argv, news[1], control[0]);
    close(news[1]);
    close(control[0]);
    p->news = news[0];
    p->control = control[1];
    p->bytes_per_s = o->bytes_per_s;
    p->mute = o->mute;
    fcntl(p->master, F_SETFL, O_NONBLOCK);
    fcntl(p->master, F_SETFD, FD_CLOEXEC);
    assert_int_equal(read(p->news, &p->last, sizeof p->last), sizeof p->last);
    p->pid = p->last.pid;
    p->ended = false;
    fcntl(p->news, F_SETFL, O_NONBLOCK);
    terminal_new(p, o->rows, o->cols);
    return p;
}

static void shut(int fd)
{
    if (fd >= 0)
        close(fd);
}

void pty_close(struct pty *p)
{
    if (p == NULL)
        return;
    struct pty **place = &all_open;
    while (*place != p)
        place = &(*place)->older;
    *place = p->older;
    if (!p->ended)
        kill(p->pid, SIGKILL);
    shut(p->control);
    shut(p->news);
    shut(p->master);
    if (p->shell > 0) {
        kill(p->shell, SIGKILL);
        waitpid(p->shell, NULL, 0);
    }
    if (p->term != NULL)
        vterm_free(p->term);
    free(p->raw);
    free(p);
}

void pty_hang_up(struct pty *p)
{
    close(p->master);
    p->master = -1;
}

void pty_resize(struct pty *p, int rows, int cols)
{
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};
    vterm_set_size(p->term, rows, cols);
    ioctl(p->master, TIOCSWINSZ, &size);
}

pid_t pty_pid(struct pty *p)
{
    return p->pid;
}

/* ---- bytes in and out
 * ----------------------------------------------------------------------------- */

static void send_bytes(struct pty *p, const char *bytes, size_t size)
{
    while (size > 0 && p->master >= 0) {
        ssize_t n = write(p->master, bytes, size);
        if (n < 0 && errno != EAGAIN && errno != EINTR)
            return; /* the program has gone */
        if (n > 0) {
            bytes += n;
            size -= (size_t)n;
        }
    }
}

void pty_keys(struct pty *p, const char *keys)
{
    send_bytes(p, keys, strlen(keys));
}

static void keep(struct pty *p, const char *bytes, size_t size)
{
    static const char dsr[] = "\033[5n";
    if (p->raw_size + size > p->raw_room) {
        p->raw_room = (p->raw_size + size) * 2;
        p->raw = mem_realloc(p->raw, p->raw_room, 1);
    }
    if (p->raw_size + size <= RAW_MAX) {
        memcpy(p->raw + p->raw_size, bytes, size);
        p->raw_size += size;
    }
    for (size_t i = 0; i < size; i++) {
        p->match = bytes[i] == dsr[p->match] ? p->match + 1 : bytes[i] == dsr[0];
        if (p->match == (int)sizeof dsr - 1) {
            p->frames++;
            p->match = 0;
        }
    }
}

static void answer(struct pty *p)
{
    char out[256];
    size_t n;
    while ((n = vterm_output_read(p->term, out, sizeof out)) > 0)
        if (!p->mute)
            send_bytes(p, out, n);
}

static void listen_news(struct pty *p)
{
    struct news n;
    while (read(p->news, &n, sizeof n) == (ssize_t)sizeof n) {
        p->last = n;
        p->ended = WIFEXITED(n.status) || WIFSIGNALED(n.status);
    }
}

void pty_pump(struct pty *p, int ms)
{
    char buffer[65536];
    int64_t now = clock_now();
    bool may_read = p->master >= 0 && now >= p->read_again;
    struct pollfd fds[] = {{.fd = may_read ? p->master : -1, .events = POLLIN},
                           {.fd = p->ended ? -1 : p->news, .events = POLLIN}};
    if (p->master >= 0 && !may_read && (p->read_again - now) / CLOCK_MS < ms)
        ms = (int)((p->read_again - now) / CLOCK_MS) + 1;
    poll(fds, 2, ms);
    listen_news(p);
    if (!may_read)
        return;
    ssize_t n = read(p->master, buffer, p->bytes_per_s > 0 ? 512 : sizeof buffer);
    if (n <= 0)
        return;
    if (p->bytes_per_s > 0)
        p->read_again = clock_now() + n * CLOCK_S / p->bytes_per_s;
    keep(p, buffer, (size_t)n);
    vterm_input_write(p->term, buffer, (size_t)n);
    answer(p);
}

const char *pty_bytes(struct pty *p, size_t *size)
{
    *size = p->raw_size;
    return p->raw;
}

void pty_forget(struct pty *p)
{
    p->raw_size = 0;
}

/* ---- the screen
 * ----------------------------------------------------------------------------------- */

static size_t put_utf8(uint32_t c, char *out)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xc0 | c >> 6);
        out[1] = (char)(0x80 | (c & 63));
        return 2;
    }
    out[0] = (char)(0xe0 | c >> 12);
    out[1] = (char)(0x80 | (c >> 6 & 63));
    out[2] = (char)(0x80 | (c & 63));
    return 3;
}

char *pty_row(struct pty *p, int row)
{
    int rows, cols;
    vterm_get_size(p->term, &rows, &cols);
    char *text = mem_alloc((size_t)cols * 3 + 1);
    size_t n = 0;
    for (int x = 0; x < cols; x++) {
        uint32_t c = pty_cell(p, row, x).ch;
        n += put_utf8(c == 0 ? ' ' : c, text + n);
    }
    text[n] = '\0';
    return text;
}

struct pty_cell pty_cell(struct pty *p, int row, int col)
{
    VTermScreenCell c;
    VTermPos pos = {.row = row, .col = col};
    struct pty_cell out = {0};
    if (!vterm_screen_get_cell(p->screen, pos, &c))
        return out;
    out.ch = c.chars[0] == (uint32_t)-1 ? 0 : c.chars[0];
    out.bold = c.attrs.bold;
    out.reverse = c.attrs.reverse;
    out.fg_default = VTERM_COLOR_IS_DEFAULT_FG(&c.fg);
    out.bg_default = VTERM_COLOR_IS_DEFAULT_BG(&c.bg);
    vterm_screen_convert_color_to_rgb(p->screen, &c.fg);
    vterm_screen_convert_color_to_rgb(p->screen, &c.bg);
    memcpy(out.fg, &c.fg.rgb.red, 3);
    memcpy(out.bg, &c.bg.rgb.red, 3);
    return out;
}

bool pty_find(struct pty *p, const char *text, int *row, int *col)
{
    int rows, cols;
    vterm_get_size(p->term, &rows, &cols);
    for (int y = 0; y < rows; y++) {
        char *line = pty_row(p, y);
        char *at = strstr(line, text);
        if (at != NULL) {
            int x = 0;
            for (char *c = line; c < at; c++)
                x += (*c & 0xc0) != 0x80;
            if (row != NULL)
                *row = y;
            if (col != NULL)
                *col = x;
        }
        free(line);
        if (at != NULL)
            return true;
    }
    return false;
}

bool pty_alternate(struct pty *p)
{
    return p->alternate;
}

bool pty_cursor_visible(struct pty *p)
{
    return p->cursor;
}

void pty_cursor(struct pty *p, int *row, int *col)
{
    VTermPos pos;
    vterm_state_get_cursorpos(vterm_obtain_state(p->term), &pos);
    *row = pos.row;
    *col = pos.col;
}

void pty_dump(struct pty *p)
{
    int rows, cols;
    vterm_get_size(p->term, &rows, &cols);
    printf("screen %dx%d, %d frames, alternate %d, ", rows, cols, p->frames, p->alternate);
    printf(p->ended ? "ended with status %#x\n" : "running\n", p->last.status);
    for (int y = 0; y < rows; y++) {
        char *line = pty_row(p, y);
        printf("|%s|\n", line);
        free(line);
    }
}

/* ---- waiting
 * -------------------------------------------------------------------------------------- */

/* What is still on its way through the terminal when the program has ended or stopped. */
static void drain(struct pty *p)
{
    p->bytes_per_s = 0;
    p->read_again = 0;
    for (size_t before = p->raw_size + 1; before != p->raw_size && p->master >= 0;) {
        before = p->raw_size;
        pty_pump(p, 50);
    }
}

bool pty_wait(struct pty *p, bool (*cond)(struct pty *p, const void *ctx), const void *ctx)
{
    int64_t limit = clock_now() + PTY_LIMIT_S * CLOCK_S;
    while (!cond(p, ctx)) {
        if (clock_now() > limit)
            return false;
        if (p->ended) { /* nothing more will come than what is under way */
            drain(p);
            return cond(p, ctx);
        }
        pty_pump(p, 100);
    }
    return true;
}

/* Waits, or prints the screen and fails. */
static void must(struct pty *p, bool (*cond)(struct pty *, const void *), const void *ctx,
                 const char *what, const char *detail)
{
    if (pty_wait(p, cond, ctx))
        return;
    pty_dump(p);
    fail_msg("%s %s", what, detail);
}

static bool is_there(struct pty *p, const void *text)
{
    return pty_find(p, text, NULL, NULL);
}

/* *face gets the number in "face 7:", the title of the bars. */
static bool names_face(struct pty *p, const void *face)
{
    for (int id = 1; id < 1000; id++) {
        char title[32];
        snprintf(title, sizeof title, "face %d:", id);
        if (pty_find(p, title, NULL, NULL)) {
            *(int *)(uintptr_t)face = id;
            return true;
        }
    }
    return false;
}

static bool is_gone(struct pty *p, const void *text)
{
    return !pty_find(p, text, NULL, NULL);
}

static bool has_drawn(struct pty *p, const void *count)
{
    return p->frames >= *(const int *)count || p->ended;
}

static bool has_ended(struct pty *p, const void *unused)
{
    (void)unused;
    return p->ended;
}

static bool has_stopped(struct pty *p, const void *unused)
{
    (void)unused;
    return p->last.status != -1 && WIFSTOPPED(p->last.status);
}

void pty_see(struct pty *p, const char *text)
{
    must(p, is_there, text, "never seen:", text);
}

int pty_see_face(struct pty *p)
{
    int id = 0;
    must(p, names_face, &id, "never seen:", "a face");
    return id;
}

void pty_gone(struct pty *p, const char *text)
{
    must(p, is_gone, text, "never gone:", text);
}

void pty_frames(struct pty *p, int count)
{
    int want = p->frames + count;
    must(p, has_drawn, &want, "no", "frame");
    if (p->ended) {
        pty_dump(p);
        fail_msg("the program ended (status %d)", p->last.status);
    }
}

int pty_end(struct pty *p)
{
    must(p, has_ended, NULL, "the program", "never ended");
    drain(p);
    return p->last.status;
}

void pty_quit(struct pty *p)
{
    pty_keys(p, "q");
    assert_int_equal(pty_end(p), 0);
    pty_close(p);
}

void pty_stopped(struct pty *p)
{
    must(p, has_stopped, NULL, "the program", "never stopped");
    drain(p);
}

void pty_foreground(struct pty *p)
{
    p->last.status = -1;
    assert_int_equal(write(p->control, "f", 1), 1);
}
