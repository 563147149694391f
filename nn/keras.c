/* keras: see keras.h. */
#include "nn/keras.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* One item of "layers": which of our layers it begins and ends with. */
struct item {
    const char *name;
    int first, last;
};

struct reader {
    struct keras *k;
    struct err *err;
    int version; /* of Keras: 2 or 3 */
    int items;
    struct item *item;
};

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

int keras_input_shape(const struct layer *l, const json_t *config, struct shape *shape,
                      struct err *err)
{
    const json_t *v = json_object_get(config, "batch_shape");
    if (v == NULL)
        v = json_object_get(config, "batch_input_shape");
    size_t rank = json_array_size(v);
    int dim[3] = {1, 1, 1};
    bool ok = rank == 2 || rank == 4;
    for (size_t i = 1; ok && i < rank; i++) {
        const json_t *d = json_array_get(v, i);
        json_int_t n = json_integer_value(d);
        ok = json_is_integer(d) && n >= 1 && n <= 1 << 16;
        dim[3 - rank + i] = (int)n;
    }
    if (!ok || (long)dim[0] * dim[1] * dim[2] > 1L << 28)
        return err_set(err,
                       "layer \"%s\" (InputLayer): the input's shape is missing or not supported; "
                       "supported: \"batch_shape\" of [null, height, width, channels] or [null, n]",
                       l->name);
    *shape = (struct shape){dim[0], dim[1], dim[2]};
    return 0;
}

void keras_free_layer(struct layer *l)
{
    if (l->ops != NULL && l->ops->free != NULL)
        l->ops->free(l);
    else
        free(l->priv);
    l->priv = NULL;
}

void keras_free(struct keras *k)
{
    for (int i = 0; i < k->layers; i++)
        keras_free_layer(&k->layer[i]);
    free(k->layer);
    *k = (struct keras){.layers = 0};
}

/* Adds a layer of that class, reads from layer `from` if that is not -1; its index or -1. */
static int add_layer(struct reader *r, const struct layer_ops *ops, const char *name, int from,
                     const json_t *config)
{
    struct keras *k = r->k;
    if (k->layers == KERAS_LAYERS_MAX)
        return err_set(r->err, "more than %d layers", KERAS_LAYERS_MAX);
    if (k->layers == k->room) {
        k->room = k->room > 0 ? 2 * k->room : 32;
        k->layer = mem_realloc(k->layer, (size_t)k->room, sizeof *k->layer);
    }
    struct layer *l = &k->layer[k->layers++];
    *l = (struct layer){.ops = ops, .inputs = from >= 0, .from = {from}, .keras = r->version};
    if ((size_t)snprintf(l->name, sizeof l->name, "%s", name) >= sizeof l->name)
        return err_set(r->err, "layer \"%.80s...\": the name is longer than %d bytes", name,
                       LAYER_NAME_MAX - 1);
    return ops->config(l, config, r->err) == 0 ? k->layers - 1 : -1;
}

/* The function an activation= names, as Keras 2 (a word) or 3 (a word or an object) writes it. */
static const char *activation_name(const json_t *config)
{
    const json_t *v = json_object_get(config, "activation");
    if (v == NULL || json_is_null(v))
        return "linear";
    return json_is_string(v) ? json_string_value(v) : text_of(v, "config");
}

/* Puts the activation= of layer i into an Activation layer of its own; the last layer's index. */
static int split_activation(struct reader *r, int i, const json_t *config)
{
    const char *function = activation_name(config);
    const char *owner = r->k->layer[i].name;
    if (function != NULL && strcmp(function, "linear") == 0)
        return i;
    char name[LAYER_NAME_MAX];
    snprintf(name, sizeof name, "%.40s/%.20s", owner, function != NULL ? function : "?");
    json_t *own = json_pack("{s:s, s:s}", "name", name, "activation",
                            function != NULL ? function : "an object");
    int last = add_layer(r, layer_ops_find("Activation"), name, i, own);
    json_decref(own);
    if (last < 0)
        err_prefix(r->err, "layer \"%s\" (%s)", r->k->layer[i].name, r->k->layer[i].ops->name);
    return last;
}

static const struct item *find_item(const struct reader *r, const char *name)
{
    for (int i = 0; i < r->items; i++)
        if (strcmp(r->item[i].name, name) == 0)
            return &r->item[i];
    return NULL;
}

