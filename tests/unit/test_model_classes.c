/* Tests of nn/model_classes: networks made to give another number of classes. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "nn/model.h"

static const char *const names[] = {"one", "two",   "three", "four", "five",
                                    "six", "seven", "eight", "nine"};

static struct model *open_model(const char *dir)
{
    struct err err = {""};
    struct model *m = model_open(dir, &err);
    assert_string_equal(err.text, "");
    return m;
}

/* Opened anew from its own text, the network gives as many. */
static void assert_says(const struct model *m, int n)
{
    struct err err = {""};
    assert_int_equal(m->classes, n);
    assert_int_equal(model_outputs(m), n);
    for (int i = 0; i < n; i++)
        assert_string_equal(m->labels[i], names[i]);
    struct graph *again = graph_from_json(m->json, strlen(m->json), "again", &err);
    assert_string_equal(err.text, "");
    assert_int_equal(again->layers, m->graph->layers);
    assert_int_equal(again->params, m->graph->params);
    assert_int_equal(shape_size(&again->layer[again->layers - 1].out), n);
    graph_free(again);
}

static void every_shipped_network_takes_any_number(void **state)
{
    (void)state;
    static const char *const dirs[] = {"models/emotion", "models/classic", "models/mini-xception",
                                       "models/mememoji", "tests/data/tiny"};
    for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++) {
        struct err err = {""};
        struct model *m = open_model(dirs[i]);
        for (int n = 2; n <= 9; n += 7) {
            assert_int_equal(model_set_classes(m, names, n, &err), 0);
            assert_says(m, n);
            assert_true(m->head > 0);
        }
        model_close(m);
    }
}

static void the_same_number_changes_names_alone(void **state)
{
    (void)state;
    struct err err = {""};
    struct model *m = open_model("models/emotion");
    char *text = strdup(m->json);
    assert_int_equal(model_set_classes(m, names, 7, &err), 0);
    assert_says(m, 7);
    assert_string_equal(m->json, text);
    assert_int_equal(m->head, -1);
    free(text);
    model_close(m);
}

static void weights_of_other_classes_serve_but_for_the_last_layer(void **state)
{
    (void)state;
    static const char weights[] = "models/emotion/weights.safetensors";
    struct err err = {""};
    struct model *seven = open_model("models/emotion"), *nine = open_model("models/emotion");
    assert_int_equal(model_read_weights(seven->graph, weights, &err), 0);
    assert_int_equal(model_set_classes(nine, names, 9, &err), 0);
    graph_init(nine->graph, 1);
    const struct layer *head = &nine->graph->layer[nine->head];
    float kept = head->param[0].w[5];
    assert_int_equal(model_begin_with(nine, weights, &err), 0);
    assert_string_equal(err.text, "");
    assert_true(head->param[0].w[5] == kept);
    for (int i = 0; i < nine->head; i++)
        for (int k = 0; k < nine->graph->layer[i].params; k++) {
            const struct param *a = &seven->graph->layer[i].param[k];
            const struct param *b = &nine->graph->layer[i].param[k];
            assert_memory_equal(a->w, b->w, a->size * sizeof *a->w);
        }
    assert_int_equal(model_read_weights(nine->graph, weights, &err), -1);
    assert_non_null(strstr(err.text, "weights.safetensors"));
    model_close(seven);
    model_close(nine);
}

static void a_name_too_long_for_a_label_is_refused(void **state)
{
    (void)state;
    char name[MODEL_LABEL_MAX + 2] = "";
    const char *const two[] = {"short", name};
    struct err err = {""};
    struct model *m = open_model("tests/data/tiny");
    memset(name, 'x', MODEL_LABEL_MAX + 1);
    assert_int_equal(model_set_classes(m, two, 2, &err), -1);
    assert_string_equal(err.text,
                        "class \"xxxxxxxxxxxxxxxxxxxx...\": its name has 64 bytes, a label "
                        "at most 63");
    name[MODEL_LABEL_MAX] = '\0';
    assert_int_equal(model_set_classes(m, two, 2, &err), 0);
    model_close(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_shipped_network_takes_any_number),
        cmocka_unit_test(the_same_number_changes_names_alone),
        cmocka_unit_test(weights_of_other_classes_serve_but_for_the_last_layer),
        cmocka_unit_test(a_name_too_long_for_a_label_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
