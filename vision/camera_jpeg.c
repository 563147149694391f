/* camera_jpeg: see camera_jpeg.h. */
#include "vision/camera_jpeg.h"

#include <libv4lconvert.h>
#include <stdlib.h>

#include "base/mem.h"

struct camera_jpeg {
    struct v4lconvert_data *convert;
    struct v4l2_format from, to;
    uint8_t *picture;
};

static struct v4l2_format format_of(uint32_t pixels, uint32_t width, uint32_t height, uint32_t row)
{
    struct v4l2_format f = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE};
    f.fmt.pix.width = width;
    f.fmt.pix.height = height;
    f.fmt.pix.pixelformat = pixels;
    f.fmt.pix.field = V4L2_FIELD_NONE;
    f.fmt.pix.bytesperline = row;
    f.fmt.pix.sizeimage = width * height + 2 * ((width + 1) / 2) * ((height + 1) / 2);
    return f;
}

struct camera_jpeg *camera_jpeg_new(int fd, int width, int height)
{
    struct v4lconvert_data *convert = v4lconvert_create(fd);
    if (convert == NULL)
        return NULL;
    uint32_t w = (uint32_t)width, h = (uint32_t)height;
    struct camera_jpeg *j = mem_zalloc(1, sizeof *j);
    j->convert = convert;
    j->from = format_of(V4L2_PIX_FMT_MJPEG, w, h, 0);
    j->to = format_of(V4L2_PIX_FMT_YUV420, w, h, w);
    j->picture = mem_zalloc(j->to.fmt.pix.sizeimage, 1);
    return j;
}

void camera_jpeg_free(struct camera_jpeg *j)
{
    if (j == NULL)
        return;
    v4lconvert_destroy(j->convert);
    free(j->picture);
    free(j);
}

const uint8_t *camera_jpeg_decode(struct camera_jpeg *j, uint8_t *data, size_t size)
{
    int room = (int)j->to.fmt.pix.sizeimage;
    return v4lconvert_convert(j->convert, &j->from, &j->to, data, (int)size, j->picture, room) ==
                   room
               ? j->picture
               : NULL;
}
