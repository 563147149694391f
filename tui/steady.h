/*
 * steady: what keeps a picture from flickering: a noise filter that holds blocks which did not
 * really change, and a contrast that follows the light slowly. Pure numbers; UI thread.
 */
#ifndef TUI_STEADY_H
#define TUI_STEADY_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Brings kept (height, width) up to fresh, block by block: a block of bw x bh samples is taken
 * over only if its mean moved by more than hold levels or one of its samples by more than 16.
 * kept_rgb and rgb (height, width, 3) follow their grey; both may be NULL.
 */
void steady_filter(uint8_t *kept, const uint8_t *fresh, uint8_t *kept_rgb, const uint8_t *rgb,
                   int width, int height, int bw, int bh, int hold);

/* Zeroed = has seen nothing yet. */
struct steady_contrast {
    bool set, moving;
    double low, high; /* levels that become black and white */
    double gamma;     /* exponent between them; < 1 makes lighter */
    int64_t time;
};

/* The median of a part of a picture (height, width): rows y..y+h-1, columns x..x+w-1, h, w > 0. */
int steady_median(const uint8_t *grey, int width, int y, int x, int h, int w);

/*
 * Follows the 2 % and 98 % percentiles of n samples, and with focus >= 0 bends the curve between
 * them so that this level (of what matters: a face against the light) comes near the middle. It
 * follows at once when it has seen nothing or the scene is another, not at all while they move
 * little, else gliding. Fills table: level -> level to show.
 */
void steady_stretch(struct steady_contrast *c, const uint8_t *grey, int n, int focus, int64_t now,
                    uint8_t table[256]);

#endif
