/* balance_samples: images of the chosen finding, see balance.h. UI thread; draws only. */
#include <stdio.h>

#include "tui/balance.h"

enum { ACROSS = 6, GAP = 2, TITLE = 1, CAPTION = 3 };

/* The height in cells of an image, which is twice as wide. */
static int side_of(const struct layout_rect *r)
{
    int by_width = ((r->w + GAP) / ACROSS - GAP) / 2, by_height = r->h - TITLE - CAPTION;
    return by_width < by_height ? by_width : by_height;
}

/* Whether images of the chosen finding stand beside another each. */
static bool pairs(const struct balance *b)
{
    const struct doctor *d = b->study->doctor;
    return d->first[b->kind + 1] > d->first[b->kind] && d->finding[d->first[b->kind]].other >= 0;
}

int balance_samples_count(const struct balance *b, const struct layout_rect *r)
{
    int side = side_of(r), all = side > 0 ? (r->w + GAP) / (2 * side + GAP) : 0;
    int count = b->study->doctor != NULL && pairs(b) ? all / 2 : all;
    return count > 1 ? count : 1;
}

static void draw_image(const struct balance *b, WINDOW *win, const struct layout_rect *r, int x,
                       int row, const char *words)
{
    const struct dataset *ds = b->ds;
    int side = side_of(r), label = ds->label[row];
    char text[256];
    tile_draw(b->tile, win, r->y + TITLE, r->x + x, side, 2 * side, dataset_image(ds, row),
              DATASET_SIDE);
    int y = r->y + TITLE + side;
    dataset_origin(ds, row, text, sizeof text);
    style_text(b->style, win, y, r->x + x, 2 * side, style_role(b->style, STYLE_DIM), text);
    snprintf(text, sizeof text, "%s %s", ds->class_name[label],
             split_name((enum split)ds->split[row]));
    style_text(b->style, win, y + 1, r->x + x, 2 * side, b->mood[label].ink, text);
    style_text(b->style, win, y + 2, r->x + x, 2 * side, style_role(b->style, STYLE_TEXT), words);
}

/* What a finding says that is not said by the picture beside it. */
static void words_of(const struct balance *b, const struct doctor_finding *f, char *text,
                     size_t size)
{
    if (f->other < 0)
        doctor_text(b->ds, f, text, size);
    else if (f->kind == DOCTOR_NEAR)
        snprintf(text, size, "%.1f %% alike", 100 * (double)f->score);
    else
        text[0] = '\0';
}

void balance_samples_draw(const struct balance *b, WINDOW *win, const struct layout_rect *r)
{
    const struct doctor *d = b->study->doctor;
    if (d == NULL || side_of(r) <= 0 || d->first[b->kind + 1] == d->first[b->kind])
        return;
    int first = d->first[b->kind], n = d->first[b->kind + 1] - first;
    int side = side_of(r), count = balance_samples_count(b, r);
    int last = b->sample + count < n ? b->sample + count : n;
    style_print(b->style, win, r->y, r->x, r->w, style_role(b->style, STYLE_TITLE),
                "%s: %d to %d of %d", doctor_title((enum doctor_kind)b->kind), b->sample + 1, last,
                n);
    for (int i = b->sample, x = 0; i < last; i++) {
        const struct doctor_finding *f = &d->finding[first + i];
        char words[256];
        words_of(b, f, words, sizeof words);
        draw_image(b, win, r, x, f->row, words);
        x += 2 * side + GAP;
        if (f->other >= 0) {
            draw_image(b, win, r, x, f->other, "");
            x += 2 * side + GAP;
        }
    }
}
