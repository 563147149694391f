/* browse_detail: the chosen face with all that is known of it, see browse.h. UI thread. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "nn/corrections.h"
#include "tui/bars.h"
#include "tui/browse.h"

/* The columns of the votes of FER+ in their file's order. */
static const char *const vote_names[DATASET_VOTES] = {"neutral", "happy",   "surprise", "sad",
                                                      "angry",   "disgust", "fear",     "contempt",
                                                      "unknown", "no face"};

/* The largest square of the pane, in its middle. */
static void draw_picture(struct browse *b, WINDOW *win, const uint8_t *image)
{
    struct layout_rect r = b->layout.picture;
    int h = r.h < r.w / 2 ? r.h : r.w / 2;
    if (h > 0)
        tile_draw(b->large, win, r.y + (r.h - h) / 2, r.x + (r.w - 2 * h) / 2, h, 2 * h, image,
                  DATASET_SIDE);
}

static void line(struct browse *b, WINDOW *win, int i, struct ink ink, const char *text)
{
    struct layout_rect r = b->layout.text;
    if (i < r.h)
        style_text(b->style, win, r.y + i, r.x, r.w, ink, text);
}

/* From line i on, broken at a space as long as there is room for more lines. */
static void lines(struct browse *b, WINDOW *win, int i, struct ink ink, const char *text)
{
    struct layout_rect r = b->layout.text;
    for (; i + 1 < r.h && (int)strlen(text) > r.w; i++) {
        const char *space = memrchr(text, ' ', (size_t)r.w + 1);
        if (space == NULL)
            break;
        style_print(b->style, win, r.y + i, r.x, r.w, ink, "%.*s", (int)(space - text), text);
        text = space + 1;
    }
    line(b, win, i, ink, text);
}

/* "labelled happy (sad in the source), left out" */
static void label_text(const struct browse *b, int row, char *text, size_t size)
{
    const struct dataset *ds = b->study->ds;
    snprintf(text, size, "%s", ds->class_name[ds->label[row]]);
    if (ds->label[row] != ds->given[row])
        text_add(text, size, " (relabelled; the source says %s)", ds->class_name[ds->given[row]]);
    if (!ds->excluded[row])
        return;
    const char *why = corrections_reason(ds->corrections, row);
    text_add(text, size, why[0] != '\0' ? ", left out (%s)" : ", left out", why);
}

static void network_text(const struct browse *b, int row, char *text, size_t size)
{
    const struct dataset *ds = b->study->ds;
    const struct survey_news *news = &b->study->news;
    int best = survey_best(news, ds, row);
    if (best < 0)
        snprintf(text, size, "%s", news->p != NULL ? "the network has not seen it yet" : "");
    else
        snprintf(text, size, "%s: %s %.0f %%, loss %.2f", news->model, ds->class_name[best],
                 100 * exp(-(double)survey_loss(news, ds, row, best)),
                 (double)survey_loss(news, ds, row, ds->label[row]));
}

const struct doctor_finding *browse_finding(const struct browse *b, int row, bool other)
{
    const struct doctor *d = b->study->doctor;
    for (int i = 0; d != NULL && b->list.finding[row] != 0 && i < d->n; i++)
        if (d->finding[i].row == row && (!other || d->finding[i].other >= 0))
            return &d->finding[i];
    return NULL;
}

/* What the doctor found, the first finding in full; else the light. */
static void facts_text(const struct browse *b, int row, char *text, size_t size)
{
    const struct survey_news *news = &b->study->news;
    const struct doctor_finding *f = browse_finding(b, row, false);
    char words[120];
    text[0] = '\0';
    if (f == NULL) {
        if (news->brightness != NULL)
            snprintf(text, size, "brightness %.0f, contrast %.0f", (double)news->brightness[row],
                     (double)news->contrast[row]);
        return;
    }
    doctor_text(b->study->ds, f, words, sizeof words);
    snprintf(text, size, "%s%s%s", doctor_title((enum doctor_kind)f->kind),
             words[0] != '\0' ? ": " : "", words);
    for (int k = 0; k < DOCTOR_KINDS; k++)
        if (k != f->kind && (b->list.finding[row] >> k & 1) != 0)
            text_add(text, size, "; %s", doctor_title((enum doctor_kind)k));
}

