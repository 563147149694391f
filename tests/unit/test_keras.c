/* Tests of the reader of model.json: what is not supported is refused by name, never passed over.
 */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "nn/graph.h"

#define SEQUENTIAL(layers)                                                                         \
    "{\"class_name\":\"Sequential\",\"config\":{\"name\":\"s\",\"layers\":[" layers "]}}"
#define INPUT                                                                                      \
    "{\"class_name\":\"InputLayer\",\"config\":{\"name\":\"in\",\"batch_shape\":[null,8,8,1]}}"
#define LAYER(kind, name, options)                                                                 \
    "{\"class_name\":\"" kind "\",\"config\":{\"name\":\"" name "\"" options "}}"
#define FUNCTIONAL(layers, ends)                                                                   \
    "{\"class_name\":\"Functional\",\"config\":{\"name\":\"f\",\"layers\":[" layers "]," ends "}}"
#define NODE(kind, name, options, inbound)                                                         \
    "{\"class_name\":\"" kind "\",\"config\":{\"name\":\"" name "\"" options "},\"name\":\"" name  \
    "\",\"inbound_nodes\":[" inbound "]}"
#define FROM(name) "[\"" name "\",0,0,{}]"
#define IN NODE("InputLayer", "in", ",\"batch_shape\":[null,8,8,1]", "")
#define ENDS(a, b) "\"input_layers\":[[\"" a "\",0,0]],\"output_layers\":[[\"" b "\",0,0]]"

