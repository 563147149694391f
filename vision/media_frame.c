/*
 * media_frame: see media_frame.h. Capture thread.
 *
 * Grey is the luma that the file holds, because that is what the network was trained on: the planes
 * of YUV are copied, with limited range (16..235) stretched to 0..255, and only other formats go
 * through libswscale.
 */
#include "vision/media_frame.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "vision/luma.h"
#include "vision/media_lib.h"

#define PAD 64 /* libswscale may write whole vectors: rows are padded, and so is the end */

int media_check_size(int width, int height, struct err *err)
{
    if (width >= 1 && height >= 1 && width <= MEDIA_SIDE_MAX && height <= MEDIA_SIDE_MAX &&
        (int64_t)width * height <= MEDIA_PIXELS_MAX)
        return 0;
    return err_set(err, "a picture of %dx%d; at most %d a side and %d million pixels", width,
                   height, MEDIA_SIDE_MAX, (int)(MEDIA_PIXELS_MAX / 1000000));
}

void media_convert_end(struct media_convert *c)
{
    sws_freeContext(c->to_rgb);
    sws_freeContext(c->to_grey);
    free(c->rgb);
    free(c->grey);
    *c = (struct media_convert){0};
}

/* ---- upright --------------------------------------------------------------------------------- */

/* EXIF 2.32, table 6, tag 274: 1 is upright, 2 mirrored, 3 upside down, ... 8 turned left. */
static struct media_turn turn_of_exif(long orientation)
{
    static const struct media_turn turns[9] = {
        [2] = {false, true, false}, [3] = {false, true, true}, [4] = {false, false, true},
        [5] = {true, false, false}, [6] = {true, true, false}, [7] = {true, true, true},
        [8] = {true, false, true},
    };
    return orientation >= 1 && orientation <= 8 ? turns[orientation] : turns[0];
}

/* libavutil/display.h: x' = a x + c y, y' = b x + d y, with a, b, c, d at 0, 1, 3, 4 of the matrix.
 */
static struct media_turn turn_of_matrix(const int32_t *m)
{
    if (labs((long)m[1]) > labs((long)m[0]))
        return (struct media_turn){true, m[3] < 0, m[1] < 0};
    return (struct media_turn){false, m[0] < 0, m[4] < 0};
}

static const int32_t *stream_matrix(const AVStream *stream)
{
#if LIBAVFORMAT_VERSION_MAJOR >= 61
    const AVPacketSideData *side =
        av_packet_side_data_get(stream->codecpar->coded_side_data,
                                stream->codecpar->nb_coded_side_data, AV_PKT_DATA_DISPLAYMATRIX);
    return side != NULL && side->size >= 9 * sizeof(int32_t) ? (const int32_t *)side->data : NULL;
#else
    for (int i = 0; i < stream->nb_side_data; i++) {
        const AVPacketSideData *side = &stream->side_data[i];
        if (side->type == AV_PKT_DATA_DISPLAYMATRIX && (size_t)side->size >= 9 * sizeof(int32_t))
            return (const int32_t *)side->data;
    }
    return NULL;
#endif
}

struct media_turn media_turn_of(const AVFrame *picture, const AVStream *stream)
{
    const AVFrameSideData *side = av_frame_get_side_data(picture, AV_FRAME_DATA_DISPLAYMATRIX);
    if (side != NULL && (size_t)side->size >= 9 * sizeof(int32_t))
        return turn_of_matrix((const int32_t *)side->data);
    const AVDictionaryEntry *exif = av_dict_get(picture->metadata, "Orientation", NULL, 0);
    if (exif != NULL)
        return turn_of_exif(strtol(exif->value, NULL, 10));
    const int32_t *matrix = stream != NULL ? stream_matrix(stream) : NULL;
    return matrix != NULL ? turn_of_matrix(matrix) : (struct media_turn){false, false, false};
}

