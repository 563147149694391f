/* browse_keys: what the keys of the browser do, see browse.h. UI thread; nothing here waits. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "nn/corrections.h"
#include "tui/browse.h"

static struct browse *of(struct view *v)
{
    return v->state;
}

/* ---- moving ---------------------------------------------------------------------------------- */

static int clamp(int v, int lo, int hi)
{
    return v > hi ? (hi > lo ? hi : lo) : v < lo ? lo : v;
}

static int class_size(const struct browse *b, int class)
{
    return b->list.class_first[class + 1] - b->list.class_first[class];
}

static void sheet_move(struct browse *b, int across, int down)
{
    b->class = clamp(b->class + down, 0, b->list.classes - 1);
    if (down != 0)
        b->from = 0;
    b->column = clamp(b->column + across, 0, class_size(b, b->class));
    browse_scroll(b);
}

static void go(struct browse *b, int across, int down)
{
    if (!b->ready)
        return;
    if (b->sheet)
        sheet_move(b, across, down);
    else if (b->alone)
        browse_choose(b, b->at + across + down);
    else if (down == 0 || (b->at + down * b->layout.across >= 0 &&
                           b->at + down * b->layout.across < b->list.count))
        browse_choose(b, b->at + across + down * b->layout.across);
    else if (down < -1 || down > 1)
        browse_choose(b, down < 0 ? 0 : b->list.count - 1);
}

static void key_arrow(struct view *v, int key)
{
    int across = (key == KEY_RIGHT || key == 'l') - (key == KEY_LEFT || key == 'h');
    int down = (key == KEY_DOWN || key == 'j') - (key == KEY_UP || key == 'k');
    go(of(v), across, down);
}

static void key_page(struct view *v, int key)
{
    struct browse *b = of(v);
    int page = b->layout.down > 0 ? b->layout.down : 10;
    bool down = key == KEY_NPAGE || key == ('D' & 31) || key == ' ';
    go(b, 0, down ? page : -page);
}

static void key_end(struct view *v, int key)
{
    struct browse *b = of(v);
    bool last = key == KEY_END || key == 'G';
    if (b->ready && b->sheet)
        sheet_move(b, last ? b->list.n : -b->list.n, 0);
    else if (b->ready)
        browse_choose(b, last ? b->list.count - 1 : 0);
}

static void key_mouse(struct view *v, int key)
{
    MEVENT event;
    struct browse *b = of(v);
    (void)key;
    if (getmouse(&event) != OK || !b->ready)
        return;
    if (event.bstate & (BUTTON4_PRESSED | BUTTON5_PRESSED))
        go(b, 0, event.bstate & BUTTON4_PRESSED ? -1 : 1);
    else if (b->win != NULL && wmouse_trafo(b->win, &event.y, &event.x, FALSE))
        browse_grid_click(b, event.y, event.x);
}

/* ---- what is shown --------------------------------------------------------------------------- */

static void key_ask(struct view *v, int key)
{
    struct browse *b = of(v);
    if (!b->ready)
        return;
    if (key == 'e' && browse_row(b) < 0)
        return;
    browse_ask(b, key == 'g'   ? BROWSE_ASK_ROW
                  : key == '/' ? BROWSE_ASK_WORD
                  : key == 'e' ? BROWSE_ASK_LABEL
                               : BROWSE_ASK_FILTER);
}

static void key_sort(struct view *v, int key)
{
    struct browse *b = of(v);
    if (!b->ready)
        return;
    if (key == 'S')
        b->list.reverse = !b->list.reverse;
    else if (key == 's') {
        b->list.sort = (b->list.sort + 1) % BROWSE_SORTS;
        if (b->list.sort == BROWSE_RANDOM) /* has a key of its own */
            b->list.sort = BROWSE_ORDER;
        b->list.reverse = false;
    }
    browse_relist(b, clock_now());
    browse_choose(b, 0);
    if (key == 's' && browse_list_needs_network(&b->list) && b->study->news.predicted < b->list.n)
        browse_say(b, "by %s: the network has seen %ld of %d so far",
                   browse_sort_names[b->list.sort], b->study->news.predicted, b->list.n);
}

static void key_random(struct view *v, int key)
{
    struct browse *b = of(v);
    (void)key;
    if (!b->ready)
        return;
    b->list.sort = BROWSE_RANDOM;
    b->list.reverse = false;
    b->list.seed++;
    browse_relist(b, clock_now());
    browse_choose(b, 0);
}

