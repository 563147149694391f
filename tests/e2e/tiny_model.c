/* tiny_model: see tiny_model.h. */
#include "tests/e2e/tiny_model.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "nn/model.h"
#include "tests/unit/unit.h"

static const char json[] =
    "{\"class_name\": \"Sequential\", \"config\": {\"name\": \"tiny\", \"layers\": ["
    "{\"class_name\": \"InputLayer\", \"config\": {\"name\": \"in\","
    " \"batch_input_shape\": [null, 48, 48, 1]}},"
    "{\"class_name\": \"Rescaling\", \"config\": {\"name\": \"scale\", \"scale\": 0.0039,"
    " \"offset\": 0.0}},"
    "{\"class_name\": \"MaxPooling2D\", \"config\": {\"name\": \"pool\", \"pool_size\": [8, 8],"
    " \"strides\": [8, 8], \"padding\": \"valid\"}},"
    "{\"class_name\": \"Flatten\", \"config\": {\"name\": \"flat\"}},"
    "{\"class_name\": \"Dense\", \"config\": {\"name\": \"dense\", \"units\": 7,"
    " \"activation\": \"softmax\", \"use_bias\": true}}]}}";

static const char labels[] = "angry\ndisgust\nfear\nhappy\nsad\nsurprise\nneutral\n";

static void put(const char *dir, const char *name, const char *text)
{
    struct err err = {""};
    char *path = file_join(dir, name);
    if (file_write_atomic(path, text, strlen(text), &err) != 0)
        fail_msg("%s", err.text);
    free(path);
}

void tiny_model_write(const char *dir)
{
    struct err err = {""};
    if (file_mkdirs(dir, &err) != 0)
        fail_msg("%s", err.text);
    put(dir, "model.json", json);
    put(dir, "labels.txt", labels);
    struct model *m = model_open(dir, &err);
    if (m == NULL)
        fail_msg("%s", err.text);
    graph_init(m->graph, 1);
    char *path = file_join(dir, "weights.safetensors");
    if (model_save_weights(m->graph, path, false, &err) != 0)
        fail_msg("%s", err.text);
    free(path);
    model_close(m);
}

void tiny_model_home(const char *dir)
{
    tiny_model_write(dir);
    setenv("MOODTOP_MODEL_DIR", dir, 1);
    setenv("HOME", dir, 1);
    setenv("XDG_CONFIG_HOME", dir, 1);
}
