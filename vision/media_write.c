/* media_write: see media_write.h. */
#include "vision/media_write.h"

#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "base/mem.h"
#include "vision/media_lib.h"

#define JPEG_QUALITY 3 /* libav's 1 (best) to 31 */

struct writer {
    AVCodecContext *codec;
    AVFrame *frame;
    AVPacket *packet;
    struct SwsContext *sws;
};

static void writer_end(struct writer *w)
{
    avcodec_free_context(&w->codec);
    av_frame_free(&w->frame);
    av_packet_free(&w->packet);
    sws_freeContext(w->sws);
}

static int writer_open(struct writer *w, bool jpeg, int width, int height)
{
    const AVCodec *codec = avcodec_find_encoder(jpeg ? AV_CODEC_ID_MJPEG : AV_CODEC_ID_PNG);
    if (codec == NULL)
        return AVERROR_ENCODER_NOT_FOUND;
    w->codec = avcodec_alloc_context3(codec);
    w->frame = av_frame_alloc();
    w->packet = av_packet_alloc();
    if (w->codec == NULL || w->frame == NULL || w->packet == NULL)
        mem_panic("out of memory for libav's encoder");
    w->codec->width = w->frame->width = width;
    w->codec->height = w->frame->height = height;
    w->codec->time_base = (AVRational){1, 25};
    w->codec->pix_fmt = jpeg ? AV_PIX_FMT_YUVJ444P : AV_PIX_FMT_RGB24;
    w->frame->format = w->codec->pix_fmt;
    if (jpeg) {
        w->codec->flags |= AV_CODEC_FLAG_QSCALE;
        w->codec->global_quality = w->frame->quality = JPEG_QUALITY * FF_QP2LAMBDA;
    }
    int rc = avcodec_open2(w->codec, codec, NULL);
    return rc < 0 ? rc : av_frame_get_buffer(w->frame, 0);
}

static int fill(struct writer *w, const uint8_t *rgb)
{
    int width = w->frame->width, height = w->frame->height;
    enum AVPixelFormat to =
        w->frame->format == AV_PIX_FMT_YUVJ444P ? AV_PIX_FMT_YUV444P : AV_PIX_FMT_RGB24;
    w->sws = sws_getContext(width, height, AV_PIX_FMT_RGB24, width, height, to, SWS_BILINEAR, NULL,
                            NULL, NULL);
    if (w->sws == NULL)
        return AVERROR(EINVAL);
    const int *coefficients = sws_getCoefficients(SWS_CS_ITU601);
    sws_setColorspaceDetails(w->sws, coefficients, 1, coefficients, 1, 0, 1 << 16, 1 << 16);
    const uint8_t *planes[4] = {rgb};
    int strides[4] = {3 * width};
    sws_scale(w->sws, planes, strides, 0, height, w->frame->data, w->frame->linesize);
    return 0;
}

int media_write_picture(const char *path, const uint8_t *rgb, int width, int height,
                        struct err *err)
{
    const char *dot = strrchr(path, '.');
    bool png = dot != NULL && strcasecmp(dot, ".png") == 0;
    bool jpeg = dot != NULL && (strcasecmp(dot, ".jpg") == 0 || strcasecmp(dot, ".jpeg") == 0);
    if (!png && !jpeg)
        return err_set(err, "%s: expected a name that ends in .png or .jpg", path);
    if (media_lib_need(err) != 0)
        return -1;
    struct writer w = {0};
    int rc = writer_open(&w, jpeg, width, height);
    if (rc >= 0)
        rc = fill(&w, rgb);
    if (rc >= 0)
        rc = avcodec_send_frame(w.codec, w.frame);
    if (rc >= 0)
        rc = avcodec_send_frame(w.codec, NULL);
    if (rc >= 0)
        rc = avcodec_receive_packet(w.codec, w.packet);
    int done = -1;
    if (rc >= 0) {
        done = file_write_atomic(path, w.packet->data, (size_t)w.packet->size, err);
    } else {
        char why[AV_ERROR_MAX_STRING_SIZE] = "";
        av_strerror(rc, why, sizeof why);
        err_set(err, "%s: cannot encode %dx%d: %s", path, width, height, why);
    }
    writer_end(&w);
    return done;
}