/* Reads one item of "layers"; `from` is what a Sequential feeds it, or -1. */
static int read_item(struct reader *r, const json_t *item, int from)
{
    const json_t *config = json_object_get(item, "config");
    const char *kind = text_of(item, "class_name"), *name = text_of(config, "name");
    name = name != NULL ? name : text_of(item, "name");
    if (kind == NULL || !json_is_object(config) || name == NULL)
        return err_set(r->err, "layer %d: \"class_name\", \"config\" or its \"name\" is missing",
                       r->items + 1);
    const struct layer_ops *ops = layer_ops_find(kind);
    if (ops == NULL) {
        char names[ERR_TEXT_MAX - 128];
        layer_ops_names(names, sizeof names);
        return err_set(r->err, "layer \"%.40s\": class \"%.40s\" is not supported; supported: %s",
                       name, kind, names);
    }
    if (find_item(r, name) != NULL)
        return err_set(r->err, "layer \"%.80s\": there are two of that name", name);
    int first = add_layer(r, ops, name, from, config);
    int last = first >= 0 && ops->activates ? split_activation(r, first, config) : first;
    if (last < 0)
        return -1;
    r->item[r->items++] = (struct item){name, first, last};
    return 0;
}

/* The InputLayer that a Sequential model may leave to its first layer's "batch_input_shape". */
static int implied_input(struct reader *r, const json_t *config, const json_t *first)
{
    const json_t *own = json_object_get(first, "config");
    json_t *shape = json_object_get(own, "batch_shape");
    shape = shape != NULL ? shape : json_object_get(own, "batch_input_shape");
    shape = shape != NULL ? shape : json_object_get(config, "build_input_shape");
    json_t *input = json_pack("{s:s, s:O?}", "name", "input", "batch_shape", shape);
    int i = add_layer(r, layer_ops_find("InputLayer"), "input", -1, input);
    json_decref(input);
    return i;
}

static int read_sequential(struct reader *r, const json_t *config, const json_t *layers)
{
    const json_t *first = json_array_get(layers, 0);
    const char *kind = text_of(first, "class_name");
    if (kind == NULL || strcmp(kind, "InputLayer") != 0)
        if (implied_input(r, config, first) < 0)
            return -1;
    for (size_t i = 0; i < json_array_size(layers); i++)
        if (read_item(r, json_array_get(layers, i), r->k->layers - 1) != 0)
            return -1;
    r->k->output = r->k->layers - 1;
    return 0;
}

/* The layers whose outputs an expression names, in order. */
struct sources {
    int count;
    const char *name[LAYER_INPUTS_MAX];
    bool bad; /* too many, or not the first output of the first call of a layer */
};

static void add_source(struct sources *s, const json_t *reference)
{
    s->bad |= s->count == LAYER_INPUTS_MAX ||
              json_integer_value(json_array_get(reference, 1)) != 0 ||
              json_integer_value(json_array_get(reference, 2)) != 0;
    if (!s->bad)
        s->name[s->count++] = json_string_value(json_array_get(reference, 0));
}

/*
 * Collects references anywhere in v: ["conv", 0, 0, {}] in Keras 2; in Keras 3 an object of class
 * "__keras_tensor__" with such a list as its history, somewhere in "args" and "kwargs".
 */
static void collect(struct sources *s, const json_t *v)
{
    const char *kind = text_of(v, "class_name");
    const json_t *e;
    const char *key;
    size_t i;
    if (json_is_string(json_array_get(v, 0)) && json_is_integer(json_array_get(v, 1))) {
        add_source(s, v);
    } else if (kind != NULL && strcmp(kind, "__keras_tensor__") == 0) {
        add_source(s, json_object_get(json_object_get(v, "config"), "keras_history"));
    } else if (json_is_array(v)) {
        json_array_foreach(v, i, e) collect(s, e);
    } else if (json_is_object(v)) {
        json_object_foreach((json_t *)v, key, e) collect(s, e);
    }
}

static bool all_named(const struct sources *s)
{
    for (int i = 0; i < s->count; i++)
        if (s->name[i] == NULL)
            return false;
    return !s->bad;
}

