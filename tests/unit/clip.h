/*
 * clip: small pictures and films that the tests make themselves, through libav's encoders.
 *
 * Picture i of a film is painted by `paint`; a failure is the test's failure.
 */
#ifndef TESTS_CLIP_H
#define TESTS_CLIP_H

#include "tests/unit/unit.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/display.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

typedef void clip_paint(uint8_t *rgb, int width, int height, int i);

struct clip {
    const char *encoder; /* libav's name: "png", "mpeg4", "ffv1" */
    const char *muxer;   /* NULL: by the ending of the path */
    enum AVPixelFormat format;
    bool full; /* luma 0..255 instead of 16..235 */
    int width, height;
    int frames, fps;
    bool turned, mirrored; /* bears a display matrix: turned by `degrees`, mirrored */
    double degrees;        /* counterclockwise */
    clip_paint *paint;
};

/* Level of the upper left, upper right, lower left, lower right quarter. */
static const uint8_t clip_quarter[4] = {30, 90, 160, 230};

static inline void clip_quarters(uint8_t *rgb, int width, int height, int i)
{
    (void)i;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            memset(rgb + 3 * (y * width + x),
                   clip_quarter[2 * (2 * y >= height) + (2 * x >= width)], 3);
}

/* Picture i is flat, of level 8 i: its number can be read from any pixel. */
static inline void clip_levels(uint8_t *rgb, int width, int height, int i)
{
    memset(rgb, 8 * i, (size_t)(3 * width * height));
}

/* From black at the left to white at the right. */
static inline void clip_ramp(uint8_t *rgb, int width, int height, int i)
{
    (void)i;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            memset(rgb + 3 * (y * width + x), width > 1 ? x * 255 / (width - 1) : 255, 3);
}

static inline void clip_fill(AVFrame *f, const struct clip *c, int i)
{
    uint8_t *rgb = malloc((size_t)(3 * c->width * c->height));
    c->paint(rgb, c->width, c->height, i);
    if (c->format == AV_PIX_FMT_PAL8) { /* swscale does not make palettes: 256 greys, reversed */
        for (int y = 0; y < c->height; y++)
            for (int x = 0; x < c->width; x++)
                f->data[0][y * f->linesize[0] + x] = (uint8_t)(255 - rgb[3 * (y * c->width + x)]);
        for (uint32_t k = 0; k < 256; k++)
            ((uint32_t *)(void *)f->data[1])[k] = 0xff000000u | (255 - k) * 0x010101u;
    } else {
        struct SwsContext *sws =
            sws_getContext(c->width, c->height, AV_PIX_FMT_RGB24, c->width, c->height, c->format,
                           SWS_BILINEAR | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INP, NULL, NULL, NULL);
        assert_non_null(sws);
        const int *k = sws_getCoefficients(SWS_CS_ITU601);
        sws_setColorspaceDetails(sws, k, 1, k, c->full, 0, 1 << 16, 1 << 16);
        const uint8_t *planes[4] = {rgb};
        int strides[4] = {3 * c->width};
        sws_scale(sws, planes, strides, 0, c->height, f->data, f->linesize);
        sws_freeContext(sws);
    }
    free(rgb);
}

static inline AVCodecContext *clip_codec(const struct clip *c, const AVFormatContext *format)
{
    const AVCodec *encoder = avcodec_find_encoder_by_name(c->encoder);
    assert_non_null(encoder);
    AVCodecContext *codec = avcodec_alloc_context3(encoder);
    codec->width = c->width;
    codec->height = c->height;
    codec->time_base = (AVRational){1, c->fps};
    codec->framerate = (AVRational){c->fps, 1};
    codec->pix_fmt = c->format;
    codec->color_range = c->full ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
    codec->strict_std_compliance = FF_COMPLIANCE_UNOFFICIAL;
    codec->thread_count = 1;
    codec->bit_rate = 0;
    codec->flags |= AV_CODEC_FLAG_QSCALE;
    codec->global_quality = FF_QP2LAMBDA * 2;
    if (format->oformat->flags & AVFMT_GLOBALHEADER)
        codec->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    av_opt_set(codec->priv_data, "crf", "10", 0);
    av_opt_set(codec->priv_data, "lossless", "1", 0);
    if (avcodec_open2(codec, encoder, NULL) < 0)
        fail_msg("%s does not encode %s", c->encoder, av_get_pix_fmt_name(c->format));
    return codec;
}

static inline void clip_turn(AVStream *stream, const struct clip *c)
{
    int32_t m[9];
    av_display_rotation_set(m, -c->degrees); /* this call counts clockwise */
    av_display_matrix_flip(m, c->mirrored, 0);
#if LIBAVFORMAT_VERSION_MAJOR >= 61
    AVCodecParameters *p = stream->codecpar;
    AVPacketSideData *side = av_packet_side_data_new(&p->coded_side_data, &p->nb_coded_side_data,
                                                     AV_PKT_DATA_DISPLAYMATRIX, sizeof m, 0);
    assert_non_null(side);
    memcpy(side->data, m, sizeof m);
#else
    uint8_t *data = av_stream_new_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, sizeof m);
    assert_non_null(data);
    memcpy(data, m, sizeof m);
#endif
}

static inline void clip_drain(AVFormatContext *format, AVCodecContext *codec, AVPacket *packet)
{
    while (avcodec_receive_packet(codec, packet) >= 0) {
        packet->stream_index = 0;
        if (packet->duration == 0)
            packet->duration = 1;
        av_packet_rescale_ts(packet, codec->time_base, format->streams[0]->time_base);
        assert_true(av_interleaved_write_frame(format, packet) >= 0);
    }
}

/* Writes the film, or the picture, to path. */
static inline void clip_write(const char *path, const struct clip *c)
{
    av_log_set_level(AV_LOG_QUIET);
    AVFormatContext *format = NULL;
    assert_true(avformat_alloc_output_context2(&format, NULL, c->muxer, path) >= 0);
    AVStream *stream = avformat_new_stream(format, NULL);
    AVCodecContext *codec = clip_codec(c, format);
    assert_true(avcodec_parameters_from_context(stream->codecpar, codec) >= 0);
    stream->time_base = codec->time_base;
    stream->avg_frame_rate = codec->framerate;
    if (c->turned)
        clip_turn(stream, c);
    if (strcmp(format->oformat->name, "image2") == 0)
        av_opt_set(format->priv_data, "update", "1", 0); /* one file, no %d in its name */
    if (!(format->oformat->flags & AVFMT_NOFILE))
        assert_true(avio_open(&format->pb, path, AVIO_FLAG_WRITE) >= 0);
    assert_true(avformat_write_header(format, NULL) >= 0);
    AVPacket *packet = av_packet_alloc();
    for (int i = 0; i < c->frames; i++) {
        AVFrame *f = av_frame_alloc();
        f->width = c->width;
        f->height = c->height;
        f->format = c->format;
        f->color_range = codec->color_range;
        f->quality = codec->global_quality;
        assert_true(av_frame_get_buffer(f, 0) >= 0);
        clip_fill(f, c, i);
        f->pts = i;
        assert_true(avcodec_send_frame(codec, f) >= 0);
        av_frame_free(&f);
        clip_drain(format, codec, packet);
    }
    avcodec_send_frame(codec, NULL);
    clip_drain(format, codec, packet);
    av_packet_free(&packet);
    assert_true(av_write_trailer(format) >= 0);
    avcodec_free_context(&codec);
    if (!(format->oformat->flags & AVFMT_NOFILE))
        avio_closep(&format->pb);
    avformat_free_context(format);
}

#endif