/* To the sheet of classes with the chosen row in it, and back to the same row. */
static void key_sheet(struct view *v, int key)
{
    struct browse *b = of(v);
    int row = b->ready ? browse_row(b) : -1;
    (void)key;
    if (!b->ready)
        return;
    b->sheet = !b->sheet;
    b->alone = false;
    if (b->sheet) {
        b->class = row >= 0 ? b->study->ds->label[row] : 0;
        b->column = b->from = 0;
    } else if (row >= 0) {
        browse_show_row(b, row);
    }
    browse_lay_out(b, b->win);
}

/* Enter on a line of the sheet: its class alone, as a wall. */
static void open_class(struct view *v)
{
    struct browse *b = of(v);
    int row = browse_row(b);
    b->sheet = false;
    b->list.filter.want[BROWSE_LABEL] = b->class;
    browse_relist(b, clock_now());
    if (row >= 0)
        browse_show_row(b, row);
    else
        browse_choose(b, 0);
    browse_lay_out(b, b->win);
}

static void key_alone(struct view *v, int key)
{
    struct browse *b = of(v);
    if (!b->ready)
        return;
    if (b->sheet && key != 'z' && key != 27) {
        open_class(v);
        return;
    }
    b->alone = key == 27 ? false : !b->alone;
    browse_lay_out(b, b->win);
}

static void key_size(struct view *v, int key)
{
    struct browse *b = of(v);
    if (!b->ready || b->alone)
        return;
    bool less = key == '-' || key == '_';
    b->tile_h = b->layout.tile_h + (less ? -1 : 1);
    browse_lay_out(b, b->win);
    b->tile_h = b->layout.tile_h; /* as much as there is room for */
}

static void key_look(struct view *v, int key)
{
    struct browse *b = of(v);
    (void)key;
    tile_next_renderer(b->small);
    tile_next_renderer(b->large);
    browse_lay_out(b, b->win);
    browse_say(b, "%s", tile_renderer(b->small));
}

/* ---- searching ------------------------------------------------------------------------------- */

static bool has_word(const struct browse *b, int row)
{
    const struct dataset *ds = b->study->ds;
    char where[512], text[640];
    dataset_origin(ds, row, where, sizeof where);
    snprintf(text, sizeof text, "%s %s %s", ds->class_name[ds->label[row]],
             split_name((enum split)ds->split[row]), where);
    return strcasestr(text, b->word) != NULL;
}

void browse_search(struct browse *b, int step)
{
    int n = b->list.count;
    if (b->word[0] == '\0') {
        browse_say(b, "nothing to search for yet: /");
        return;
    }
    for (int i = 1; i <= n; i++) {
        int at = (int)(((long)b->at + (long)step * i + n) % n);
        if (!has_word(b, b->list.row[at]))
            continue;
        b->sheet = false;
        browse_choose(b, at);
        return;
    }
    browse_say(b, "%s: not among the %d that are shown", b->word, n);
}

static void key_again(struct view *v, int key)
{
    if (of(v)->ready)
        browse_search(of(v), key == 'n' ? 1 : -1);
}

/* To the row that the doctor names beside the chosen one; where the list does not have it, it is
 * shown large all the same, and back. */
static void key_other(struct view *v, int key)
{
    struct browse *b = of(v);
    int row = b->ready ? browse_row(b) : -1;
    const struct doctor_finding *f = row >= 0 ? browse_finding(b, row, true) : NULL;
    bool back = b->other >= 0;
    (void)key;
    b->other = -1;
    if (back)
        return;
    if (f != NULL && b->list.place[f->other] >= 0) {
        browse_show_row(b, f->other);
    } else if (f != NULL) {
        b->other = f->other;
        browse_say(b, "the other face of this finding, row %d; o goes back", f->other);
    } else if (row >= 0) {
        browse_say(b, b->study->doctor != NULL ? "no finding names another face here"
                                               : "the doctor has not run: f, finding");
    }
}

/* ---- corrections ----------------------------------------------------------------------------- */

/* Whether a decision can be written; else says why not. */
static bool can_decide(struct browse *b)
{
    if (b->study->ds->corrections == NULL)
        snprintf(b->trouble, sizeof b->trouble, "%s: there is no place for corrections",
                 b->study->source);
    return b->study->ds->corrections != NULL;
}