/* Sets l->from by the item's "inbound_nodes". */
static int connect(struct reader *r, const json_t *item, struct layer *l)
{
    const json_t *nodes = json_object_get(item, "inbound_nodes");
    struct sources s = {.count = 0};
    if (json_array_size(nodes) > 1)
        return err_set(r->err, "layer \"%s\" (%s): used %zu times; supported: once", l->name,
                       l->ops->name, json_array_size(nodes));
    collect(&s, nodes);
    if (!all_named(&s))
        return err_set(r->err,
                       "layer \"%s\" (%s): its inputs are not understood; supported: up to %d "
                       "outputs of layers used once",
                       l->name, l->ops->name, LAYER_INPUTS_MAX);
    for (int i = 0; i < s.count; i++) {
        const struct item *from = find_item(r, s.name[i]);
        if (from == NULL)
            return err_set(r->err, "layer \"%s\" (%s): reads from \"%.80s\", which is not there",
                           l->name, l->ops->name, s.name[i]);
        l->from[i] = from->last;
    }
    l->inputs = s.count;
    return 0;
}

/* The one layer that "input_layers" or "output_layers" names, or NULL. */
static const struct item *find_end(struct reader *r, const json_t *config, const char *key)
{
    struct sources s = {.count = 0};
    collect(&s, json_object_get(config, key));
    const struct item *item = s.count == 1 && all_named(&s) ? find_item(r, s.name[0]) : NULL;
    if (item == NULL)
        err_set(r->err, "\"%s\" does not name one layer; supported: one input, one output", key);
    return item;
}

static int read_functional(struct reader *r, const json_t *config, const json_t *layers)
{
    for (size_t i = 0; i < json_array_size(layers); i++)
        if (read_item(r, json_array_get(layers, i), -1) != 0)
            return -1;
    for (size_t i = 0; i < json_array_size(layers); i++)
        if (connect(r, json_array_get(layers, i), &r->k->layer[r->item[i].first]) != 0)
            return -1;
    const struct item *in = find_end(r, config, "input_layers");
    const struct item *out = in != NULL ? find_end(r, config, "output_layers") : NULL;
    if (out == NULL)
        return -1;
    r->k->input = in->first;
    r->k->output = out->last;
    return 0;
}

/* Every layer but the input must have one input (those that merge: several), and the input must be
 * one. */
static int check_inputs(const struct keras *k, struct err *err)
{
    for (int i = 0; i < k->layers; i++) {
        const struct layer *l = &k->layer[i];
        bool is_input = strcmp(l->ops->name, "InputLayer") == 0;
        if (is_input != (i == k->input))
            return err_set(err, "layer \"%s\" (%s): supported: one InputLayer, at the start",
                           l->name, l->ops->name);
        if (!is_input && l->inputs != 1 && !l->ops->merges)
            return err_set(err, "layer \"%s\" (%s): expected one input, got %d", l->name,
                           l->ops->name, l->inputs);
    }
    return 0;
}

static int read_root(struct reader *r, const json_t *root)
{
    const char *kind = text_of(root, "class_name");
    const json_t *config = json_object_get(root, "config");
    const json_t *layers = json_is_array(config) ? config : json_object_get(config, "layers");
    const char *name = text_of(config, "name");
    bool sequential = kind != NULL && strcmp(kind, "Sequential") == 0;
    bool functional =
        kind != NULL && (strcmp(kind, "Functional") == 0 || strcmp(kind, "Model") == 0);
    if (!sequential && !functional)
        return err_set(r->err,
                       "class_name is \"%.40s\"; supported: Sequential, Functional (or Model)",
                       kind != NULL ? kind : "");
    if (json_array_size(layers) == 0)
        return err_set(r->err, "\"config\" has no \"layers\"");
    snprintf(r->k->name, sizeof r->k->name, "%s", name != NULL ? name : "model");
    r->version = json_object_get(root, "module") != NULL ? 3 : 2; /* which 2 does not write */
    r->item = mem_zalloc(json_array_size(layers), sizeof *r->item);
    int rc = sequential ? read_sequential(r, config, layers) : read_functional(r, config, layers);
    free(r->item);
    return rc == 0 ? check_inputs(r->k, r->err) : -1;
}

int keras_read(struct keras *k, const json_t *root, struct err *err)
{
    struct reader r = {.k = k, .err = err};
    *k = (struct keras){.layers = 0};
    if (read_root(&r, root) == 0)
        return 0;
    keras_free(k);
    return -1;
}
