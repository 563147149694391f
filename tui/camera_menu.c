/* camera_menu: see camera_menu.h. The rows are made anew for each key and each drawing. */
#include "tui/camera_menu.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "vision/live_source.h"
#include "vision/source.h"

enum {
    ROWS_MAX = CAMERA_MENU_DEVICES + SOURCE_CONTROLS_MAX + 12,
    WIDTH = 64,
    NAME = 26,  /* columns of a row's name */
    STEPS = 20, /* keys from one end of a control to the other */
};

#define REGION_STEP 0.05
#define REGION_LEAST 0.1

enum kind { DEMO, GIVEN, DEVICE, MODE, CONTROL, ROTATE, FLIP, MIRROR, LEFT, TOP, WIDE, HIGH };

struct row {
    enum kind kind;
    int i; /* of devices or controls */
};

/* What the rows show. */
struct facts {
    struct source_opts source;
    struct source_about about;
    struct turn turn;
    int rows;
    struct row row[ROWS_MAX];
};

void camera_menu_open(struct camera_menu *m, const char *given, bool *mirror)
{
    *m = (struct camera_menu){.open = true, .mode = -1, .mirror = mirror};
    m->devices = camera_devices(m->device, CAMERA_MENU_DEVICES);
    bool plain = strncmp(given, "demo:", 5) != 0;
    for (int i = 0; i < m->devices; i++)
        plain &= strcmp(m->device[i].path, given) != 0;
    if (plain)
        snprintf(m->given, sizeof m->given, "%s", given);
}

/* ---- rows ------------------------------------------------------------------------------------ */

static void add(struct facts *f, enum kind kind, int i)
{
    f->row[f->rows++] = (struct row){kind, i};
}

static void gather(const struct camera_menu *m, struct live *live, struct facts *f)
{
    f->source = live_source(live);
    live_about(live, &f->about);
    f->turn = live_turned(live);
    f->rows = 0;
    for (int i = 0; i < m->devices; i++)
        add(f, DEVICE, i);
    if (m->given[0] != '\0')
        add(f, GIVEN, 0);
    add(f, DEMO, 0);
    if (f->about.modes > 0)
        add(f, MODE, 0);
    for (int i = 0; i < f->about.controls; i++)
        add(f, CONTROL, i);
    for (enum kind k = ROTATE; k <= HIGH; k++)
        add(f, k, 0);
}

static const char *uri_of(const struct camera_menu *m, const struct row *r)
{
    return r->kind == DEVICE ? m->device[r->i].path : r->kind == GIVEN ? m->given : "demo:";
}

static bool is_source(enum kind k)
{
    return k == DEMO || k == GIVEN || k == DEVICE;
}

/* The mode that the row shows: chosen, or in use. */
static int mode_of(const struct camera_menu *m, const struct facts *f)
{
    return m->mode >= 0 && m->mode < f->about.modes ? m->mode : f->about.current;
}

/* ---- keys ------------------------------------------------------------------------------------ */

static void open_source(struct live *live, const struct facts *f, const char *uri)
{
    struct source_opts o = f->source;
    snprintf(o.uri, sizeof o.uri, "%s", uri);
    o.width = o.height = 0;
    o.format[0] = '\0';
    live_switch(live, &o);
}

static void take_mode(const struct camera_menu *m, struct live *live, const struct facts *f)
{
    struct source_opts o = f->source;
    int i = mode_of(m, f);
    if (i < 0 || i == f->about.current)
        return;
    o.width = f->about.mode[i].width;
    o.height = f->about.mode[i].height;
    snprintf(o.format, sizeof o.format, "%s", f->about.mode[i].format);
    live_switch(live, &o);
}

/* by: steps, or +-STEPS for the ends. */
static void change_control(struct live *live, const struct source_control *c, int by)
{
    long step = ((long)c->max - c->min) / STEPS / c->step * c->step;
    long value = c->value + by * (step > c->step ? step : c->step);
    if (by >= STEPS || value > c->max)
        value = c->max;
    if (by <= -STEPS || value < c->min)
        value = c->min;
    live_control(live, c->id, (int)value);
}

static double clamped(double v, double lo, double hi)
{
    return v < lo ? lo : v > hi ? hi : v;
}

