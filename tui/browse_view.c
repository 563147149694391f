/* browse_view: see browse_view.h, and browse.h for the files around it. UI thread. */
#include "tui/browse_view.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/text.h"
#include "nn/corrections.h"
#include "tui/browse.h"

#define FOLLOW_NS CLOCK_S /* between two lists that follow the network's answers */

static struct browse *of(const struct view *v)
{
    return v->state;
}

/* ---- what is chosen -------------------------------------------------------------------------- */

int browse_row(const struct browse *b)
{
    if (!b->sheet)
        return b->at < b->list.count ? b->list.row[b->at] : -1;
    int first = b->list.class_first[b->class];
    int count = b->list.class_first[b->class + 1] - first;
    return b->column > 0 && b->column <= count ? b->list.class_row[first + b->column - 1] : -1;
}

void browse_choose(struct browse *b, int at)
{
    int last = b->list.count - 1;
    b->at = at > last ? last : at;
    b->at = b->at < 0 ? 0 : b->at;
    browse_scroll(b);
}

bool browse_show_row(struct browse *b, int row)
{
    if (b->list.place[row] < 0) {
        browse_say(b, "row %d is not among those shown: f", row);
        return false;
    }
    b->sheet = false;
    browse_choose(b, b->list.place[row]);
    return true;
}

void browse_relist(struct browse *b, int64_t now)
{
    int row = browse_row(b);
    browse_list_make(&b->list, b->study);
    b->made = now;
    b->stale = false;
    b->predicted = b->study->news.predicted;
    b->changes = b->study->changes;
    b->column = 0;
    browse_choose(b, row >= 0 && b->list.place[row] >= 0 ? b->list.place[row] : b->at);
}

void browse_say(struct browse *b, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    vsnprintf(b->notice, sizeof b->notice, fmt, args);
    va_end(args);
}

/* ---- life ------------------------------------------------------------------------------------ */

static int open_view(struct view *v, struct err *err)
{
    struct browse *b = of(v);
    const struct browse_view_data *data = v->data;
    (void)err;
    b->study = data->study;
    b->style = v->style;
    b->other = -1;
    b->small = tile_new(v->style, data->look);
    b->large = tile_new(v->style, data->look);
    return 0;
}

static void close_view(struct view *v)
{
    struct browse *b = of(v);
    browse_list_close(&b->list);
    tile_free(b->small);
    tile_free(b->large);
    b->small = b->large = NULL;
}

static void resize_view(struct view *v, WINDOW *win)
{
    of(v)->win = win;
    browse_lay_out(of(v), win);
}

/* What the command line asked to see first; a word that fits nothing is said. */
static void first_filter(struct browse *b, const struct browse_view_data *data)
{
    const struct dataset *ds = b->study->ds;
    const char *label = data->label != NULL ? data->label : "";
    if (data->split != NULL && data->split[0] != '\0')
        b->list.filter.want[BROWSE_SPLIT] = split_find(data->split);
    for (int c = 0; c < ds->classes; c++)
        if (strcasecmp(ds->class_name[c], label) == 0)
            b->list.filter.want[BROWSE_LABEL] = c;
    if (label[0] != '\0' && b->list.filter.want[BROWSE_LABEL] < 0)
        browse_say(b, "no class is called %s", label);
}

/* The data set is there: all that depends on it is made now, and nothing later. */
static void begin(struct view *v)
{
    struct browse *b = of(v);
    const struct dataset *ds = b->study->ds;
    style_moods(v->style, ds->class_name, ds->classes, b->mood);
    browse_list_open(&b->list, ds);
    first_filter(b, v->data);
    b->ready = true;
    browse_relist(b, 0);
    browse_lay_out(b, b->win);
}

/* ---- news ------------------------------------------------------------------------------------ */

static void follow_finding(struct view *v, int64_t now)
{
    struct browse *b = of(v);
    int row = b->study->go, kind = b->study->kind;
    if (row < 0)
        return;
    b->study->go = b->study->kind = -1;
    if (kind >= 0 || b->list.place[row] < 0) {
        for (int f = 0; f < BROWSE_FIELDS; f++)
            b->list.filter.want[f] = -1;
        b->list.filter.want[BROWSE_FINDING] = kind;
        browse_relist(b, now);
    }
    browse_show_row(b, row);
}

/* What the order hangs on may come in later. The list follows as long as nobody has moved in it;
 * under a reader's eyes it stays as it is, and the head line says so. */