/* Copies rows of `stride` bytes, `bytes` a pixel, into a tight block, turned upright. */
static void copy_turned(const uint8_t *src, int stride, int width, int height, int bytes,
                        struct media_turn turn, uint8_t *dst)
{
    int out_width = turn.transpose ? height : width, out_height = turn.transpose ? width : height;
    if (!turn.transpose && !turn.flip_x) {
        for (int y = 0; y < out_height; y++) {
            const uint8_t *row = src + (ptrdiff_t)(turn.flip_y ? height - 1 - y : y) * stride;
            memcpy(dst + (size_t)y * (size_t)width * (size_t)bytes, row, (size_t)(width * bytes));
        }
        return;
    }
    for (int y = 0; y < out_height; y++) {
        for (int x = 0; x < out_width; x++) {
            int u = turn.flip_x ? out_width - 1 - x : x, v = turn.flip_y ? out_height - 1 - y : y;
            const uint8_t *p = src + (ptrdiff_t)(turn.transpose ? u : v) * stride +
                               (ptrdiff_t)(turn.transpose ? v : u) * bytes;
            for (int b = 0; b < bytes; b++)
                *dst++ = p[b];
        }
    }
}

/* ---- pixels ---------------------------------------------------------------------------------- */

/* Whether the picture holds luma, evenly spaced, in samples of one or two bytes. */
static bool has_luma(const AVFrame *picture, const AVPixFmtDescriptor *desc)
{
    const uint64_t others = AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_BITSTREAM |
                            AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_FLOAT;
    const AVComponentDescriptor *c = &desc->comp[0];
    if ((desc->flags & others) || c->depth < 8 || c->depth > 16 || !strncmp(desc->name, "xyz", 3))
        return false;
    return picture->width * c->step <=
           av_image_get_linesize(picture->format, picture->width, c->plane);
}

static bool is_full_range(const AVFrame *picture, const AVPixFmtDescriptor *desc)
{
    if (desc->nb_components <= 2 && picture->color_range != AVCOL_RANGE_MPEG)
        return true;
    return picture->color_range == AVCOL_RANGE_JPEG || strncmp(desc->name, "yuvj", 4) == 0;
}

static void stretch_limited(uint8_t *luma, size_t n)
{
    for (size_t i = 0; i < n; i++)
        luma[i] = luma_full(luma[i]);
}

static void make_room(struct media_convert *c, size_t stride, int height)
{
    size_t need = stride * (size_t)height + PAD;
    if (need <= c->room)
        return;
    free(c->grey);
    free(c->rgb);
    c->grey = mem_aligned(need, 1);
    c->rgb = mem_aligned(3 * need, 1);
    c->room = need;
}

/* Luma of 8 to 16 bits, wherever the format puts it, to rows of `stride` bytes of full range. */
static void unpack_luma(const AVFrame *picture, const AVPixFmtDescriptor *desc, bool full,
                        uint8_t *dst, size_t stride)
{
    const AVComponentDescriptor *c = &desc->comp[0];
    bool wide = c->depth + c->shift > 8, big = desc->flags & AV_PIX_FMT_FLAG_BE;
    int mask = (1 << c->depth) - 1;
    int low = full ? 0 : 16 << (c->depth - 8), high = full ? mask : 235 << (c->depth - 8);
    for (int y = 0; y < picture->height; y++) {
        const uint8_t *p =
            picture->data[c->plane] + (ptrdiff_t)y * picture->linesize[c->plane] + c->offset;
        for (int x = 0; x < picture->width; x++, p += c->step) {
            int v = wide ? big ? p[0] << 8 | p[1] : p[1] << 8 | p[0] : p[0];
            v = ((v >> c->shift & mask) - low) * 255 + (high - low) / 2;
            v = v < 0 ? 0 : v / (high - low);
            dst[(size_t)y * stride + (size_t)x] = (uint8_t)(v > 255 ? 255 : v);
        }
    }
}

/* The YUVJ names are deprecated in favour of plain ones with a range. */
static enum AVPixelFormat plain_format(int format)
{
    switch (format) {
    case AV_PIX_FMT_YUVJ420P:
        return AV_PIX_FMT_YUV420P;
    case AV_PIX_FMT_YUVJ422P:
        return AV_PIX_FMT_YUV422P;
    case AV_PIX_FMT_YUVJ444P:
        return AV_PIX_FMT_YUV444P;
    case AV_PIX_FMT_YUVJ440P:
        return AV_PIX_FMT_YUV440P;
    default:
        return (enum AVPixelFormat)format;
    }
}

