/* safetensors: see safetensors.h. */
#include "nn/safetensors.h"

#include <fcntl.h>
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "nn/half.h"

#define HEADER_MAX (100u << 20) /* the limit of the format's own reader */

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "safetensors files are little-endian"
#endif

struct tensor {
    const char *name; /* lives in the JSON */
    const json_t *entry;
    const char *dtype;
    uint64_t begin, end;
};

struct safetensors {
    char *path;
    uint8_t *map;
    size_t size;
    const uint8_t *data;
    uint64_t data_size;
    json_t *root;
    size_t count;
    struct tensor *tensor; /* in order of their offsets */
};

static const struct dtype {
    const char *name;
    uint64_t size;
} dtypes[] = {
    {"F64", 8}, {"F32", 4}, {"F16", 2}, {"BF16", 2}, {"I64", 8}, {"I32", 4},  {"I16", 2},
    {"I8", 1},  {"U64", 8}, {"U32", 4}, {"U16", 2},  {"U8", 1},  {"BOOL", 1},
};

static uint64_t dtype_size(const char *name)
{
    for (size_t i = 0; i < MEM_COUNT(dtypes); i++)
        if (strcmp(dtypes[i].name, name) == 0)
            return dtypes[i].size;
    return 0;
}

/* A whole number of JSON that is not negative. */
static bool as_size(const json_t *v, uint64_t *out)
{
    json_int_t n = json_integer_value(v);
    if (!json_is_integer(v) || n < 0)
        return false;
    *out = (uint64_t)n;
    return true;
}

/* Bytes that a dtype and shape need; false if they make no sense. */
static bool bytes_of(const json_t *shape, uint64_t item, uint64_t *bytes)
{
    *bytes = item;
    if (!json_is_array(shape) || json_array_size(shape) > SAFETENSORS_RANK_MAX || item == 0)
        return false;
    for (size_t i = 0; i < json_array_size(shape); i++) {
        uint64_t dim;
        if (!as_size(json_array_get(shape, i), &dim) || __builtin_mul_overflow(*bytes, dim, bytes))
            return false;
    }
    return true;
}

/* Checks one entry of the header by itself. */
static int read_entry(const struct safetensors *s, const char *name, const json_t *entry,
                      struct tensor *t, struct err *err)
{
    const json_t *offsets = json_object_get(entry, "data_offsets");
    uint64_t need;
    *t = (struct tensor){.name = name, .entry = entry};
    t->dtype = json_string_value(json_object_get(entry, "dtype"));
    if (t->dtype == NULL || dtype_size(t->dtype) == 0)
        return err_set(err, "\"%.80s\": dtype is %.20s; expected F32 or F16", name,
                       t->dtype != NULL ? t->dtype : "missing");
    if (json_array_size(offsets) != 2 || !as_size(json_array_get(offsets, 0), &t->begin) ||
        !as_size(json_array_get(offsets, 1), &t->end))
        return err_set(err, "\"%.80s\": data_offsets are not two whole numbers", name);
    if (t->begin > t->end || t->end > s->data_size)
        return err_set(err,
                       "\"%.80s\": lies at bytes %llu to %llu of the data, and the file has %llu",
                       name, (unsigned long long)t->begin, (unsigned long long)t->end,
                       (unsigned long long)s->data_size);
    if (!bytes_of(json_object_get(entry, "shape"), dtype_size(t->dtype), &need) ||
        need != t->end - t->begin)
        return err_set(err, "\"%.80s\": its shape and dtype do not make %llu bytes", name,
                       (unsigned long long)(t->end - t->begin));
    return 0;
}

static int by_begin(const void *a, const void *b)
{
    const struct tensor *x = a, *y = b;
    if (x->begin != y->begin)
        return x->begin < y->begin ? -1 : 1;
    return x->end < y->end ? -1 : x->end > y->end;
}