static void change_region(struct turn *t, enum kind kind, int by)
{
    double d = by * REGION_STEP;
    if (t->w <= 0 || t->h <= 0) {
        t->x = t->y = 0;
        t->w = t->h = 1;
    }
    if (kind == LEFT)
        t->x = clamped(t->x + d, 0, 1 - t->w);
    else if (kind == TOP)
        t->y = clamped(t->y + d, 0, 1 - t->h);
    else if (kind == WIDE)
        t->w = clamped(t->w + d, REGION_LEAST, 1);
    else
        t->h = clamped(t->h + d, REGION_LEAST, 1);
    t->x = clamped(t->x, 0, 1 - t->w);
    t->y = clamped(t->y, 0, 1 - t->h);
    if (t->w > 0.999 && t->h > 0.999)
        t->x = t->y = t->w = t->h = 0; /* all of it */
}

static void change(struct camera_menu *m, struct live *live, struct facts *f, int by)
{
    const struct row *r = &f->row[m->row];
    struct turn t = f->turn;
    if (r->kind == MODE && f->about.modes > 0) {
        int n = f->about.modes, at = mode_of(m, f);
        m->mode = by <= -STEPS ? 0 : by >= STEPS ? n - 1 : (at + by % n + n) % n;
    } else if (r->kind == CONTROL) {
        change_control(live, &f->about.control[r->i], by);
    } else if (r->kind == MIRROR) {
        *m->mirror = !*m->mirror;
    } else if (r->kind == ROTATE) {
        t.rotate = (t.rotate + (by > 0 ? 90 : 270)) % 360;
    } else if (r->kind == FLIP) {
        t.flip = !t.flip;
    } else if (r->kind >= LEFT) {
        change_region(&t, r->kind, by);
    }
    if (r->kind == ROTATE || r->kind == FLIP || r->kind >= LEFT)
        live_turn(live, &t);
}

/* Enter: what else a row can do. */
static void act(struct camera_menu *m, struct live *live, struct facts *f)
{
    const struct row *r = &f->row[m->row];
    if (is_source(r->kind))
        open_source(live, f, uri_of(m, r));
    else if (r->kind == MODE)
        take_mode(m, live, f);
    else if (r->kind == CONTROL)
        live_control(live, f->about.control[r->i].id, f->about.control[r->i].def);
    else
        change(m, live, f, 1);
    m->mode = -1;
}

static void go_by(struct camera_menu *m, const struct facts *f, int by)
{
    int before = m->row;
    m->row += by;
    m->row = m->row < 0 ? 0 : m->row >= f->rows ? f->rows - 1 : m->row;
    if (m->row != before)
        m->mode = -1;
}

bool camera_menu_key(struct camera_menu *m, struct live *live, int key)
{
    static const struct {
        int key, twin, by;
    } moves[] = {{KEY_UP, 'k', -1},         {KEY_DOWN, 'j', 1},    {KEY_PPAGE, 'U' & 31, -10},
                 {KEY_NPAGE, 'D' & 31, 10}, {'g', 'g', -ROWS_MAX}, {'G', 'G', ROWS_MAX}},
      changes[] = {
          {KEY_LEFT, 'h', -1}, {KEY_RIGHT, 'l', 1}, {KEY_HOME, '0', -STEPS}, {KEY_END, '$', STEPS}};
    static struct facts f; /* large, and of the UI thread alone */
    if (key == 27 || key == 'q' || key == 'C') {
        m->open = false;
        return true;
    }
    gather(m, live, &f);
    go_by(m, &f, 0);
    for (size_t i = 0; i < MEM_COUNT(moves); i++) {
        if (key == moves[i].key || key == moves[i].twin) {
            go_by(m, &f, moves[i].by);
            return true;
        }
    }
    for (size_t i = 0; i < MEM_COUNT(changes); i++) {
        if (key == changes[i].key || key == changes[i].twin) {
            change(m, live, &f, changes[i].by);
            return true;
        }
    }
    if (key != '\r' && key != '\n' && key != KEY_ENTER && key != ' ')
        return false;
    act(m, live, &f);
    return true;
}

/* ---- drawing --------------------------------------------------------------------------------- */

static void region_text(const struct facts *f, enum kind kind, char *text, size_t size)
{
    const struct turn *t = &f->turn;
    bool all = t->w <= 0 || t->h <= 0;
    double v = kind == LEFT ? t->x : kind == TOP ? t->y : kind == WIDE ? t->w : t->h;
    snprintf(text, size, "%.0f %%", all ? (kind >= WIDE ? 100.0 : 0.0) : 100 * v);
}

static void mode_text(const struct camera_menu *m, const struct facts *f, char *text, size_t size)
{
    int i = mode_of(m, f);
    const struct source_mode *k = &f->about.mode[i >= 0 ? i : 0];
    if (i < 0)
        snprintf(text, size, "another size");
    else
        snprintf(text, size, "%dx%d %s %.0f/s%s", k->width, k->height, k->format, k->fps,
                 i == f->about.current ? "" : "  Enter takes it");
}

