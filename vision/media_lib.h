/*
 * media_lib: libav, loaded when it is first needed: it comes with a hundred libraries, for which
 * whoever opens no picture, video or URL need not wait. What is called of it stands in the lists
 * below; a call looks as ever and goes through a pointer. Any thread.
 */
#ifndef VISION_MEDIA_LIB_H
#define VISION_MEDIA_LIB_H

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/imgutils.h>
#include <libswscale/swscale.h>

#include "base/err.h"

/* Loads libav, the first time: to be called before all others, which until then, and where there is
 * no libav, do nothing and return 0 or NULL. 0, or -1 and err. */
int media_lib_need(struct err *err);

/* clang-format off */
#if LIBAVFORMAT_VERSION_MAJOR >= 61
#define MEDIA_LIB_NEW(F) F(av_packet_side_data_get)
#else
#define MEDIA_LIB_NEW(F)
#endif
/* Of libavformat and of what it brings along, libavcodec and libavutil. */
#define MEDIA_LIB_FORMAT(F)                                                                        \
    MEDIA_LIB_NEW(F) F(av_dict_free) F(av_dict_get) F(av_dict_set) F(av_dict_set_int)              \
    F(av_find_best_stream) F(av_find_input_format) F(av_frame_alloc) F(av_frame_free)              \
    F(av_frame_get_buffer) F(av_frame_get_side_data) F(av_frame_make_writable) F(av_frame_unref)   \
    F(av_freep) F(av_get_pix_fmt_name) F(av_image_get_linesize) F(av_log_set_callback)             \
    F(av_malloc) F(av_packet_alloc) F(av_packet_free) F(av_packet_unref) F(av_pix_fmt_desc_get)    \
    F(av_read_frame) F(av_strerror) F(avcodec_alloc_context3) F(avcodec_find_decoder)              \
    F(avcodec_find_encoder) F(avcodec_flush_buffers) F(avcodec_free_context) F(avcodec_get_name)   \
    F(avcodec_open2) F(avcodec_parameters_to_context) F(avcodec_receive_frame)                     \
    F(avcodec_receive_packet) F(avcodec_send_frame) F(avcodec_send_packet)                         \
    F(avformat_alloc_context) F(avformat_close_input) F(avformat_find_stream_info)                 \
    F(avformat_open_input) F(avio_alloc_context) F(avio_context_free)
#define MEDIA_LIB_SCALE(F)                                                                         \
    F(sws_freeContext) F(sws_getCachedContext) F(sws_getCoefficients) F(sws_getContext)            \
    F(sws_scale) F(sws_setColorspaceDetails)
#define MEDIA_LIB_POINTER(name) __typeof__(name) *name;
extern struct media_lib {
    MEDIA_LIB_FORMAT(MEDIA_LIB_POINTER) MEDIA_LIB_SCALE(MEDIA_LIB_POINTER)
} media_lib;

#ifndef MEDIA_LIB_LOADER
#define av_dict_free media_lib.av_dict_free
#define av_dict_get media_lib.av_dict_get
#define av_dict_set media_lib.av_dict_set
#define av_dict_set_int media_lib.av_dict_set_int
#define av_find_best_stream media_lib.av_find_best_stream
#define av_find_input_format media_lib.av_find_input_format
#define av_frame_alloc media_lib.av_frame_alloc
#define av_frame_free media_lib.av_frame_free
#define av_frame_get_buffer media_lib.av_frame_get_buffer
#define av_frame_get_side_data media_lib.av_frame_get_side_data
#define av_frame_make_writable media_lib.av_frame_make_writable
#define av_frame_unref media_lib.av_frame_unref
#define av_freep media_lib.av_freep
#define av_get_pix_fmt_name media_lib.av_get_pix_fmt_name
#define av_image_get_linesize media_lib.av_image_get_linesize
#define av_log_set_callback media_lib.av_log_set_callback
#define av_malloc media_lib.av_malloc
#define av_packet_alloc media_lib.av_packet_alloc
#define av_packet_free media_lib.av_packet_free
#define av_packet_side_data_get media_lib.av_packet_side_data_get
#define av_packet_unref media_lib.av_packet_unref
#define av_pix_fmt_desc_get media_lib.av_pix_fmt_desc_get
#define av_read_frame media_lib.av_read_frame
#define av_strerror media_lib.av_strerror
#define avcodec_alloc_context3 media_lib.avcodec_alloc_context3
#define avcodec_find_decoder media_lib.avcodec_find_decoder
#define avcodec_find_encoder media_lib.avcodec_find_encoder
#define avcodec_flush_buffers media_lib.avcodec_flush_buffers
#define avcodec_free_context media_lib.avcodec_free_context
#define avcodec_get_name media_lib.avcodec_get_name
#define avcodec_open2 media_lib.avcodec_open2
#define avcodec_parameters_to_context media_lib.avcodec_parameters_to_context
#define avcodec_receive_frame media_lib.avcodec_receive_frame
#define avcodec_receive_packet media_lib.avcodec_receive_packet
#define avcodec_send_frame media_lib.avcodec_send_frame
#define avcodec_send_packet media_lib.avcodec_send_packet
#define avformat_alloc_context media_lib.avformat_alloc_context
#define avformat_close_input media_lib.avformat_close_input
#define avformat_find_stream_info media_lib.avformat_find_stream_info
#define avformat_open_input media_lib.avformat_open_input
#define avio_alloc_context media_lib.avio_alloc_context
#define avio_context_free media_lib.avio_context_free
#define sws_freeContext media_lib.sws_freeContext
#define sws_getCachedContext media_lib.sws_getCachedContext
#define sws_getCoefficients media_lib.sws_getCoefficients
#define sws_getContext media_lib.sws_getContext
#define sws_scale media_lib.sws_scale
#define sws_setColorspaceDetails media_lib.sws_setColorspaceDetails
#endif
/* clang-format on */

#endif
