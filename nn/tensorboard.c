/* tensorboard: see tensorboard.h. */
#include "nn/tensorboard.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "nn/run.h"

#define PREFIX "events.out.tfevents."

enum { MESSAGE_MAX = 16384, TAG_MAX = 80, FRAME = 16 };

/* Numbers of the fields that are used, of Event, Summary, Summary.Value and SessionLog. */
enum {
    EVENT_WALL_TIME = 1,
    EVENT_STEP = 2,
    EVENT_FILE_VERSION = 3,
    EVENT_SUMMARY = 5,
    EVENT_SESSION_LOG = 7,
    SUMMARY_VALUE = 1,
    VALUE_TAG = 1,
    VALUE_SIMPLE = 2,
    SESSION_STATUS = 1,
    SESSION_START = 1
};
enum wire { WIRE_VARINT = 0, WIRE_64 = 1, WIRE_BYTES = 2, WIRE_32 = 5 };

struct tensorboard {
    int fd;
    char *path;
    struct run *run;
    int written; /* epochs */
};

/* ---- framing ------------------------------------------------------------------------------- */

uint32_t tensorboard_crc(const void *data, size_t size)
{
    const uint8_t *p = data;
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < size; i++) {
        crc ^= p[i];
        for (int bit = 0; bit < 8; bit++)
            crc = (crc >> 1) ^ (crc & 1 ? UINT32_C(0x82f63b78) : 0);
    }
    return ~crc;
}

static void put_little(uint8_t *out, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        out[i] = (uint8_t)(value >> (8 * i));
}

static void put_masked_crc(uint8_t *out, const uint8_t *data, size_t size)
{
    uint32_t crc = tensorboard_crc(data, size);
    put_little(out, (uint32_t)(((crc >> 15) | (crc << 17)) + UINT32_C(0xa282ead8)), 4);
}

/* ---- messages ------------------------------------------------------------------------------ */

struct message {
    uint8_t data[MESSAGE_MAX];
    size_t size;
};

static void put_varint(struct message *m, uint64_t value)
{
    do {
        assert(m->size < MESSAGE_MAX);
        m->data[m->size++] = (uint8_t)((value & 0x7f) | (value > 0x7f ? 0x80 : 0));
        value >>= 7;
    } while (value > 0);
}

static void put_key(struct message *m, int field, enum wire wire)
{
    put_varint(m, (uint64_t)field << 3 | wire);
}

static void put_bytes(struct message *m, int field, const void *data, size_t size)
{
    put_key(m, field, WIRE_BYTES);
    put_varint(m, size);
    assert(size <= MESSAGE_MAX - m->size);
    memcpy(m->data + m->size, data, size);
    m->size += size;
}

static void put_fixed(struct message *m, int field, enum wire wire, uint64_t bits)
{
    int bytes = wire == WIRE_64 ? 8 : 4;
    put_key(m, field, wire);
    assert(m->size + (size_t)bytes <= MESSAGE_MAX);
    put_little(m->data + m->size, bits, bytes);
    m->size += (size_t)bytes;
}

static void put_time(struct message *m, double seconds)
{
    uint64_t bits;
    memcpy(&bits, &seconds, sizeof bits);
    put_fixed(m, EVENT_WALL_TIME, WIRE_64, bits);
}

/* Adds a scalar to a Summary, unless it is not known. */
static void put_scalar(struct message *summary, const char *tag, double x)
{
    struct message value = {.size = 0};
    float f = (float)x;
    uint32_t bits;
    if (!isfinite(x))
        return;
    memcpy(&bits, &f, sizeof bits);
    put_bytes(&value, VALUE_TAG, tag, strlen(tag));
    put_fixed(&value, VALUE_SIMPLE, WIRE_32, bits);
    put_bytes(summary, SUMMARY_VALUE, value.data, value.size);
}

/* Appends a record with one write, so that a reader meets all of it or, on a full disk, an end that
 * its check sum gives away. */
