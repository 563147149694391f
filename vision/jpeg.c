/* jpeg: see jpeg.h. */
#include "vision/jpeg.h"

#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include "base/mem.h"
#include "vision/media_frame.h"

enum { ROWS = 16, EXIF_SEEN = 4096, TAG_ORIENTATION = 0x112 };

struct jpeg {
    struct jpeg_decompress_struct codec;
    struct jpeg_error_mgr errors;
    jmp_buf failed;
    uint8_t *grey;
    size_t room;
};

/* Called by the library, which expects never to get back. */
static void on_error(j_common_ptr codec)
{
    struct jpeg *j = codec->client_data;
    longjmp(j->failed, 1);
}

/* Damage that the library would paint over ends it as well; what it says else is not told. */
static void on_message(j_common_ptr codec, int level)
{
    if (level < 0)
        on_error(codec);
}

struct jpeg *jpeg_open(void)
{
    struct jpeg *j = mem_zalloc(1, sizeof *j);
    j->codec.err = jpeg_std_error(&j->errors);
    j->errors.error_exit = on_error;
    j->errors.emit_message = on_message;
    j->codec.client_data = j;
    if (setjmp(j->failed) != 0)
        mem_panic("out of memory for libjpeg's decoder");
    jpeg_create_decompress(&j->codec);
    jpeg_save_markers(&j->codec, JPEG_APP0 + 1, EXIF_SEEN);
    return j;
}

void jpeg_close(struct jpeg *j)
{
    if (j == NULL)
        return;
    jpeg_destroy_decompress(&j->codec);
    free(j->grey);
    free(j);
}

/* An unsigned number of n bytes in the order of a TIFF header. */
static uint32_t number(const uint8_t *p, int n, bool little)
{
    uint32_t v = 0;
    for (int i = 0; i < n; i++)
        v = v << 8 | p[little ? n - 1 - i : i];
    return v;
}

/* Whether an EXIF segment (a TIFF file behind six bytes; CIPA DC-008, 4.5 and 4.6.4) leaves the
 * picture as it stands; false where that cannot be seen. */
static bool is_upright(const uint8_t *data, size_t size)
{
    if (size < 6 || memcmp(data, "Exif\0", 6) != 0)
        return true; /* something else */
    data += 6;
    size -= 6;
    if (size < 8)
        return false;
    bool little = data[0] == 'I';
    uint32_t at = number(data + 4, 4, little);
    if (at > size || size - at < 2)
        return false;
    uint32_t entries = number(data + at, 2, little);
    if ((size - at - 2) / 12 < entries)
        return false;
    for (const uint8_t *e = data + at + 2; entries > 0; entries--, e += 12)
        if (number(e, 2, little) == TAG_ORIENTATION && number(e + 8, 2, little) != 1)
            return false;
    return true;
}

static bool is_ours(const struct jpeg_decompress_struct *codec)
{
    for (jpeg_saved_marker_ptr m = codec->marker_list; m != NULL; m = m->next)
        if (!is_upright(m->data, m->data_length))
            return false;
    return media_check_size((int)codec->image_width, (int)codec->image_height, NULL) == 0;
}

static void make_room(struct jpeg *j, size_t need)
{
    if (need <= j->room)
        return;
    free(j->grey);
    j->grey = mem_alloc(need);
    j->room = need;
}

const uint8_t *jpeg_grey(struct jpeg *j, const uint8_t *file, size_t size, int *width, int *height)
{
    struct jpeg_decompress_struct *codec = &j->codec;
    if (setjmp(j->failed) != 0) {
        jpeg_abort_decompress(codec);
        return NULL;
    }
    jpeg_mem_src(codec, file, size);
    jpeg_read_header(codec, TRUE);
    if (!is_ours(codec)) {
        jpeg_abort_decompress(codec);
        return NULL;
    }
    codec->out_color_space = JCS_GRAYSCALE;
    jpeg_start_decompress(codec);
    size_t stride = codec->output_width;
    make_room(j, stride * codec->output_height);
    while (codec->output_scanline < codec->output_height) {
        JSAMPROW row[ROWS];
        unsigned n = codec->output_height - codec->output_scanline;
        for (unsigned i = 0; i < ROWS && i < n; i++)
            row[i] = j->grey + stride * (codec->output_scanline + i);
        jpeg_read_scanlines(codec, row, n < ROWS ? n : ROWS);
    }
    *width = (int)codec->output_width;
    *height = (int)codec->output_height;
    jpeg_finish_decompress(codec); /* reads up to the end, or warns */
    return j->grey;
}
