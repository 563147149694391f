/* model: see model.h. One thread at a time. */
#include "nn/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "nn/calibrate.h"
#include "nn/hash.h"
#include "nn/safetensors.h"

#define JSON_MAX (16u << 20)
#define LABELS_MAX (64u << 10)

/* Cuts the text into lines, which it then owns; empty lines at the end do not count. */
static int split_labels(struct model *m, char *text, const char *path, struct err *err)
{
    m->labels = mem_zalloc(MODEL_CLASSES_MAX, sizeof *m->labels);
    int line = 1;
    for (char *at = text, *next; at != NULL && *at != '\0'; at = next, line++) {
        next = strchr(at, '\n');
        if (next != NULL)
            *next++ = '\0';
        at[strcspn(at, "\r")] = '\0';
        if (*at == '\0' && (next == NULL || next[strspn(next, "\r\n")] == '\0'))
            break;
        if (*at == '\0' || strlen(at) > MODEL_LABEL_MAX)
            return err_set(err, "%s:%d: expected a label of 1 to %d bytes, got %zu", path, line,
                           MODEL_LABEL_MAX, strlen(at));
        if (m->classes == MODEL_CLASSES_MAX)
            return err_set(err, "%s:%d: more than %d labels", path, line, MODEL_CLASSES_MAX);
        m->labels[m->classes++] = mem_strdup(at);
    }
    return 0;
}

static int read_labels(struct model *m, struct err *err)
{
    char *path = file_join(m->dir, "labels.txt");
    size_t size;
    char *text = file_read(path, LABELS_MAX, &size, err);
    int rc = text != NULL ? 0 : -1;
    if (rc == 0 && strlen(text) != size)
        rc = err_set(err, "%s: not a text file: a zero byte at %zu", path, strlen(text));
    if (rc == 0)
        rc = split_labels(m, text, path, err);
    free(text);
    free(path);
    return rc;
}

static int read_graph(struct model *m, struct err *err)
{
    char *path = file_join(m->dir, "model.json");
    size_t size;
    m->json = file_read(path, JSON_MAX, &size, err);
    if (m->json != NULL)
        m->graph = graph_from_json(m->json, size, path, err);
    free(path);
    return m->graph != NULL ? 0 : -1;
}

static int check_classes(const struct model *m, struct err *err)
{
    if (model_outputs(m) != (size_t)m->classes)
        return err_set(err, "%s: the network has %zu outputs, labels.txt has %d lines", m->dir,
                       model_outputs(m), m->classes);
    return 0;
}

struct model *model_open(const char *dir, struct err *err)
{
    struct model *m = mem_zalloc(1, sizeof *m);
    m->dir = mem_strdup(dir);
    m->temperature = 1;
    m->head = -1;
    if (read_graph(m, err) != 0 || read_labels(m, err) != 0 || check_classes(m, err) != 0) {
        model_close(m);
        return NULL;
    }
    return m;
}

uint64_t model_mark(const struct model *m)
{
    uint64_t mark = hash_number(hash_text(HASH_START, m->json), model_check_sum(m->graph)), t;
    for (int c = 0; c < m->classes; c++)
        mark = hash_text(mark, m->labels[c]);
    memcpy(&t, &m->temperature, sizeof t);
    return hash_number(mark, t);
}

void model_close(struct model *m)
{
    if (m == NULL)
        return;
    for (int i = 0; i < m->classes; i++)
        free(m->labels[i]);
    free(m->labels);
    graph_free(m->graph);
    free(m->json);
    free(m->dir);
    free(m);
}

static void key_of(char *text, size_t size, const struct layer *l, const struct param *p)
{
    snprintf(text, size, "%s/%s", l->name, p->name);
}

int model_save_weights(const struct graph *g, const char *path, bool half, struct err *err)
{
    size_t n = 0;
    struct safetensors_item *items =
        mem_zalloc((size_t)g->layers * LAYER_PARAMS_MAX, sizeof *items);
    for (int i = 0; i < g->layers; i++)
        for (int k = 0; k < g->layer[i].params; k++) {
            const struct param *p = &g->layer[i].param[k];
            struct safetensors_item *item = &items[n++];
            key_of(item->name, sizeof item->name, &g->layer[i], p);
            item->rank = p->rank;
            memcpy(item->dim, p->dim, sizeof p->dim);
            item->data = p->w;
        }
    int rc = safetensors_write(path, items, n, half, err);
    free(items);
    return rc;
}

/* head: a layer whose arrays may be missing or of another shape, and then stay as they are; -1 =
 * none. */
static int read_params(struct graph *g, const struct safetensors *s, int head, size_t *count,
                       struct err *err)
{
    char key[128];
    for (int i = 0; i < g->layers; i++)
        for (int k = 0; k < g->layer[i].params; k++, (*count)++) {
            struct param *p = &g->layer[i].param[k];
            key_of(key, sizeof key, &g->layer[i], p);
            if (safetensors_read(s, key, p->rank, p->dim, p->w, i == head ? NULL : err) != 0 &&
                i != head)
                return -1;
        }
    return 0;
}

static int read_weights(struct graph *g, const char *path, int head, struct err *err)
{
    struct safetensors *s = safetensors_open(path, err);
    if (s == NULL)
        return -1;
    size_t count = 0;
    int rc = read_params(g, s, head, &count, err);
    if (rc == 0 && count != safetensors_count(s))
        rc = err_set(err, "%s: has %zu arrays; expected the %zu of the network", path,
                     safetensors_count(s), count);
    safetensors_close(s);
    graph_changed(g);
    return rc;
}

int model_read_weights(struct graph *g, const char *path, struct err *err)
{
    return read_weights(g, path, -1, err);
}

int model_begin_with(struct model *m, const char *path, struct err *err)
{
    return read_weights(m->graph, path, m->head, err);
}

uint64_t model_check_sum(const struct graph *g)
{
    uint64_t sum = UINT64_C(0xcbf29ce484222325);
    for (int i = 0; i < g->layers; i++) {
        for (int k = 0; k < g->layer[i].params; k++) {
            const struct param *p = &g->layer[i].param[k];
            size_t n = 1;
            for (int d = 0; d < p->rank; d++)
                n *= (size_t)p->dim[d];
            for (size_t j = 0; j < n; j++) {
                uint32_t bits;
                memcpy(&bits, &p->w[j], sizeof bits);
                sum = (sum ^ bits) * UINT64_C(0x100000001b3);
            }
        }
    }
    return sum;
}

int model_load_weights(struct model *m, struct err *err)
{
    char *path = file_join(m->dir, "weights.safetensors");
    int rc = model_read_weights(m->graph, path, err);
    free(path);
    return rc != 0 ? rc : calibrate_read(m->dir, model_check_sum(m->graph), &m->temperature, err);
}

/* The folder of the running program. */
static char *program_dir(void)
{
    char path[4096];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    if (n <= 0)
        return mem_strdup(".");
    path[n] = '\0';
    *strrchr(path, '/') = '\0';
    return mem_strdup(path);
}

char *model_default_dir(const char *name)
{
    const char *chosen = getenv("MOODTOP_MODELS");
    if (chosen != NULL && chosen[0] != '\0')
        return file_join(chosen, name);
    char *program = program_dir();
    char *beside = mem_printf("%s/models/%s", program, name);
    char *installed = mem_printf("%s/../share/moodtop/models/%s", program, name);
    bool is_beside = file_is_dir(beside);
    free(program);
    free(is_beside ? installed : beside);
    return is_beside ? beside : installed;
}
