/* annotate: see annotate.h. */
#include "vision/annotate.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "vision/font.h"

struct canvas {
    uint8_t *rgb;
    int width, height;
    int unit; /* pixels to a pixel of the font */
};

/* One colour a class, told apart on light and dark pictures alike. */
static const uint8_t color[][3] = {
    {226, 60, 50},  {70, 170, 60},  {160, 90, 210},  {240, 200, 40},
    {60, 120, 240}, {40, 190, 200}, {190, 190, 190}, {240, 140, 40},
};

static const uint8_t *class_color(int c)
{
    return color[(size_t)c % (sizeof color / sizeof color[0])];
}

/* Mixes a colour into a rectangle: strength 256 covers what is there. */
static void fill(struct canvas *to, int x, int y, int w, int h, const uint8_t *rgb, int strength)
{
    int x1 = x + w < to->width ? x + w : to->width, y1 = y + h < to->height ? y + h : to->height;
    for (int j = y > 0 ? y : 0; j < y1; j++) {
        for (int i = x > 0 ? x : 0; i < x1; i++) {
            uint8_t *p = to->rgb + 3 * ((size_t)j * (size_t)to->width + (size_t)i);
            for (int c = 0; c < 3; c++)
                p[c] = (uint8_t)(p[c] + (rgb[c] - p[c]) * strength / 256);
        }
    }
}

static void frame_box(struct canvas *to, const struct box *b, const uint8_t *rgb)
{
    int t = to->unit > 1 ? to->unit : 2;
    fill(to, b->x, b->y, b->w, t, rgb, 256);
    fill(to, b->x, b->y + b->h - t, b->w, t, rgb, 256);
    fill(to, b->x, b->y + t, t, b->h - 2 * t, rgb, 256);
    fill(to, b->x + b->w - t, b->y + t, t, b->h - 2 * t, rgb, 256);
}

static void write_char(struct canvas *to, int x, int y, char c, const uint8_t *rgb)
{
    const uint8_t *rows = font_rows(c);
    for (int j = 0; j < FONT_HEIGHT; j++) {
        for (int i = 0; i < FONT_WIDTH; i++) {
            if (rows[j] >> (FONT_WIDTH - 1 - i) & 1)
                fill(to, x + i * to->unit, y + j * to->unit, to->unit, to->unit, rgb, 256);
        }
    }
}

static int text_width(const struct canvas *to, int letters)
{
    return (letters * (FONT_WIDTH + 1) - 1) * to->unit;
}

static void write_text(struct canvas *to, int x, int y, const char *text, const uint8_t *rgb)
{
    for (; *text != '\0'; text++, x += (FONT_WIDTH + 1) * to->unit)
        write_char(to, x, y, *text, rgb);
}

/* Number, mood and percent on a dark strip above the box; inside it at the top of the picture. A
 * small face gets the number alone, or its neighbours' names would cover each other. */
static void write_head(struct canvas *to, const struct scene_face *f, const char *label)
{
    static const uint8_t dark[3] = {16, 16, 16}, light[3] = {255, 255, 255};
    char text[64];
    int u = to->unit, high = (FONT_HEIGHT + 4) * u;
    snprintf(text, sizeof text, "%d %s %d%%", f->id, label, (int)lrintf(f->p[f->mood] * 100));
    if (text_width(to, (int)strlen(text)) + 4 * u > f->box.w * 3 / 2)
        snprintf(text, sizeof text, "%d", f->id);
    int wide = text_width(to, (int)strlen(text)) + 4 * u;
    int y = f->box.y >= high ? f->box.y - high : f->box.y;
    fill(to, f->box.x, y, wide, high, dark, 190);
    write_text(to, f->box.x + 2 * u, y + 2 * u, text, light);
}

/* Bars with the names beside them, one below the other. */
static void draw_rows(struct canvas *to, const struct scene_face *f, int classes,
                      const char *const *labels, int y)
{
    static const uint8_t dark[3] = {16, 16, 16};
    int u = to->unit, step = (FONT_HEIGHT + 2) * u, names = text_width(to, 3) + 4 * u;
    int room = f->box.w - names - 2 * u;
    fill(to, f->box.x, y, f->box.w, classes * step + 2 * u, dark, 150);
    for (int c = 0; c < classes; c++) {
        char name[4] = "";
        int top = y + c * step + 2 * u;
        snprintf(name, sizeof name, "%.3s", labels[c]);
        write_text(to, f->box.x + 2 * u, top, name, class_color(c));
        fill(to, f->box.x + names, top + u, (int)lrintf((float)room * f->p[c]), 5 * u,
             class_color(c), 256);
    }
}

/* Bars side by side without names, for small faces. */
static void draw_columns(struct canvas *to, const struct scene_face *f, int classes, int y)
{
    static const uint8_t dark[3] = {16, 16, 16};
    int high = f->box.h / 4 > 6 ? f->box.h / 4 : 6;
    fill(to, f->box.x, y, f->box.w, high, dark, 150);
    for (int c = 0; c < classes; c++) {
        int x0 = f->box.x + c * f->box.w / classes, x1 = f->box.x + (c + 1) * f->box.w / classes;
        int bar = (int)lrintf((float)high * f->p[c]);
        fill(to, x0, y + high - bar, x1 - x0 - (x1 - x0 > 2), bar, class_color(c), 256);
    }
}

static void draw_bars(struct canvas *to, const struct scene_face *f, int classes,
                      const char *const *labels)
{
    int u = to->unit, step = (FONT_HEIGHT + 2) * u;
    bool rows = f->box.w >= text_width(to, 3) + 40 * u && f->box.h >= classes * step;
    int high = rows ? classes * step + 2 * u : f->box.h / 4 > 6 ? f->box.h / 4 : 6;
    int y = f->box.y + f->box.h;
    if (y + high > to->height) /* no room below: over the chin */
        y = f->box.y + f->box.h - high;
    if (rows)
        draw_rows(to, f, classes, labels, y);
    else
        draw_columns(to, f, classes, y);
}

void annotate_scene(uint8_t *rgb, int width, int height, const struct scene *scene,
                    const char *const *labels)
{
    int side = width > height ? width : height;
    struct canvas to = {rgb, width, height, side < 1000 ? 1 : (side + 300) / 640};
    for (int i = 0; i < scene->faces; i++) {
        const struct scene_face *f = &scene->face[i];
        frame_box(&to, &f->box, class_color(f->mood));
        draw_bars(&to, f, scene->classes, labels);
        write_head(&to, f, labels[f->mood]);
    }
}
