/*
 * live: what a program costs that shows a video in a terminal, and how late the screen is.
 *
 * live cost ROWS COLS SECONDS CMD...: runs CMD in a pseudo-terminal of that size, answers its
 * questions about the terminal's state, types q after SECONDS, and prints "CPU seconds, bytes, KiB
 * of memory at most, seconds".
 *
 * live delay ROWS COLS TURNS CMD...: CMD shows its standard input, to which a Y4M video of 30
 * frames a second is written in real time: a dark and a bright wall that change places now and
 * then. Prints how many milliseconds after a change was written the screen had changed: a line a
 * change.
 */
#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { WIDTH = 640, HEIGHT = 480, BURST = 400 /* bytes of a screen that changed */ };

static const char question[] = "\033[5n";

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Starts the command; its standard input is `input` or the terminal (-1). */
static pid_t start(int rows, int cols, char **command, int input, int *master)
{
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};
    pid_t pid = forkpty(master, NULL, NULL, &size);
    if (pid != 0)
        return pid;
    setenv("TERM", "xterm-256color", 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    setenv("CACA_DRIVER", "ncurses", 1);
    if (input >= 0)
        dup2(input, STDIN_FILENO);
    execvp(command[0], command);
    perror(command[0]);
    _exit(127);
}

/* Reads what is there within `wait_ms`; answers each question. -1 = the program has ended. */
static long take(int master, int wait_ms)
{
    static char bytes[1 << 16];
    static size_t matched;
    struct pollfd fd = {.fd = master, .events = POLLIN};
    if (poll(&fd, 1, wait_ms) <= 0)
        return 0;
    ssize_t n = read(master, bytes, sizeof bytes);
    if (n <= 0)
        return errno == EINTR && n < 0 ? 0 : -1;
    for (ssize_t i = 0; i < n; i++) {
        matched = bytes[i] == question[matched] ? matched + 1 : bytes[i] == question[0];
        if (matched == sizeof question - 1) {
            matched = 0;
            if (write(master, "\033[0n", 4) != 4)
                return -1;
        }
    }
    return (long)n;
}

static int cost(int rows, int cols, double seconds, char **command)
{
    int master, status;
    long bytes = 0, n;
    struct rusage use;
    double begin = now();
    pid_t pid = start(rows, cols, command, -1, &master);
    while ((n = take(master, 100)) >= 0) {
        bytes += n;
        if (now() - begin > seconds && write(master, "q", 1) != 1)
            break;
    }
    wait4(pid, &status, 0, &use);
    double cpu = (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
                 1e-6 * (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec);
    printf("%.3f %ld %ld %.2f\n", cpu, bytes, use.ru_maxrss, now() - begin);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : 1;
}

/* A frame of one grey, luma 40 or 200, with a slope in it so that there is something to draw. */
static void write_frame(FILE *out, int bright)
{
    static unsigned char luma[WIDTH], chroma[WIDTH * HEIGHT / 2];
    memset(chroma, 128, sizeof chroma);
    for (int x = 0; x < WIDTH; x++)
        luma[x] = (unsigned char)(bright ? 120 + x / 8 : 30 + x / 12);
    fputs("FRAME\n", out);
    for (int y = 0; y < HEIGHT; y++)
        fwrite(luma, 1, WIDTH, out);
    fwrite(chroma, 1, sizeof chroma, out);
    fflush(out);
}

static int delay(int rows, int cols, int turns, char **command)
{
    int master, ends[2];
    if (pipe(ends) != 0)
        return 1;
    signal(SIGPIPE, SIG_IGN);
    pid_t pid = start(rows, cols, command, ends[0], &master);
    close(ends[0]);
    FILE *out = fdopen(ends[1], "w");
    fprintf(out, "YUV4MPEG2 W%d H%d F30:1 Ip C420jpeg\n", WIDTH, HEIGHT);
    double next = now(), changed = 0;
    long burst = 0;
    for (int frame = 0, turn = 0; turn < turns; frame++) {
        /* after two seconds to start up, a change every 0.7 s and a bit: at all phases */
        int bright = frame < 60 ? 0 : (frame - 60) / 22 % 2;
        if (frame >= 60 && (frame - 60) % 22 == 0 && frame > 60) {
            changed = now();
            burst = 0;
            turn++;
        }
        write_frame(out, bright);
        next += 1 / 30.0 + 0.0003;
        if (next < now()) /* the pipe was full: the next one comes when it would have come */
            next = now();
        while (now() < next) {
            long n = take(master, 1 + (int)((next - now()) * 1e3));
            if (n < 0)
                return 1;
            burst += n;
            if (changed > 0 && burst >= BURST) {
                printf("%.1f\n", 1e3 * (now() - changed));
                changed = 0;
            }
        }
    }
    kill(pid, SIGTERM);
    fclose(out);
    while (take(master, 1000) > 0)
        continue;
    waitpid(pid, NULL, 0);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 5 && strcmp(argv[1], "cost") == 0)
        return cost(atoi(argv[2]), atoi(argv[3]), atof(argv[4]), argv + 5);
    if (argc > 5 && strcmp(argv[1], "delay") == 0)
        return delay(atoi(argv[2]), atoi(argv[3]), atoi(argv[4]), argv + 5);
    fputs("usage: live cost ROWS COLS SECONDS CMD... | live delay ROWS COLS TURNS CMD...\n",
          stderr);
    return 2;
}
