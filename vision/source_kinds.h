/* source_kinds: the rows of source.c's table, one per kind of source. */
#ifndef VISION_SOURCE_KINDS_H
#define VISION_SOURCE_KINDS_H

#include "vision/source.h"

extern const struct source_ops source_camera;    /* /dev/videoN, N          camera.c */
extern const struct source_ops source_synthetic; /* demo:                   synthetic.c */
extern const struct source_ops source_stream;    /* rtsp://, http://, ...   media.c */
extern const struct source_ops source_folder;    /* a folder of pictures    folder.c */
extern const struct source_ops source_media;     /* any other name          media.c */

#endif