static int write_record(struct tensorboard *t, const struct message *m, struct err *err)
{
    uint8_t record[MESSAGE_MAX + FRAME];
    size_t size = m->size + FRAME;
    put_little(record, m->size, 8);
    put_masked_crc(record + 8, record, 8);
    memcpy(record + 12, m->data, m->size);
    put_masked_crc(record + 12 + m->size, m->data, m->size);
    ssize_t n = write(t->fd, record, size);
    if (n == (ssize_t)size)
        return 0;
    errno = n < 0 ? errno : ENOSPC;
    return err_errno(err, "%s: cannot append", t->path);
}

/* ---- the file ------------------------------------------------------------------------------ */

/* What every event file begins with; and that points which a reader has of an older file of this
 * run are void. */
static int write_beginning(struct tensorboard *t, struct err *err)
{
    static const char version[] = "brain.Event:2";
    struct message first = {.size = 0}, restart = {.size = 0}, log = {.size = 0};
    put_time(&first, (double)time(NULL));
    put_bytes(&first, EVENT_FILE_VERSION, version, sizeof version - 1);
    put_key(&log, SESSION_STATUS, WIRE_VARINT);
    put_varint(&log, SESSION_START);
    put_time(&restart, (double)time(NULL));
    put_bytes(&restart, EVENT_SESSION_LOG, log.data, log.size);
    return write_record(t, &first, err) == 0 ? write_record(t, &restart, err) : -1;
}

static int write_epoch(struct tensorboard *t, int i, struct err *err)
{
    const struct run_epoch *e = &t->run->epoch[i];
    const double *recall = t->run->recall + (size_t)i * (size_t)t->run->classes;
    struct message event = {.size = 0}, summary = {.size = 0};
    put_scalar(&summary, "loss/training", e->loss);
    put_scalar(&summary, "loss/validation", e->val_loss);
    put_scalar(&summary, "accuracy/training", e->accuracy);
    put_scalar(&summary, "accuracy/validation", e->val_accuracy);
    put_scalar(&summary, "macro_f1/validation", e->val_macro_f1);
    put_scalar(&summary, "learning_rate", e->lr);
    put_scalar(&summary, "seconds", e->seconds);
    for (int c = 0; c < t->run->classes; c++) {
        char tag[TAG_MAX];
        snprintf(tag, sizeof tag, "recall/%s", t->run->label[c]);
        put_scalar(&summary, tag, recall[c]);
    }
    put_time(&event, e->time);
    put_key(&event, EVENT_STEP, WIRE_VARINT);
    put_varint(&event, (uint64_t)e->epoch);
    put_bytes(&event, EVENT_SUMMARY, summary.data, summary.size);
    return write_record(t, &event, err);
}

int tensorboard_update(struct tensorboard *t, struct err *err)
{
    run_poll(t->run);
    for (; t->written < t->run->epochs; t->written++)
        if (write_epoch(t, t->written, err) != 0)
            return -1;
    return 0;
}

/* Removes the event files that this one replaces. */
static void remove_older(const struct tensorboard *t, const char *dir)
{
    glob_t found;
    char *pattern = file_join(dir, PREFIX "*");
    if (glob(pattern, GLOB_NOSORT, NULL, &found) == 0) {
        for (size_t i = 0; i < found.gl_pathc; i++)
            if (strcmp(file_base(found.gl_pathv[i]), file_base(t->path)) != 0)
                unlink(found.gl_pathv[i]);
        globfree(&found);
    }
    free(pattern);
}

struct tensorboard *tensorboard_open(const char *dir, struct err *err)
{
    struct tensorboard *t = mem_zalloc(1, sizeof *t);
    char name[200], host[65] = "localhost";
    gethostname(host, sizeof host - 1);
    snprintf(name, sizeof name, PREFIX "%010lld.%s.%ld", (long long)time(NULL), host,
             (long)getpid());
    t->path = file_join(dir, name);
    t->fd = open(t->path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666);
    if (t->fd < 0)
        err_errno(err, "%s", t->path);
    else
        t->run = run_open(dir, err);
    if (t->run == NULL || write_beginning(t, err) != 0 || tensorboard_update(t, err) != 0) {
        tensorboard_close(t);
        return NULL;
    }
    remove_older(t, dir);
    return t;
}

void tensorboard_close(struct tensorboard *t)
{
    if (t == NULL)
        return;
    if (t->fd >= 0)
        close(t->fd);
    run_close(t->run);
    free(t->path);
    free(t);
}