static int scale_to(struct SwsContext **ctx, const AVFrame *picture, bool full,
                    enum AVPixelFormat format, uint8_t *dst, int stride, struct err *err)
{
    *ctx = sws_getCachedContext(*ctx, picture->width, picture->height,
                                plain_format(picture->format), picture->width, picture->height,
                                format, SWS_BILINEAR, NULL, NULL, NULL);
    if (*ctx == NULL)
        return err_set(err, "libswscale cannot convert %s",
                       av_get_pix_fmt_name(plain_format(picture->format)));
    int space = picture->colorspace == AVCOL_SPC_BT709 ? SWS_CS_ITU709 : SWS_CS_ITU601;
    sws_setColorspaceDetails(*ctx, sws_getCoefficients(space), full, sws_getCoefficients(space), 1,
                             0, 1 << 16, 1 << 16);
    uint8_t *planes[4] = {dst};
    int strides[4] = {stride};
    sws_scale(*ctx, (const uint8_t *const *)picture->data, picture->linesize, 0, picture->height,
              planes, strides);
    return 0;
}

/* The picture, whose size is right and whose format is desc, as grey. */
static int grey_of(struct media_convert *c, const AVFrame *picture, const AVPixFmtDescriptor *desc,
                   struct media_turn turn, uint8_t *out, struct err *err)
{
    int width = picture->width, height = picture->height, rc = 0;
    bool full = is_full_range(picture, desc), luma = has_luma(picture, desc);
    if (luma && desc->comp[0].step == 1) {
        copy_turned(picture->data[0], picture->linesize[0], width, height, 1, turn, out);
        if (!full)
            stretch_limited(out, (size_t)width * (size_t)height);
        return 0;
    }
    size_t stride = ((size_t)width + PAD - 1) / PAD * PAD;
    make_room(c, stride, height);
    if (luma)
        unpack_luma(picture, desc, full, c->grey, stride);
    else
        rc = scale_to(&c->to_grey, picture, full, AV_PIX_FMT_GRAY8, c->grey, (int)stride, err);
    if (rc == 0)
        copy_turned(c->grey, (int)stride, width, height, 1, turn, out);
    return rc;
}

int media_convert_grey(struct media_convert *c, const AVFrame *picture, struct media_turn turn,
                       uint8_t *out, struct err *err)
{
    const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(picture->format);
    if (desc == NULL)
        return err_set(err, "a pixel format that libav does not know");
    return grey_of(c, picture, desc, turn, out, err);
}

int media_convert(struct media_convert *c, const AVFrame *picture, struct media_turn turn,
                  bool grey, struct frame_pool *pool, struct frame **out, struct err *err)
{
    int width = picture->width, height = picture->height;
    const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(picture->format);
    *out = NULL;
    if (media_check_size(width, height, err) != 0)
        return -1;
    if (desc == NULL)
        return err_set(err, "a pixel format that libav does not know");
    bool full = is_full_range(picture, desc), luma = has_luma(picture, desc);
    bool grey_only = grey || (luma && desc->nb_components <= 2);
    struct frame *f = turn.transpose ? frame_new(pool, height, width, !grey_only)
                                     : frame_new(pool, width, height, !grey_only);
    if (f == NULL)
        return 0;
    size_t stride = ((size_t)width + PAD - 1) / PAD * PAD;
    make_room(c, stride, height);
    int rc = grey_of(c, picture, desc, turn, f->grey, err);
    if (rc == 0 && !grey_only) {
        rc = scale_to(&c->to_rgb, picture, full, AV_PIX_FMT_RGB24, c->rgb, (int)(3 * stride), err);
        copy_turned(c->rgb, (int)(3 * stride), width, height, 3, turn, f->rgb);
    }
    if (rc != 0) {
        frame_unref(f);
        return -1;
    }
    *out = f;
    return 0;
}
