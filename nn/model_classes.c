/*
 * model_classes: a model made to fit a data set's classes; see model_set_classes() in model.h. The
 * text of model.json is changed and the graph read from it again, so that what a run writes is what
 * it trains. One thread at a time.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "nn/model.h"

/* The last layer with parameters, if nothing but layers of one input stands behind it; or -1. */
static int find_head(const struct graph *g)
{
    int i = g->layers - 1;
    while (g->layer[i].params == 0 && g->layer[i].inputs == 1)
        i = g->layer[i].from[0];
    return g->layer[i].params > 0 ? i : -1;
}

/* Under which key a layer of that kind keeps how many outputs it has, or NULL. */
static const char *key_of_outputs(const char *kind)
{
    static const char *const keys[][2] = {
        {"Dense", "units"}, {"Conv2D", "filters"}, {"SeparableConv2D", "filters"}};
    for (size_t i = 0; i < MEM_COUNT(keys); i++)
        if (strcmp(keys[i][0], kind) == 0)
            return keys[i][1];
    return NULL;
}

/* The "config" of the layer of that name, or NULL. */
static json_t *find_config(json_t *root, const char *name)
{
    json_t *config = json_object_get(root, "config"), *item;
    json_t *layers = json_is_array(config) ? config : json_object_get(config, "layers");
    size_t i;
    json_array_foreach(layers, i, item)
    {
        json_t *of = json_object_get(item, "config");
        const char *this = json_string_value(json_object_get(of, "name"));
        if (this != NULL && strcmp(this, name) == 0)
            return of;
    }
    return NULL;
}

/* Writes n outputs for the head into m->json; 0 or -1. */
static int change_text(struct model *m, const struct layer *head, int n, struct err *err)
{
    const char *key = key_of_outputs(head->ops->name);
    json_t *root = json_loads(m->json, 0, NULL);
    json_t *config = key != NULL ? find_config(root, head->name) : NULL;
    if (config == NULL) {
        json_decref(root);
        return err_set(err,
                       "layer \"%s\" (%s), the last one with weights, cannot be given %d outputs",
                       head->name, head->ops->name, n);
    }
    json_object_set_new(config, key, json_integer(n));
    free(m->json);
    m->json = json_dumps(root, JSON_INDENT(1) | JSON_REAL_PRECISION(17));
    json_decref(root);
    return 0;
}

static int change_outputs(struct model *m, int n, struct err *err)
{
    int head = find_head(m->graph);
    if (head < 0)
        return err_set(err, "no layer could be given %d outputs", n);
    if (change_text(m, &m->graph->layer[head], n, err) != 0)
        return -1;
    struct graph *g = graph_from_json(m->json, strlen(m->json), "", err);
    if (g == NULL)
        return -1;
    graph_free(m->graph);
    m->graph = g;
    m->head = head;
    return model_outputs(m) == (size_t)n
               ? 0
               : err_set(err, "with %d outputs of layer \"%s\" the network gives %zu, not %d", n,
                         g->layer[head].name, model_outputs(m), n);
}

int model_set_classes(struct model *m, const char *const *names, int n, struct err *err)
{
    for (int i = 0; i < n; i++)
        if (strlen(names[i]) > MODEL_LABEL_MAX)
            return err_set(err, "class \"%.20s...\": its name has %zu bytes, a label at most %d",
                           names[i], strlen(names[i]), MODEL_LABEL_MAX);
    if (model_outputs(m) != (size_t)n && change_outputs(m, n, err) != 0)
        return err_prefix(err, "%s/model.json", m->dir);
    for (int i = 0; i < m->classes; i++)
        free(m->labels[i]);
    m->classes = n;
    for (int i = 0; i < n; i++)
        m->labels[i] = mem_strdup(names[i]);
    return 0;
}