/* Behind each decision: done = 0 or -1 as the call says. */
static bool decided(struct browse *b, int done, const struct err *err)
{
    if (done < 0) {
        snprintf(b->trouble, sizeof b->trouble, "not written: %s", err->text);
        return false;
    }
    dataset_update(b->study->ds);
    b->study->changes++;
    b->changes = b->study->changes; /* the list stays as it is until it is asked for */
    return true;
}

void browse_relabel(struct browse *b, int label)
{
    struct dataset *ds = b->study->ds;
    struct err err = {""};
    int row = browse_row(b);
    if (row < 0 || !can_decide(b))
        return;
    if (ds->label[row] == label) {
        browse_say(b, "row %d is %s already", row, ds->class_name[label]);
        return;
    }
    if (decided(b, corrections_relabel(ds->corrections, row, label, &err), &err))
        browse_say(b, "row %d is %s now; u takes it back", row, ds->class_name[label]);
}

static void key_exclude(struct view *v, int key)
{
    struct browse *b = of(v);
    struct err err = {""};
    int row = b->ready ? browse_row(b) : -1;
    (void)key;
    if (row < 0 || !can_decide(b))
        return;
    bool out = !b->study->ds->excluded[row];
    if (decided(b, corrections_exclude(b->study->ds->corrections, row, out, "", &err), &err))
        browse_say(b, out ? "row %d is left out now; u takes it back" : "row %d is back", row);
}

static void key_undo(struct view *v, int key)
{
    struct browse *b = of(v);
    struct err err = {""};
    (void)key;
    if (!b->ready || !can_decide(b))
        return;
    int row = corrections_undo(b->study->ds->corrections, &err);
    if (row < 0 && err.text[0] == '\0') {
        browse_say(b, "nothing to take back");
        return;
    }
    if (!decided(b, row, &err))
        return;
    if (b->list.place[row] >= 0)
        browse_show_row(b, row);
    browse_say(b, "row %d is %s again%s", row, b->study->ds->class_name[b->study->ds->label[row]],
               b->study->ds->excluded[row] ? ", left out" : "");
}

const struct view_key browse_keys[] = {
    {KEY_LEFT, 'h', "Left Right h l", NULL, "the previous or next face", key_arrow},
    {KEY_RIGHT, 'l', NULL, NULL, NULL, key_arrow},
    {KEY_UP, 'k', "Up Down k j", NULL, "the face above or below", key_arrow},
    {KEY_DOWN, 'j', NULL, NULL, NULL, key_arrow},
    {'f', 0, "f", "filter", "show only a split, a class, what is wrong ...", key_ask},
    {'s', 0, "s S", "sort", "the next order; the same backwards", key_sort},
    {'S', 0, NULL, NULL, NULL, key_sort},
    {'a', 0, "a", NULL, "the same order again, with what is known by now", key_sort},
    {'e', 0, "e", "relabel", "say which class it is, by number or name", key_ask},
    {'x', 0, "x", "exclude", "leave the face out, or take it in again", key_exclude},
    {'u', 0, "u", "undo", "take the last correction back", key_undo},
    {'\r', 'z', "Enter z Esc", "big", "the face alone, or all again; a class of the sheet",
     key_alone},
    {KEY_ENTER, '\n', NULL, NULL, NULL, key_alone},
    {27, 0, NULL, NULL, NULL, key_alone},
    {'c', 0, "c", "classes", "a line for each class, its mean face first", key_sheet},
    {'r', 0, "r", "random", "a random sample, another one each time", key_random},
    {'/', 0, "/", "search", "search by class, file or line", key_ask},
    {'n', 'N', "n N", NULL, "the next or previous one that was searched for", key_again},
    {'o', 0, "o", NULL, "the other face of a finding: its twin, and back", key_other},
    {'g', 0, "g", NULL, "go to a row by its number", key_ask},
    {'+', '=', "+ = - _", NULL, "larger or smaller faces", key_size},
    {'-', '_', NULL, NULL, NULL, key_size},
    {'v', 0, "v", "look", "the next way to draw the faces", key_look},
    {KEY_NPAGE, 'D' & 31, "PgDn ^D Space", NULL, "a page on", key_page},
    {' ', 0, NULL, NULL, NULL, key_page},
    {KEY_PPAGE, 'U' & 31, "PgUp ^U", NULL, "a page back", key_page},
    {KEY_HOME, 0, "Home", NULL, "the first face", key_end},
    {KEY_END, 'G', "End G", NULL, "the last face", key_end},
    {KEY_MOUSE, 0, "mouse", NULL, "a click chooses a face, the wheel moves", key_mouse},
    {0, 0, NULL, NULL, NULL, NULL},
};
