/*
 * picture: see picture.h. UI thread.
 *
 * A frame goes: region -> samples (average) -> without noise and stretched (steady) -> sharpened ->
 * glyphs (render) -> window -> boxes over it. A frame that was drawn already is not worked on
 * again: its glyphs are still there.
 */
#include "tui/picture.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "tui/fit.h"
#include "tui/render.h"
#include "tui/average.h"
#include "tui/sharpen.h"
#include "tui/steady.h"

enum {
    NOISE_BLOCK = 8, /* pixels of the frame */
    SMALL_ROWS = 8,  /* of a pane below which half of it shows nothing */
    SMALL_COLS = 16,
};
#define FOCUS_KEPT (2 * CLOCK_S)

struct picture {
    const struct style *style;
    bool filter;
    const struct renderer_ops *renderer;
    const struct renderer_ops *wanted; /* by the user; another one is in use for thrift */
    int rows, cols;                    /* of the pane that the glyphs are for */
    void *state;                       /* the renderer's */
    struct average average;
    struct steady_contrast contrast;
    struct box focus; /* the last chosen face; w = 0: none */
    int64_t focus_time;
    struct fit fit;
    int width, height; /* of the frame; 0 = kept is worthless */
    uint64_t seq;      /* of the frame whose glyphs are there; 0 = none */
    int64_t time;
    bool rgb;
    size_t room, rgb_room, cells;             /* of the buffers */
    uint8_t *fresh, *kept, *work;             /* samples: just shrunk, steady, stretched */
    uint8_t *fresh_rgb, *kept_rgb, *work_rgb; /* the same in colour */
    struct glyph *glyph;                      /* (area.h, area.w) */
    cchar_t *line;                            /* a row of them for ncurses */
};

static void set_renderer(struct picture *p, const struct renderer_ops *r)
{
    if (p->renderer != NULL && p->renderer->close != NULL)
        p->renderer->close(p->state);
    p->renderer = r;
    p->state = r != NULL && r->open != NULL ? r->open(p->style) : NULL;
    p->width = 0;
    p->seq = 0;
}

struct picture *picture_new(const struct style *style, const struct ui_opts *opts)
{
    struct picture *p = mem_zalloc(1, sizeof *p);
    p->style = style;
    p->filter = opts->noise_filter;
    p->wanted = renderer_pick(style, opts->renderer);
    set_renderer(p, p->wanted);
    return p;
}

void picture_free(struct picture *p)
{
    if (p == NULL)
        return;
    set_renderer(p, NULL);
    average_free(&p->average);
    free(p->fresh);
    free(p->fresh_rgb);
    free(p->glyph);
    free(p->line);
    free(p);
}

void picture_reset(struct picture *p)
{
    p->width = 0;
    p->seq = 0;
    p->focus.w = 0;
    memset(&p->contrast, 0, sizeof p->contrast);
}

const char *picture_renderer(const struct picture *p)
{
    return p->renderer->name;
}

enum ui_renderer picture_renderer_id(const struct picture *p)
{
    return p->renderer->id;
}

bool picture_colored(const struct picture *p)
{
    return p->renderer->rgb;
}

void picture_next_renderer(struct picture *p)
{
    p->wanted = renderer_next(p->style, p->renderer);
    set_renderer(p, p->wanted);
}

struct picture_rect picture_area(const struct picture *p)
{
    return p->fit.area;
}

struct picture_rect picture_map(const struct picture *p, struct box box)
{
    return fit_map(&p->fit, box);
}

/* ---- from frame to glyphs --------------------------------------------------------------------*/

/* Three buffers of n bytes in one block. */
static void reserve3(uint8_t **a, uint8_t **b, uint8_t **c, size_t *room, size_t n)
{
    if (n > *room) {
        *room = n;
        *a = mem_realloc(*a, 3, n);
    }
    *b = *a + *room;
    *c = *b + *room;
}

static void reserve(struct picture *p, size_t samples, bool rgb)
{
    size_t cells = (size_t)p->fit.area.h * (size_t)p->fit.area.w;
    reserve3(&p->fresh, &p->kept, &p->work, &p->room, samples);
    if (rgb)
        reserve3(&p->fresh_rgb, &p->kept_rgb, &p->work_rgb, &p->rgb_room, 3 * samples);
    if (cells > p->cells) {
        p->glyph = mem_realloc(p->glyph, cells, sizeof *p->glyph);
        p->line = mem_realloc(p->line, cells, sizeof *p->line);
        p->cells = cells;
    }
}

