/* tiny_model: a model directory with a network that is small, quick and knows nothing, for tests of
 * the program around it. */
#ifndef TESTS_TINY_MODEL_H
#define TESTS_TINY_MODEL_H

/* Writes model.json, labels.txt and weights.safetensors (from a seed) into dir, which is made; ends
 * the test if that fails. */
void tiny_model_write(const char *dir);

/* The same, and makes it the model of the programs that are started from now on, and dir their home
 * and their folder of configuration. */
void tiny_model_home(const char *dir);

#endif