static void control_text(const struct source_control *c, char *text, size_t size)
{
    int n = c->word[0] != '\0' ? snprintf(text, size, "%s", c->word)
                               : snprintf(text, size, "%d  (%d to %d)", c->value, c->min, c->max);
    if (c->locked && n > 0 && (size_t)n < size)
        snprintf(text + n, size - (size_t)n, "  automatic");
}

static void row_text(const struct camera_menu *m, const struct facts *f, const struct row *r,
                     char *name, char *value, size_t size)
{
    static const char *const names[] = {[MODE] = "size and format",
                                        [ROTATE] = "turned clockwise",
                                        [FLIP] = "mirrored for the network",
                                        [MIRROR] = "cameras shown as mirrors",
                                        [LEFT] = "region: left edge",
                                        [TOP] = "region: upper edge",
                                        [WIDE] = "region: width",
                                        [HIGH] = "region: height"};
    value[0] = '\0';
    if (is_source(r->kind)) {
        bool here = strcmp(f->source.uri, uri_of(m, r)) == 0;
        char uri[256];
        source_name(uri_of(m, r), uri, sizeof uri);
        snprintf(name, size, "%s %s", here ? "*" : " ", uri);
        snprintf(value, size, "%s",
                 r->kind == DEVICE ? m->device[r->i].name
                 : r->kind == DEMO ? "the built-in performer"
                                   : "");
        return;
    }
    snprintf(name, size, "%s", r->kind == CONTROL ? f->about.control[r->i].name : names[r->kind]);
    if (r->kind == MODE)
        mode_text(m, f, value, size);
    else if (r->kind == CONTROL)
        control_text(&f->about.control[r->i], value, size);
    else if (r->kind == ROTATE)
        snprintf(value, size, "%d degrees", f->turn.rotate);
    else if (r->kind == FLIP || r->kind == MIRROR)
        snprintf(value, size, "%s", (r->kind == FLIP ? f->turn.flip : *m->mirror) ? "yes" : "no");
    else
        region_text(f, r->kind, value, size);
}

static void draw_row(const struct camera_menu *m, const struct facts *f, int i,
                     const struct style *style, WINDOW *win, int y, int x, int width)
{
    char name[300], value[300];
    struct ink ink = style_role(style, i == m->row ? STYLE_SELECTED : STYLE_TEXT);
    row_text(m, f, &f->row[i], name, value, sizeof name);
    for (int k = 0; k < width; k++)
        style_put(win, y, x + k, L' ', ink);
    int named = value[0] != '\0' && width > NAME + 8 ? NAME : width - 1;
    style_text(style, win, y, x + 1, named - 1, ink, name);
    if (named == NAME)
        style_text(style, win, y, x + 1 + NAME, width - NAME - 2, ink, value);
}

void camera_menu_draw(struct camera_menu *m, struct live *live, const struct style *style,
                      WINDOW *win)
{
    static struct facts f; /* as above */
    int rows = getmaxy(win), cols = getmaxx(win);
    gather(m, live, &f);
    m->row = m->row >= f.rows ? f.rows - 1 : m->row;
    int width = cols < WIDTH ? cols : WIDTH, height = f.rows + 3 < rows ? f.rows + 3 : rows;
    int y = (rows - height) / 2, x = (cols - width) / 2;
    m->page = height > 3 ? height - 3 : 1;
    if (m->row < m->top)
        m->top = m->row;
    if (m->row >= m->top + m->page)
        m->top = m->row - m->page + 1;
    for (int v = 1; v + 1 < height; v++)
        for (int u = 1; u + 1 < width; u++)
            style_put(win, y + v, x + u, L' ', style_role(style, STYLE_TEXT));
    style_box(style, win, y, x, height, width, style_role(style, STYLE_BORDER));
    style_text(style, win, y, x + 2, width - 4, style_role(style, STYLE_TITLE),
               m->devices > 0 ? " camera " : " camera: none is there ");
    for (int i = m->top; i < f.rows && i - m->top < m->page; i++)
        draw_row(m, &f, i, style, win, y + 1 + i - m->top, x + 1, width - 2);
    style_text(style, win, y + height - 2, x + 2, width - 4, style_role(style, STYLE_DIM),
               "Up Down row  Left Right change  Enter take, reset  Esc close");
    wmove(win, y + 1 + m->row - m->top, x + 1);
}