static bool same_fit(const struct fit *a, const struct fit *b)
{
    return a->region.x == b->region.x && a->region.y == b->region.y && a->region.w == b->region.w &&
           a->region.h == b->region.h && a->area.y == b->area.y && a->area.x == b->area.x &&
           a->area.h == b->area.h && a->area.w == b->area.w && a->mirror == b->mirror;
}

/* Samples per block of the noise filter, for a block of NOISE_BLOCK pixels. */
static int block(int samples, int pixels)
{
    int n = (NOISE_BLOCK * samples + pixels / 2) / pixels;
    return n < 1 ? 1 : n > NOISE_BLOCK ? NOISE_BLOCK : n;
}

/* Shrinks the frame and brings kept up to date; width x height samples. */
static void take_samples(struct picture *p, const struct frame *f, int width, int height, bool rgb)
{
    const struct box *region = &p->fit.region;
    size_t n = (size_t)width * (size_t)height;
    average_set(&p->average, *region, width, height, p->fit.mirror);
    average_run(&p->average, f->grey, f->width, 1, p->fresh);
    if (rgb)
        average_run(&p->average, f->rgb, 3 * f->width, 3, p->fresh_rgb);
    if (p->filter && p->width > 0) {
        steady_filter(p->kept, p->fresh, p->kept_rgb, rgb ? p->fresh_rgb : NULL, width, height,
                      block(width, region->w), block(height, region->h), p->renderer->hold);
        return;
    }
    memcpy(p->kept, p->fresh, n);
    if (rgb)
        memcpy(p->kept_rgb, p->fresh_rgb, 3 * n);
}