static void order_anew(struct browse *b, int64_t now)
{
    const struct survey_news *known = &b->study->news;
    bool light = !b->measured && known->brightness != NULL;
    b->measured |= light;
    if ((known->predicted != b->predicted && browse_list_needs_network(&b->list)) ||
        (light && b->list.sort == BROWSE_BRIGHTNESS))
        b->stale = true;
    if (b->stale && b->at == 0 && !b->sheet && now - b->made > FOLLOW_NS) {
        browse_relist(b, now);
        browse_choose(b, 0);
    }
}

static bool update_view(struct view *v, int64_t now)
{
    struct browse *b = of(v);
    struct study *s = b->study;
    bool news = study_follow(s, &b->turns);
    if (!b->ready && s->ds == NULL)
        return news;
    if (!b->ready) {
        begin(v);
        news = true;
    }
    if (s->doctor != b->list.diagnosed) {
        browse_list_findings(&b->list, s->doctor);
        browse_relist(b, now);
    }
    if (s->changes != b->changes)
        browse_relist(b, now);
    order_anew(b, now);
    follow_finding(v, now);
    int row = browse_row(b);
    if (row >= 0 && s->survey != NULL)
        survey_wish(s->survey, row);
    return news;
}

static int fd_of(const struct view *v)
{
    return of(v)->study->fd;
}

/* ---- words ----------------------------------------------------------------------------------- */

static void status_of(const struct view *v, char *text, size_t size)
{
    const struct browse *b = of(v);
    const struct study *s = b->study;
    int relabelled = 0, excluded = 0;
    if (!b->ready) {
        snprintf(text, size, "%s", s->trouble[0] != '\0' ? s->trouble : s->what);
        return;
    }
    snprintf(text, size, "%s  %d/%d", s->name, b->list.count > 0 ? b->at + 1 : 0, b->list.count);
    if (s->ds->corrections != NULL)
        corrections_count(s->ds->corrections, &relabelled, &excluded, NULL);
    if (relabelled > 0)
        text_add(text, size, "  %d relabelled", relabelled);
    if (excluded > 0)
        text_add(text, size, "%s %d left out", relabelled > 0 ? "," : " ", excluded);
    if (dataset_skipped(s->ds) > 0)
        text_add(text, size, "  %ld damaged", dataset_skipped(s->ds));
    if (s->what[0] != '\0')
        text_add(text, size, "  %s", s->what);
    if (s->news.trouble[0] != '\0')
        text_add(text, size, "  %s", s->news.trouble);
}

static void line_of(const struct view *v, char *text, size_t size)
{
    const struct browse *b = of(v);
    int row = b->ready ? browse_row(b) : -1;
    char where[120];
    if (row < 0) {
        status_of(v, text, size);
        return;
    }
    const struct dataset *ds = b->study->ds;
    int best = survey_best(&b->study->news, ds, row);
    dataset_origin(ds, row, where, sizeof where);
    snprintf(text, size, "%d %s", row, ds->class_name[ds->label[row]]);
    if (best >= 0 && best != ds->label[row])
        text_add(text, size, ", seems %s", ds->class_name[best]);
    text_add(text, size, "%s  %s", ds->excluded[row] ? ", left out" : "", where);
}

/* Nothing to look at yet, or never: says so in the middle. */
static void draw_waiting(const struct browse *b, WINDOW *win)
{
    const struct study *s = b->study;
    bool bad = s->trouble[0] != '\0';
    style_text(b->style, win, getmaxy(win) / 2, 2, getmaxx(win) - 4,
               style_role(b->style, bad ? STYLE_WARN : STYLE_TITLE), bad ? s->trouble : s->what);
}

static void draw_view(struct view *v, WINDOW *win)
{
    struct browse *b = of(v);
    style_tick(b->style);
    if (!b->ready) {
        draw_waiting(b, win);
        return;
    }
    browse_head_draw(b, win);
    browse_detail_draw(b, win);
    browse_grid_draw(b, win);
    browse_menu_draw(b, win);
}

static bool grab(struct view *v, int key)
{
    struct browse *b = of(v);
    b->notice[0] = b->trouble[0] = '\0';
    if (key != 'o')
        b->other = -1;
    return b->ready && browse_ask_key(b, key);
}

const struct view_ops browse_view = {
    .name = "browse",
    .summary = "a data set as a wall of faces",
    .state_size = sizeof(struct browse),
    .keys = browse_keys,
    .open = open_view,
    .close = close_view,
    .resize = resize_view,
    .update = update_view,
    .draw = draw_view,
    .fd = fd_of,
    .status = status_of,
    .line = line_of,
    .grab = grab,
};