static const struct {
    const char *json, *says;
} refused[] = {
    {"", "test:"},
    {"{\"class_name\":", "test:1: "},
    {"[1,2]", "class_name is \"\"; supported: Sequential, Functional"},
    {"{\"class_name\":\"Model\",\"config\":{}}", "\"config\" has no \"layers\""},
    {SEQUENTIAL(INPUT "," LAYER("LSTM", "l", "")),
     "layer \"l\": class \"LSTM\" is not supported; supported: InputLayer, Conv2D, "},
    {SEQUENTIAL(INPUT ",{\"class_name\":\"Flatten\"}"), "layer 2: \"class_name\", \"config\""},
    {SEQUENTIAL(INPUT "," LAYER("Conv2D", "c", ",\"filters\":2,\"kernel_size\":3,\"gropus\":1")),
     "layer \"c\" (Conv2D): option \"gropus\" is not known; supported: activation, filters, "},
    {SEQUENTIAL(INPUT "," LAYER("Conv2D", "c", ",\"filters\":2,\"dilation_rate\":[2,2]")),
     "layer \"c\" (Conv2D): option \"dilation_rate\" is [2,2]; supported: 1"},
    {SEQUENTIAL(INPUT "," LAYER("Conv2D", "c", ",\"filters\":2,\"groups\":2")),
     "option \"groups\" is 2; supported: divisors of its 1"},
    {SEQUENTIAL(INPUT "," LAYER("Conv2D", "c", ",\"filters\":2,\"padding\":\"causal\"")),
     "option \"padding\" is \"causal\"; supported: \"valid\", \"same\""},
    {SEQUENTIAL(INPUT
                "," LAYER("Conv2D", "c", ",\"filters\":2,\"data_format\":\"channels_first\"")),
     "option \"data_format\" is \"channels_first\"; supported: \"channels_last\""},
    {SEQUENTIAL(INPUT "," LAYER("Conv2D", "c", ",\"filters\":2,\"activation\":\"mish\"")),
     "layer \"c\" (Conv2D): layer \"c/mish\" (Activation): option \"activation\" is \"mish\"; "
     "supported: \"linear\", \"relu\""},
    {SEQUENTIAL(INPUT "," LAYER("Conv2D", "c", ",\"filters\":2,\"kernel_initializer\":\"magic\"")),
     "option \"kernel_initializer\" is magic; supported: GlorotUniform"},
    {SEQUENTIAL(INPUT "," LAYER("Conv2D", "c", "")), "option \"filters\" is missing"},
    {SEQUENTIAL(INPUT "," LAYER("Conv2D", "c", ",\"filters\":2.5")),
     "option \"filters\" is 2.5; supported: a whole number from 1"},
    {SEQUENTIAL(INPUT "," LAYER("Conv2D", "c", ",\"filters\":2,\"kernel_size\":[3,3,3]")),
     "option \"kernel_size\" is [3,3,3]; supported: one or two whole numbers"},
    {SEQUENTIAL(INPUT "," LAYER("Conv2D", "c", ",\"filters\":2,\"kernel_size\":9")),
     "layer \"c\" (Conv2D): a window of 9x9 does not fit into 8x8"},
    {SEQUENTIAL(INPUT "," LAYER("Conv2D", "c", ",\"filters\":2,\"strides\":0")),
     "option \"strides\" is 0"},
    {SEQUENTIAL(INPUT "," LAYER("Dropout", "d", ",\"rate\":1")),
     "layer \"d\" (Dropout): option \"rate\" is 1; supported: from 0 to less than 1"},
    {SEQUENTIAL(INPUT "," LAYER("BatchNormalization", "b", ",\"axis\":[1]")),
     "option \"axis\" is 1 and the input is (8,8,1)"},
    {SEQUENTIAL(INPUT "," LAYER("LayerNormalization", "n", ",\"axis\":[1,2]")),
     "option \"axis\" is not supported; supported: -1, [1, 2, 3]"},
    {SEQUENTIAL(INPUT "," LAYER("Softmax", "s", ",\"axis\":1")), "option \"axis\" is not -1"},
    {SEQUENTIAL(INPUT "," LAYER("ReLU", "r", ",\"threshold\":1")), "option \"threshold\" is 1"},
    {SEQUENTIAL(INPUT "," LAYER("Flatten", "x", "") "," LAYER("Flatten", "x", "")),
     "layer \"x\": there are two of that name"},
    {SEQUENTIAL(INPUT "," LAYER("Dense", "d", ",\"units\":3") "," INPUT),
     "layer \"in\": there are two of that name"},
    {SEQUENTIAL(INPUT), "there is no layer between the input and the output"},
    {SEQUENTIAL(INPUT "," LAYER("Softmax", "s", "")), "there is no layer between"},
    {SEQUENTIAL(LAYER("Flatten", "x", "")), "the input's shape is missing or not supported"},
    {SEQUENTIAL(LAYER("InputLayer", "i", ",\"batch_shape\":[null,null,null,3]")),
     "layer \"i\" (InputLayer): the input's shape is missing or not supported"},
    {SEQUENTIAL(LAYER("InputLayer", "i", ",\"batch_shape\":[null,65536,65536,3]")),
     "the input's shape is missing or not supported"},
    {SEQUENTIAL(INPUT
                "," LAYER("ZeroPadding2D", "z", "") "," LAYER("Dense", "d", ",\"units\":65536")),
     "layer \"d\" (Dense): its output has 6553600 numbers; supported: 4194304"},
    {SEQUENTIAL(INPUT "," LAYER("Flatten", "x", "") "," LAYER(
         "Dense", "d", ",\"units\":65536") "," LAYER("Dense", "e", ",\"units\":65536")),
     "layer \"e\" (Dense): more than 134217728 parameters"},
    {SEQUENTIAL(INPUT "," LAYER("Flatten",
                                "a-name-of-more-than-sixty-four-bytes-is-longer-than-"
                                "any-that-a-person-would-give",
                                "")),
     "the name is longer than 63 bytes"},
    {FUNCTIONAL(IN "," NODE("Flatten", "a", "", "[" FROM("a") "]"), ENDS("in", "a")),
     "layer \"a\" (Flatten): feeds itself"},
    {FUNCTIONAL(IN "," NODE("Flatten", "a", "", "[" FROM("b") "]"), ENDS("in", "a")),
     "layer \"a\" (Flatten): reads from \"b\", which is not there"},
    {FUNCTIONAL(IN "," NODE("Flatten", "a", "", "[" FROM("in") "]"), ENDS("in", "c")),
     "\"output_layers\" does not name one layer"},
    {FUNCTIONAL(IN "," NODE("Flatten", "a", "", "[" FROM("in") "]"),
                "\"input_layers\":[[\"in\",0,0]],\"output_layers\":[[\"a\",0,0],[\"in\",0,0]]"),
     "\"output_layers\" does not name one layer; supported: one input, one output"},
    {FUNCTIONAL(IN "," NODE("Flatten", "a", "", "[" FROM("in") "],[" FROM("in") "]"),
                ENDS("in", "a")),
     "layer \"a\" (Flatten): used 2 times; supported: once"},
    {FUNCTIONAL(IN "," NODE("Flatten", "a", "", "[[\"in\",0,1,{}]]"), ENDS("in", "a")),
     "layer \"a\" (Flatten): its inputs are not understood"},
    {FUNCTIONAL(IN "," NODE("Flatten", "a", "",
                            "{\"args\":[{\"class_name\":\"__keras_tensor__\","
                            "\"config\":{\"keras_history\":7}}]}"),
                ENDS("in", "a")),
     "its inputs are not understood"},
    {FUNCTIONAL(IN "," NODE("Flatten", "a", "", "[" FROM("in") "," FROM("in") "]"),
                ENDS("in", "a")),
     "layer \"a\" (Flatten): expected one input, got 2"},
    {FUNCTIONAL(IN "," NODE("Flatten", "a", "", ""), ENDS("in", "a")),
     "layer \"a\" (Flatten): expected one input, got 0"},
    {FUNCTIONAL(IN "," NODE("Add", "a", "", "[" FROM("in") "]"), ENDS("in", "a")),
     "layer \"a\" (Add): expected two inputs or more, got 1"},
    {FUNCTIONAL(IN "," NODE("Flatten", "x", "", "[" FROM("in") "]") "," NODE(
                    "Add", "a", "", "[" FROM("in") "," FROM("x") "]"),
                ENDS("in", "a")),
     "layer \"a\" (Add): inputs are (8,8,1) and (1,1,64); supported: equal shapes"},
    {FUNCTIONAL(IN "," NODE("InputLayer", "in2", ",\"batch_shape\":[null,8,8,1]",
                            "") "," NODE("Add", "a", "", "[" FROM("in") "," FROM("in2") "]"),
                ENDS("in", "a")),
     "layer \"in2\" (InputLayer): supported: one InputLayer, at the start"},
};

