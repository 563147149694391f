/* memo: see memo.h. A file is a header and the bytes, written to a temporary name first. */
#include "nn/memo.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "nn/hash.h"

struct header {
    char magic[8];
    uint64_t key, size, hash; /* of the bytes behind it: how many, and which */
};

static const char magic[8] = "moodmemo";

/* The caller frees; NULL where there is no cache directory. */
static char *path_of(const char *kind, uint64_t key)
{
    char *dir = file_cache_dir(), *path = NULL;
    if (dir != NULL) {
        char *name = mem_printf("%s-%016llx.memo", kind, (unsigned long long)key);
        path = file_join(dir, name);
        free(name);
    }
    free(dir);
    return path;
}

static uint64_t hash_bytes(const uint8_t *data, size_t size)
{
    uint64_t hash = hash_words(HASH_START, data, size);
    for (size_t i = size / 8 * 8; i < size; i++)
        hash = hash_number(hash, data[i]);
    return hash;
}

uint64_t memo_key(const struct dataset *ds)
{
    uint64_t key = hash_text(HASH_START, MOODTOP_VERSION);
    key = hash_number(hash_number(key, ds->source_hash), (uint64_t)ds->n);
    for (int c = 0; c < ds->classes; c++)
        key = hash_text(key, ds->class_name[c]);
    return key;
}

/* Whether text, of n bytes, is the memo that was sought. */
static bool is_sound(const char *text, size_t n, uint64_t key, size_t size)
{
    struct header h;
    if (n != sizeof h + size)
        return false;
    memcpy(&h, text, sizeof h);
    return memcmp(h.magic, magic, sizeof magic) == 0 && h.key == key && h.size == size &&
           h.hash == hash_bytes((const uint8_t *)text + sizeof h, size);
}

bool memo_read(const char *kind, uint64_t key, void *data, size_t size)
{
    char *path = path_of(kind, key), *text = NULL;
    size_t n = 0;
    if (path != NULL && file_exists(path))
        text = file_read(path, sizeof(struct header) + size, &n, NULL);
    bool sound = text != NULL && is_sound(text, n, key, size);
    if (sound) {
        memcpy(data, text + sizeof(struct header), size);
        utimensat(AT_FDCWD, path, NULL, 0); /* it was used, see nn/cache.h */
    }
    free(text);
    free(path);
    return sound;
}

void memo_write(const char *kind, uint64_t key, const void *data, size_t size)
{
    struct err err = {""};
    struct header h = {.key = key, .size = size, .hash = hash_bytes(data, size)};
    char *path = path_of(kind, key), *dir = file_cache_dir();
    memcpy(h.magic, magic, sizeof magic);
    if (path != NULL) {
        mkdir(dir, 0777); /* that alone: a home that is gone is not to come back by this */
        char *text = mem_alloc(sizeof h + size);
        memcpy(text, &h, sizeof h);
        memcpy(text + sizeof h, data, size);
        file_write_atomic(path, text, sizeof h + size, &err);
        free(text);
    }
    if (err.text[0] != '\0')
        log_write(LOG_WARN, "%s; it will be computed every time", err.text);
    free(dir);
    free(path);
}