static void draw_text(struct browse *b, WINDOW *win, int row)
{
    char text[256], where[120];
    const struct dataset *ds = b->study->ds;
    int best = survey_best(&b->study->news, ds, row);
    struct ink plain = style_role(b->style, STYLE_TEXT);
    label_text(b, row, text, sizeof text);
    struct ink bold = b->mood[ds->label[row]].ink;
    bold.attr |= A_BOLD;
    line(b, win, 0, bold, text);
    dataset_origin(ds, row, where, sizeof where);
    snprintf(text, sizeof text, "row %d %s %s", row, split_name((enum split)ds->split[row]),
             where);
    line(b, win, 1, plain, text);
    network_text(b, row, text, sizeof text);
    line(b, win, 2,
         style_role(b->style, best < 0                 ? STYLE_DIM
                              : best == ds->label[row] ? STYLE_GOOD
                                                       : STYLE_WARN),
         text);
    facts_text(b, row, text, sizeof text);
    lines(b, win, 3, style_role(b->style, b->list.finding[row] != 0 ? STYLE_WARN : STYLE_DIM),
          text);
}

static void title(struct browse *b, WINDOW *win, WINDOW *bars, const char *text)
{
    int y = getpary(bars) - 1, x = getparx(bars);
    style_text(b->style, win, y, x, getmaxx(bars), style_role(b->style, STYLE_TITLE), text);
}

/* In the order of the classes, the other columns of FER+ behind them. */
static void draw_votes(struct browse *b, WINDOW *win, int row)
{
    const struct dataset *ds = b->study->ds;
    const uint8_t *votes = ds->votes + (size_t)row * DATASET_VOTES;
    static const int order[DATASET_VOTES] = {4, 5, 6, 1, 3, 2, 0, 7, 8, 9};
    struct bar bars[DATASET_VOTES];
    int total = 0;
    for (int i = 0; i < DATASET_VOTES; i++)
        total += votes[i];
    for (int i = 0; i < DATASET_VOTES; i++) {
        int v = order[i];
        const struct style_mood *mood = i < DATASET_CLASSES ? &b->mood[i] : NULL;
        bars[i] = (struct bar){.label = vote_names[v],
                               .letter = mood != NULL ? mood->letter : "cu-"[i - DATASET_CLASSES],
                               .value = total > 0 ? (float)votes[v] / (float)total : 0,
                               .raw = NAN,
                               .ink = mood != NULL ? mood->ink : style_role(b->style, STYLE_DIM)};
    }
    char text[40];
    snprintf(text, sizeof text, "FER+, %d votes", total);
    title(b, win, b->votes, text);
    bars_draw(b->style, b->votes, bars, DATASET_VOTES);
}

static void draw_words(struct browse *b, WINDOW *win, int row)
{
    const struct study *s = b->study;
    struct bar bars[BARS_MAX];
    int n = s->ds->classes < BARS_MAX ? s->ds->classes : BARS_MAX;
    for (int c = 0; c < n; c++)
        bars[c] = (struct bar){.label = b->mood[c].name,
                               .letter = b->mood[c].letter,
                               .value = s->news.p[(size_t)row * (size_t)s->ds->classes + (size_t)c],
                               .raw = NAN,
                               .ink = b->mood[c].ink};
    title(b, win, b->words, s->news.model);
    bars_draw(b->style, b->words, bars, n);
}

static void draw_mean_face(struct browse *b, WINDOW *win)
{
    const struct survey_news *news = &b->study->news;
    char text[120];
    if (news->mean == NULL)
        return;
    draw_picture(b, win, news->mean + (size_t)b->class * DATASET_PIXELS);
    snprintf(text, sizeof text, "the mean of all that the source calls %s",
             b->study->ds->class_name[b->class]);
    lines(b, win, 0, b->mood[b->class].ink, text);
}

void browse_detail_draw(struct browse *b, WINDOW *win)
{
    int row = b->other >= 0 ? b->other : browse_row(b);
    if (b->layout.picture.w == 0)
        return;
    if (row < 0) {
        if (b->sheet)
            draw_mean_face(b, win);
        return;
    }
    draw_picture(b, win, dataset_image(b->study->ds, row));
    draw_text(b, win, row);
    if (b->votes != NULL)
        draw_votes(b, win, row);
    if (b->words != NULL && survey_best(&b->study->news, b->study->ds, row) >= 0)
        draw_words(b, win, row);
}