/* The arrays must follow one another from the first byte to the last. */
static int check_cover(struct safetensors *s, struct err *err)
{
    uint64_t at = 0;
    qsort(s->tensor, s->count, sizeof *s->tensor, by_begin);
    for (size_t i = 0; i < s->count; i++) {
        if (s->tensor[i].begin != at)
            return err_set(err, "\"%.80s\": begins at byte %llu of the data; expected %llu (%s)",
                           s->tensor[i].name, (unsigned long long)s->tensor[i].begin,
                           (unsigned long long)at,
                           s->tensor[i].begin < at ? "arrays overlap" : "a gap");
        at = s->tensor[i].end;
    }
    if (at != s->data_size)
        return err_set(err, "%llu bytes of data; expected %llu", (unsigned long long)s->data_size,
                       (unsigned long long)at);
    return 0;
}

static int read_entries(struct safetensors *s, struct err *err)
{
    const char *name;
    json_t *entry;
    if (!json_is_object(s->root))
        return err_set(err, "the header is not a JSON object");
    s->tensor = mem_zalloc(json_object_size(s->root), sizeof *s->tensor);
    json_object_foreach(s->root, name, entry)
    {
        if (strcmp(name, "__metadata__") == 0)
            continue;
        if (read_entry(s, name, entry, &s->tensor[s->count], err) != 0)
            return -1;
        s->count++;
    }
    return check_cover(s, err);
}

static int read_header(struct safetensors *s, struct err *err)
{
    uint64_t n;
    if (s->size < sizeof n)
        return err_set(err, "%zu bytes; expected a safetensors file, which begins with 8", s->size);
    memcpy(&n, s->map, sizeof n);
    if (n > HEADER_MAX || n > s->size - sizeof n)
        return err_set(err, "the header should be %llu bytes long, and the file has %zu",
                       (unsigned long long)n, s->size);
    s->data = s->map + sizeof n + n;
    s->data_size = s->size - sizeof n - n;
    json_error_t where;
    s->root =
        json_loadb((const char *)s->map + sizeof n, (size_t)n, JSON_REJECT_DUPLICATES, &where);
    if (s->root == NULL)
        return err_set(err, "header, byte %d: %.120s", where.position, where.text);
    return read_entries(s, err);
}

static int map_file(struct safetensors *s, struct err *err)
{
    struct stat st;
    int fd = open(s->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        err_errno(err, "cannot open");
        if (fd >= 0) {
            err_set(err, "not a regular file");
            close(fd);
        }
        return -1;
    }
    s->size = (size_t)st.st_size;
    void *map = s->size > 0 ? mmap(NULL, s->size, PROT_READ, MAP_PRIVATE, fd, 0) : MAP_FAILED;
    if (map == MAP_FAILED)
        s->size > 0 ? err_errno(err, "cannot map") : err_set(err, "the file is empty");
    else
        s->map = map;
    close(fd);
    return s->map != NULL ? 0 : -1;
}

struct safetensors *safetensors_open(const char *path, struct err *err)
{
    struct safetensors *s = mem_zalloc(1, sizeof *s);
    s->path = mem_strdup(path);
    if (map_file(s, err) != 0 || read_header(s, err) != 0) {
        err_prefix(err, "%s", path);
        safetensors_close(s);
        return NULL;
    }
    return s;
}

void safetensors_close(struct safetensors *s)
{
    if (s == NULL)
        return;
    if (s->map != NULL)
        munmap(s->map, s->size);
    json_decref(s->root);
    free(s->tensor);
    free(s->path);
    free(s);
}

size_t safetensors_count(const struct safetensors *s)
{
    return s->count;
}

const char *safetensors_name(const struct safetensors *s, size_t i)
{
    return s->tensor[i].name;
}

static bool same_shape(const json_t *shape, int rank, const int *dim)
{
    if (json_array_size(shape) != (size_t)rank)
        return false;
    for (int i = 0; i < rank; i++)
        if (json_integer_value(json_array_get(shape, (size_t)i)) != dim[i])
            return false;
    return true;
}