static uint8_t clamped(int v)
{
    return (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
}

/* Gives the colours the lightness of the finished grey. How far they are from grey grows with the
 * contrast, but not as far: stretched colours are garish. */
static void stretch_rgb(struct picture *p, size_t n)
{
    double gain = 255 / (p->contrast.high - p->contrast.low);
    int chroma = (int)(256 * (gain < 1.5 ? gain : 1.5));
    for (size_t i = 0; i < n; i++) {
        for (size_t c = 3 * i; c < 3 * i + 3; c++)
            p->work_rgb[c] = clamped(p->fresh[i] + (p->kept_rgb[c] - p->kept[i]) * chroma / 256);
    }
}

/* The level of the face that matters, -1 = none: the median of the middle of the chosen box. A face
 * that is missed for a moment keeps its light. */
static int focus_level(struct picture *p, const struct picture_view *v, int width)
{
    const struct renderer_ops *r = p->renderer;
    for (int i = 0; i < v->count; i++) {
        if (!v->marks[i].selected)
            continue;
        p->focus = v->marks[i].box;
        p->focus_time = v->now;
    }
    if (p->focus.w <= 0 || v->now - p->focus_time > FOCUS_KEPT)
        return -1;
    struct box middle = {p->focus.x + p->focus.w / 5, p->focus.y + p->focus.h / 5,
                         p->focus.w * 3 / 5, p->focus.h * 3 / 5};
    struct picture_rect at = fit_map(&p->fit, middle);
    if (at.h == 0)
        return -1;
    return steady_median(p->kept, width, (at.y - p->fit.area.y) * r->down,
                         (at.x - p->fit.area.x) * r->across, at.h * r->down, at.w * r->across);
}

/* Fills the glyphs from a frame. */
static void render(struct picture *p, const struct picture_view *v, bool rgb)
{
    const struct frame *f = v->frame;
    const struct renderer_ops *r = p->renderer;
    int width = p->fit.area.w * r->across, height = p->fit.area.h * r->down;
    size_t n = (size_t)width * (size_t)height;
    uint8_t table[256];
    reserve(p, n, rgb);
    take_samples(p, f, width, height, rgb);
    steady_stretch(&p->contrast, p->kept, (int)n, focus_level(p, v, width), v->now, table);
    bool negative = p->style->colors == 0 && p->style->light; /* ink is dark there */
    for (size_t i = 0; i < n; i++)
        p->work[i] = table[p->kept[i]] ^ (negative ? 255 : 0);
    sharpen(p->work, p->fresh, width, height, r->sharpen);
    if (rgb)
        stretch_rgb(p, n);
    struct raster raster = {p->fit.area.h, p->fit.area.w, p->fresh, rgb ? p->work_rgb : NULL};
    r->draw(p->state, p->style, &raster, p->glyph);
}

/* Where the picture goes: all of the pane, or the middle of it. */
static struct fit place(const struct frame *f, const struct picture_view *v, int rows, int cols)
{
    int less = v->small && rows >= SMALL_ROWS && cols >= SMALL_COLS ? 2 : 1;
    struct fit fit = fit_make(f->width, f->height, v->zoom, rows / less, cols / less, v->mirror);
    fit.area.y += (rows - rows / less) / 2;
    fit.area.x += (cols - cols / less) / 2;
    return fit;
}

/* The plain ramp while bytes are scarce, else what the user chose. */
static void choose_renderer(struct picture *p, bool plain)
{
    const struct renderer_ops *r = plain ? renderer_pick(p->style, UI_RAMP) : p->wanted;
    if (r != p->renderer)
        set_renderer(p, r);
}

/* Makes the glyphs those of the frame, unless they are. */
static void follow(struct picture *p, const struct picture_view *v, int rows, int cols)
{
    const struct frame *f = v->frame;
    bool rgb = p->renderer->rgb && f->rgb != NULL;
    struct fit fit = place(f, v, rows, cols);
    if (v->hold && p->seq != 0 && p->rows == rows && p->cols == cols)
        return;
    p->rows = rows;
    p->cols = cols;
    if (p->width != f->width || p->height != f->height || p->rgb != rgb ||
        !same_fit(&fit, &p->fit)) {
        p->width = 0;
        p->seq = 0;
    }
    if (p->seq != 0 && p->seq == f->seq && p->time == f->time)
        return;
    p->fit = fit;
    render(p, v, rgb);
    p->width = f->width;
    p->height = f->height;
    p->rgb = rgb;
    p->seq = f->seq;
    p->time = f->time;
}

/* ---- into the window -------------------------------------------------------------------------*/

static void put_glyphs(struct picture *p, WINDOW *win)
{
    const struct picture_rect *a = &p->fit.area;
    const struct glyph *g = p->glyph;
    struct ink ink = {A_NORMAL, 0};
    int fg = -2, bg = -2;
    for (int y = 0; y < a->h; y++) {
        for (int x = 0; x < a->w; x++, g++) {
            wchar_t text[2] = {g->ch, L'\0'};
            if (g->fg != fg || g->bg != bg) {
                fg = g->fg;
                bg = g->bg;
                ink = style_ink(p->style, fg, bg, A_NORMAL);
            }
            setcchar(&p->line[x], text, ink.attr, 0, &ink.pair);
        }
        mvwadd_wchnstr(win, a->y + y, a->x, p->line, a->w);
    }
}

/* The cells around a rectangle, as far as the window goes. */
static struct picture_rect around(struct picture_rect r, int rows, int cols)
{
    int bottom = r.y + r.h < rows ? r.y + r.h : rows - 1;
    int right = r.x + r.w < cols ? r.x + r.w : cols - 1;
    int y = r.y > 0 ? r.y - 1 : 0, x = r.x > 0 ? r.x - 1 : 0;
    return (struct picture_rect){y, x, bottom - y + 1, right - x + 1};
}

/* Lines around the box, so that they hide nothing of the face, and the label on the upper one. */
static void put_mark(const struct picture *p, WINDOW *win, const struct picture_mark *m)
{
    const struct style *s = p->style;
    struct picture_rect r = fit_map(&p->fit, m->box);
    int rows, cols, n = (int)strlen(m->label);
    if (r.h == 0)
        return;
    getmaxyx(win, rows, cols);
    r = around(r, rows, cols);
    int black = style_grey(s, 0), color = m->color >= 0 ? m->color : style_grey(s, 255);
    struct ink line = style_ink(s, color, black, m->selected ? A_BOLD : A_NORMAL);
    struct ink text = line;
    if (m->selected)
        text = s->colors > 0 ? style_ink(s, black, color, A_NORMAL) : (struct ink){A_REVERSE, 0};
    style_box(s, win, r.y, r.x, r.h, r.w, line);
    int x = r.x + (n + 2 <= r.w);
    if (x + n > cols)
        x = cols > n ? cols - n : 0;
    style_text(s, win, r.y, x, cols - x, text, m->label);
}

void picture_draw(struct picture *p, WINDOW *win, const struct picture_view *v)
{
    int rows, cols;
    getmaxyx(win, rows, cols);
    werase(win);
    style_tick(p->style);
    if (v->frame == NULL) {
        memset(&p->fit, 0, sizeof p->fit);
        p->seq = 0;
        return;
    }
    choose_renderer(p, v->plain);
    follow(p, v, rows, cols);
    put_glyphs(p, win);
    for (int turn = 0; turn < 2; turn++) {
        for (int i = 0; i < v->count; i++) {
            if (v->marks[i].selected == (turn == 1))
                put_mark(p, win, &v->marks[i]);
        }
    }
}
