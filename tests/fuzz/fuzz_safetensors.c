/* Fuzz target: every array of a safetensors file that is let in can be asked for. */
#include "tests/fuzz/fuzz.h"

#include "nn/safetensors.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int shapes[][2] = {{2, 3}, {6, 1}, {1, 1}};
    struct err err = {""};
    struct safetensors *s = safetensors_open(fuzz_file(data, size), &err);
    if ((s == NULL) != (err.text[0] != '\0'))
        abort();
    for (size_t i = 0; s != NULL && i < safetensors_count(s); i++)
        for (int k = 0; k < 6; k++) {
            float out[6];
            safetensors_read(s, safetensors_name(s, i), k % 3, shapes[k / 2], out, &err);
        }
    safetensors_close(s);
    return 0;
}
