/* Streams over the network: a small HTTP server on the loopback that serves, breaks off or falls
 * silent. */
#include "tests/unit/source_kit.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "base/thread.h"

#define PICTURES 40

enum manner {
    WHOLE,      /* all of the film, its length said before */
    ENDLESS,    /* all of the film, its length not said, then the end */
    BROKEN,     /* half of it, then the end */
    SILENT,     /* half of it, then nothing */
    SILENT_ALL, /* not a word */
};

struct server {
    int fd;
    enum manner manner;
    char *film;
    size_t size;
    char url[64];
    atomic_bool stop;
    struct thread thread;
};

static void send_all(int fd, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t n = send(fd, data, size, MSG_NOSIGNAL);
        if (n <= 0)
            return;
        data += n;
        size -= (size_t)n;
    }
}

static void serve(struct server *v, int fd)
{
    char request[4096], head[256];
    if (v->manner == SILENT_ALL || recv(fd, request, sizeof request, 0) <= 0)
        return;
    int n = snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nConnection: close\r\n");
    if (v->manner != ENDLESS)
        n += snprintf(head + n, sizeof head - (size_t)n, "Content-Length: %zu\r\n", v->size);
    n += snprintf(head + n, sizeof head - (size_t)n, "\r\n");
    send_all(fd, head, (size_t)n);
    send_all(fd, v->film, v->manner == BROKEN || v->manner == SILENT ? v->size / 2 : v->size);
}

static void *server_main(void *arg)
{
    struct server *v = arg;
    int silent[64], held = 0;
    while (!atomic_load(&v->stop)) {
        struct pollfd p = {.fd = v->fd, .events = POLLIN};
        if (poll(&p, 1, 20) <= 0)
            continue;
        int fd = accept(v->fd, NULL, NULL);
        serve(v, fd);
        if (v->manner >= SILENT && held < 64)
            silent[held++] = fd;
        else
            close(fd);
    }
    while (held > 0)
        close(silent[--held]);
    return NULL;
}

static void server_start(struct server *v, enum manner manner)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof a;
    struct err err = {""};
    *v = (struct server){.manner = manner, .fd = socket(AF_INET, SOCK_STREAM, 0)};
    save_film(in_dir("net.y4m"), 64, 48, PICTURES, 50, true);
    v->film = file_read(in_dir("net.y4m"), 1 << 24, &v->size, &err);
    assert_non_null(v->film);
    assert_int_equal(bind(v->fd, (struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(listen(v->fd, 8), 0);
    assert_int_equal(getsockname(v->fd, (struct sockaddr *)&a, &length), 0);
    snprintf(v->url, sizeof v->url, "http://127.0.0.1:%d/film.y4m", ntohs(a.sin_port));
    assert_int_equal(thread_start(&v->thread, "server", server_main, v, &err), 0);
}

static void server_end(struct server *v)
{
    atomic_store(&v->stop, true);
    thread_join(&v->thread);
    close(v->fd);
    free(v->film);
}

static void test_closed_port(void **state)
{
    (void)state;
    struct server v;
    server_start(&v, WHOLE);
    server_end(&v); /* nobody listens there now */
    must_not_open(v.url, "http://127.0.0.1:");
    must_not_open(v.url, ": Connection refused");
}

static void test_whole(void **state)
{
    (void)state;
    struct server v;
    server_start(&v, WHOLE);
    struct source *s = open_fast(v.url);
    assert_string_equal(s->ops->name, "stream");
    assert_int_equal(count_frames(s), PICTURES);
    source_close(s);
    server_end(&v);
}

static int read_until_lost(struct source *s, struct err *err)
{
    struct frame *f;
    int n = 0;
    enum source_status st;
    while ((st = next_of(s, &f, err)) == SOURCE_FRAME) {
        assert_int_equal(f->grey[0], 50 + n++);
        frame_unref(f);
    }
    assert_int_equal(st, SOURCE_LOST);
    return n;
}

static void test_ended_by_the_sender(void **state)
{
    (void)state;
    struct server v;
    struct err err = {""};
    server_start(&v, ENDLESS);
    struct source *s = open_fast(v.url);
    assert_true(s->ops->live);
    assert_int_equal(read_until_lost(s, &err), PICTURES);
    assert_non_null(strstr(err.text, ": the sender ended the stream"));
    source_close(s);
    server_end(&v);
}

static void test_broken_off(void **state)
{
    (void)state;
    struct server v;
    struct err err = {""};
    server_start(&v, BROKEN);
    struct source *s = open_fast(v.url);
    int n = read_until_lost(s, &err);
    assert_true(n >= PICTURES / 2 - 1 && n <= PICTURES / 2);
    assert_non_null(strstr(err.text, ": the sender ended the stream"));
    source_close(s);
    server_end(&v);
}

static void test_silent(void **state)
{
    (void)state;
    struct server v;
    struct err err = {""};
    server_start(&v, SILENT);
    struct source *s = open_fast(v.url);
    assert_true(read_until_lost(s, &err) >= PICTURES / 2 - 1);
    assert_non_null(strstr(err.text, ": nothing came for 10 s"));
    source_close(s);
    server_end(&v);
}

static void *stop_source(void *source)
{
    clock_sleep_until(clock_now() + 300 * CLOCK_MS);
    source_stop(source);
    return NULL;
}

/* source_stop ends the wait for a sender that fell silent: far sooner than in 10 s. */
static void test_stop_while_silent(void **state)
{
    (void)state;
    struct server v;
    struct err err = {""};
    struct frame *f;
    server_start(&v, SILENT);
    struct source *s = open_fast(v.url);
    struct thread t = {0};
    assert_int_equal(thread_start(&t, "stopper", stop_source, s, &err), 0);
    enum source_status st;
    while ((st = source_next(s, &f, &err)) == SOURCE_FRAME || !source_stopped(s)) {
        assert_true(st != SOURCE_LOST && st != SOURCE_END);
        frame_unref(f);
    }
    assert_int_equal(st, SOURCE_AGAIN);
    thread_join(&t);
    source_close(s);
    server_end(&v);
}

static void *raise_flag(void *flag)
{
    clock_sleep_until(clock_now() + 200 * CLOCK_MS);
    atomic_store((atomic_bool *)flag, true);
    return NULL;
}

/* A server that takes the connection and says nothing: opening ends when the flag is raised. */
static void test_stop_while_opening(void **state)
{
    (void)state;
    struct server v;
    struct err err = {""};
    atomic_bool flag = false;
    struct thread t = {0};
    server_start(&v, SILENT_ALL);
    assert_int_equal(thread_start(&t, "flag", raise_flag, &flag, &err), 0);
    struct source_opts o = as_fast_as_read(v.url);
    assert_null(source_open_until(&flag, &o, pool, &err));
    assert_non_null(strstr(err.text, ": stopped"));
    thread_join(&t);
    server_end(&v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_closed_port),
        cmocka_unit_test(test_whole),
        cmocka_unit_test(test_ended_by_the_sender),
        cmocka_unit_test(test_broken_off),
        cmocka_unit_test(test_silent),
        cmocka_unit_test(test_stop_while_silent),
        cmocka_unit_test(test_stop_while_opening),
    };
    return cmocka_run_group_tests(tests, kit_open, kit_close);
}
