/*
 * media_input: a file, stdin or a URL as the packets of one stream of pictures.
 *
 * Belongs to one media source (capture thread). Whatever blocks ends when the source is stopped or,
 * for a URL, when nothing came for ten seconds.
 */
#ifndef VISION_MEDIA_INPUT_H
#define VISION_MEDIA_INPUT_H

#include "base/err.h"
#include "vision/media_lib.h"
#include "vision/source.h"

struct media_input {
    const struct source *source; /* borrowed: its stop flag counts, its label names it */
    AVFormatContext *format;
    AVIOContext *pipe;  /* of stdin, where it cannot be sought in */
    uint8_t head[4];    /* its first bytes, which were read before the others */
    int head_size;      /* how many of them libav has not got yet */
    AVStream *stream;   /* the pictures */
    int64_t wait_since; /* when the current wait for the network began */
    bool network;       /* a URL */
    bool unstamped;     /* pictures in a row, without times of their own */
    bool endless;       /* a URL whose sender decides when pictures come, and when they end */
};

/*
 * Opens the source's URI, a file's path, "-" or a URL, and picks the stream of pictures. 0, or -1
 * with err; in both cases media_input_close ends it. The source is borrowed until then.
 */
int media_input_open(struct media_input *in, const struct source *source, struct err *err);

void media_input_close(struct media_input *in);

/* Reads the next packet of any stream, as av_read_frame does. */
int media_input_read(struct media_input *in, AVPacket *packet);

/* Words libav's error code, and what libav said about it where that tells more. Returns -1. */
int media_input_error(const struct media_input *in, int code, struct err *err);

#endif