static void unsupported_networks_are_refused_by_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < MEM_COUNT(refused); i++) {
        struct err err = {""};
        struct graph *g = graph_from_json(refused[i].json, strlen(refused[i].json), "test", &err);
        if (g != NULL || strncmp(err.text, "test:", 5) != 0 ||
            strstr(err.text, refused[i].says) == NULL)
            fail_msg("case %zu: expected \"%s\", got \"%s\"\n%s", i, refused[i].says, err.text,
                     refused[i].json);
    }
}

/* Cut anywhere, or with a byte changed, a real file is an error or a network, never a crash. */
static void damaged_files_do_no_harm(void **state)
{
    (void)state;
    static const char *const files[] = {"tests/data/nn/functional.keras2.json",
                                        "tests/data/nn/functional.keras3.json",
                                        "tests/data/nn/sequential.keras3.json"};
    for (size_t f = 0; f < MEM_COUNT(files); f++) {
        char text[16384];
        FILE *file = fopen(files[f], "r");
        assert_non_null(file);
        size_t n = fread(text, 1, sizeof text, file);
        fclose(file);
        while (n > 0 && text[n - 1] != '}') /* without the end of the line */
            n--;
        for (size_t i = 0; i < n; i += 61)
            assert_null(graph_from_json(text, i, "cut", NULL));
        for (size_t i = 0; i < n; i += 3) {
            char was = text[i];
            text[i] = "9[\"-}0"[i % 6];
            graph_free(graph_from_json(text, n, "changed", NULL));
            text[i] = was;
        }
    }
}

static void old_forms_are_understood(void **state)
{
    (void)state;
    struct err err = {""};
    /* Keras 2.0: "config" is the list of layers; the first carries the input's shape; initializers
     * are VarianceScaling; a ReLU by name. */
    static const char json[] =
        "{\"class_name\":\"Sequential\",\"config\":["
        "{\"class_name\":\"Conv2D\",\"config\":{\"name\":\"c\",\"batch_input_shape\":[null,8,8,1],"
        "\"filters\":4,\"kernel_size\":[3,3],\"activation\":\"relu\",\"kernel_initializer\":"
        "{\"class_name\":\"VarianceScaling\",\"config\":{\"scale\":2.0,\"mode\":\"fan_in\","
        "\"distribution\":\"normal\",\"seed\":null}}}},"
        "{\"class_name\":\"Flatten\",\"config\":{\"name\":\"f\",\"trainable\":true}},"
        "{\"class_name\":\"Dense\",\"config\":{\"name\":\"d\",\"units\":3}}],"
        "\"keras_version\":\"2.0.6\",\"backend\":\"tensorflow\"}";
    struct graph *g = graph_from_json(json, sizeof json - 1, "test", &err);
    if (g == NULL)
        fail_msg("%s", err.text);
    assert_int_equal(g->layers, 5);
    assert_string_equal(g->layer[2].name, "c/relu");
    assert_int_equal(g->layer[3].out.c, 6 * 6 * 4);
    assert_int_equal(g->params, 9 * 4 + 4 + 144 * 3 + 3);
    graph_free(g);
}

static void frozen_layers_are_not_trained(void **state)
{
    (void)state;
    struct err err = {""};
    static const char json[] =
        SEQUENTIAL(INPUT "," LAYER("Conv2D", "c", ",\"filters\":2,\"trainable\":false") "," LAYER(
            "Flatten", "f", "") "," LAYER("Dense", "d", ",\"units\":3"));
    struct graph *g = graph_from_json(json, sizeof json - 1, "test", &err);
    assert_non_null(g);
    assert_int_equal(g->trainable, 128 * 3 + 3);
    assert_int_equal(g->params, 128 * 3 + 3 + 4);
    graph_free(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unsupported_networks_are_refused_by_name),
        cmocka_unit_test(damaged_files_do_no_harm),
        cmocka_unit_test(old_forms_are_understood),
        cmocka_unit_test(frozen_layers_are_not_trained),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
