/*
 * Fuzz target: metrics.jsonl as a watcher reads it, and behind a zero byte run.json. Read whole and
 * in two parts it says the same.
 */
#include "tests/fuzz/fuzz.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "nn/run.h"

#define DIR_NAME "/dev/shm/moodtop-fuzz-run" /* in memory: thousands of runs a second */

static void put(const char *path, const uint8_t *data, size_t size, int flags)
{
    int fd = open(path, O_WRONLY | O_CREAT | flags, 0600);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size || close(fd) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char about[] = "{\"options\":{\"epochs\":3,\"measure\":1}}";
    const uint8_t *zero = size > 0 ? memchr(data, 0, size) : NULL;
    size_t first = zero != NULL ? (size_t)(zero - data) : size, half = first / 2;
    struct err err = {""};
    mkdir(DIR_NAME, 0700);
    if (zero != NULL)
        put(DIR_NAME "/run.json", zero + 1, size - first - 1, O_TRUNC);
    else
        put(DIR_NAME "/run.json", (const uint8_t *)about, sizeof about - 1, O_TRUNC);
    put(DIR_NAME "/metrics.jsonl", data, half, O_TRUNC);
    struct run *parts = run_open(DIR_NAME, &err);
    if ((parts == NULL) != (err.text[0] != '\0'))
        abort();
    put(DIR_NAME "/metrics.jsonl", data + half, first - half, O_APPEND);
    struct run *whole = run_open(DIR_NAME, NULL);
    if (parts != NULL) {
        run_poll(parts);
        if (parts->epochs != whole->epochs || parts->best != whole->best ||
            parts->state != whole->state || parts->steps != whole->steps ||
            parts->confusion_epoch != whole->confusion_epoch)
            abort();
    }
    run_close(parts);
    run_close(whole);
    return 0;
}
