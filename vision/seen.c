/* seen: see seen.h. */
#include "vision/seen.h"

#include <stddef.h>
#include <string.h>

static void copy_crop(struct seen_crop *to, const struct seen_crop *from, size_t pixels)
{
    memcpy(to->x, from->x, pixels * sizeof *to->x);
    memcpy(to->p, from->p, sizeof to->p);
}

void seen_copy(struct seen *to, const struct seen *from)
{
    size_t pixels = (size_t)from->height * (size_t)from->width;
    memcpy(to, from, offsetof(struct seen, used));
    copy_crop(&to->used, &from->used, pixels);
    copy_crop(&to->other, &from->other, pixels);
}
