/* media_encode: see media_encode.h. */
#include "vision/media_encode.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "vision/media_lib.h"
#include "vision/media_log.h"

#define JPEG_QUALITY 2 /* libav's 1 (best) to 31 */

struct media_encoder {
    AVCodecContext *codec;
    AVFrame *frame;
    AVPacket *packet;
};

static int fail(int code, struct err *err)
{
    char why[AV_ERROR_MAX_STRING_SIZE] = "";
    av_strerror(code, why, sizeof why);
    return err_set(err, "cannot encode a picture: %s", why);
}

static int open_codec(struct media_encoder *e, bool jpeg, int width, int height)
{
    const AVCodec *codec = avcodec_find_encoder(jpeg ? AV_CODEC_ID_MJPEG : AV_CODEC_ID_PNG);
    if (codec == NULL)
        return AVERROR_ENCODER_NOT_FOUND;
    e->codec = avcodec_alloc_context3(codec);
    e->frame = av_frame_alloc();
    e->packet = av_packet_alloc();
    if (e->codec == NULL || e->frame == NULL || e->packet == NULL)
        mem_panic("out of memory for libav's encoder");
    e->codec->width = e->frame->width = width;
    e->codec->height = e->frame->height = height;
    e->codec->time_base = (AVRational){1, 25};
    e->codec->thread_count = 1;
    e->codec->pix_fmt = jpeg ? AV_PIX_FMT_YUVJ420P : AV_PIX_FMT_GRAY8;
    e->frame->format = e->codec->pix_fmt;
    if (jpeg) {
        e->codec->flags |= AV_CODEC_FLAG_QSCALE;
        e->codec->global_quality = e->frame->quality = JPEG_QUALITY * FF_QP2LAMBDA;
    }
    int rc = avcodec_open2(e->codec, codec, NULL);
    return rc < 0 ? rc : av_frame_get_buffer(e->frame, 0);
}

struct media_encoder *media_encoder_open(bool jpeg, int width, int height, struct err *err)
{
    if (media_lib_need(err) != 0)
        return NULL;
    struct media_encoder *e = mem_zalloc(1, sizeof *e);
    media_log_hear();
    int rc = open_codec(e, jpeg, width, height);
    if (rc >= 0)
        return e;
    fail(rc, err);
    media_encoder_close(e);
    return NULL;
}

void media_encoder_close(struct media_encoder *e)
{
    if (e == NULL)
        return;
    avcodec_free_context(&e->codec);
    av_frame_free(&e->frame);
    av_packet_free(&e->packet);
    free(e);
}

const uint8_t *media_encode(struct media_encoder *e, const uint8_t *grey, size_t *size,
                            struct err *err)
{
    av_packet_unref(e->packet);
    int rc = av_frame_make_writable(e->frame);
    if (rc >= 0) {
        int width = e->frame->width, height = e->frame->height;
        for (int y = 0; y < height; y++)
            memcpy(e->frame->data[0] + (ptrdiff_t)y * e->frame->linesize[0], grey + y * width,
                   (size_t)width);
        for (int c = 1; c < 3 && e->frame->data[c] != NULL; c++)
            memset(e->frame->data[c], 128,
                   (size_t)e->frame->linesize[c] * (size_t)((height + 1) / 2));
        rc = avcodec_send_frame(e->codec, e->frame);
    }
    if (rc >= 0)
        rc = avcodec_receive_packet(e->codec, e->packet);
    if (rc < 0) {
        fail(rc, err);
        return NULL;
    }
    *size = (size_t)e->packet->size;
    return e->packet->data;
}