static void shape_text(char *text, size_t size, int rank, const int *dim)
{
    size_t used = (size_t)snprintf(text, size, "[");
    for (int i = 0; i < rank && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%d", i > 0 ? "," : "", dim[i]);
    if (used < size)
        snprintf(text + used, size - used, "]");
}

static int wrong_shape(const struct safetensors *s, const struct tensor *t, int rank,
                       const int *dim, struct err *err)
{
    char want[64];
    char *got = json_dumps(json_object_get(t->entry, "shape"), JSON_COMPACT);
    shape_text(want, sizeof want, rank, dim);
    err_set(err, "%s: \"%.80s\": expected shape %s, got %.60s", s->path, t->name, want, got);
    free(got);
    return -1;
}

int safetensors_read(const struct safetensors *s, const char *name, int rank, const int *dim,
                     float *out, struct err *err)
{
    const struct tensor *t = NULL;
    for (size_t i = 0; i < s->count && t == NULL; i++)
        t = strcmp(s->tensor[i].name, name) == 0 ? &s->tensor[i] : NULL;
    if (t == NULL)
        return err_set(err, "%s: \"%.80s\" is missing", s->path, name);
    if (!same_shape(json_object_get(t->entry, "shape"), rank, dim))
        return wrong_shape(s, t, rank, dim, err);
    const uint8_t *from = s->data + t->begin;
    if (strcmp(t->dtype, "F32") == 0) {
        memcpy(out, from, (size_t)(t->end - t->begin));
        return 0;
    }
    if (strcmp(t->dtype, "F16") != 0)
        return err_set(err, "%s: \"%.80s\": dtype is %s; expected F32 or F16", s->path, name,
                       t->dtype);
    for (size_t i = 0; i < (t->end - t->begin) / 2; i++) {
        uint16_t h;
        memcpy(&h, from + 2 * i, sizeof h);
        out[i] = half_to_float(h);
    }
    return 0;
}

/* ---- writing ----------------------------------------------------------------------------- */

static size_t item_count(const struct safetensors_item *item)
{
    size_t n = 1;
    for (int i = 0; i < item->rank; i++)
        n *= (size_t)item->dim[i];
    return n;
}

/* The header's text, padded with spaces so that the data begins at a multiple of 8. */
static char *header_of(const struct safetensors_item *items, size_t n, size_t item_size,
                       size_t *data_size)
{
    json_t *root = json_object();
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        json_t *shape = json_array();
        for (int k = 0; k < items[i].rank; k++)
            json_array_append_new(shape, json_integer(items[i].dim[k]));
        size_t end = at + item_count(&items[i]) * item_size;
        json_object_set_new(root, items[i].name,
                            json_pack("{s:s, s:o, s:[I,I]}", "dtype",
                                      item_size == 2 ? "F16" : "F32", "shape", shape,
                                      "data_offsets", (json_int_t)at, (json_int_t)end));
        at = end;
    }
    char *text = json_dumps(root, JSON_COMPACT);
    json_decref(root);
    char *padded = mem_printf("%-*s", (int)((strlen(text) + 7) / 8 * 8), text);
    free(text);
    *data_size = at;
    return padded;
}

static void put_data(uint8_t *to, const struct safetensors_item *item, bool half)
{
    size_t n = item_count(item);
    if (!half)
        memcpy(to, item->data, n * sizeof(float));
    for (size_t i = 0; half && i < n; i++) {
        uint16_t h = half_from_float(item->data[i]);
        memcpy(to + 2 * i, &h, sizeof h);
    }
}

int safetensors_write(const char *path, const struct safetensors_item *items, size_t n, bool half,
                      struct err *err)
{
    size_t data_size, item_size = half ? 2 : 4;
    char *header = header_of(items, n, item_size, &data_size);
    uint64_t length = strlen(header);
    size_t size = sizeof length + length + data_size;
    uint8_t *file = mem_alloc(size), *at = file + sizeof length + length;
    memcpy(file, &length, sizeof length);
    memcpy(file + sizeof length, header, length);
    for (size_t i = 0; i < n; i++) {
        put_data(at, &items[i], half);
        at += item_count(&items[i]) * item_size;
    }
    int rc = file_write_atomic(path, file, size, err);
    free(file);
    free(header);
    return rc;
}
