/* report_print: see report.h. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/report.h"

enum { BAR = 30, FACES_SHOWN = 40 };

/* ---- text ------------------------------------------------------------------------------------ */

static const char *span(double s, char *text, size_t size)
{
    int minutes = (int)(s / 60);
    if (minutes >= 60)
        snprintf(text, size, "%d:%02d:%02.0f h", minutes / 60, minutes % 60, floor(fmod(s, 60)));
    else if (minutes > 0)
        snprintf(text, size, "%d:%04.1f min", minutes, floor(fmod(s, 60) * 10) / 10);
    else
        snprintf(text, size, "%.1f s", s);
    return text;
}

/* A class as one letter of the chart: its first that no class before it has. */
static void letters(const struct record_head *h, char *letter)
{
    for (int c = 0; c < h->classes; c++) {
        letter[c] = '?';
        for (const char *l = h->label[c]; *l != '\0' && letter[c] == '?'; l++) {
            if (*l > ' ' && *l < 127 && memchr(letter, *l, (size_t)c) == NULL)
                letter[c] = *l;
        }
    }
}

static int top_of(const double *v, int n)
{
    int top = 0;
    for (int c = 1; c < n; c++)
        top = v[c] > v[top] ? c : top;
    return top;
}

static void print_bar(double share)
{
    int n = (int)lround(share * BAR);
    for (int i = 0; i < BAR; i++)
        putchar(i < n ? '#' : ' ');
}

static void print_moods(const struct report *r)
{
    const struct tally *t = &r->tally;
    char text[40];
    double all = tally_present(t);
    printf("\n%-12s %-*s %6s %11s  %5s %7s\n", "together", BAR, "", "share", "time", "mean",
           "spread");
    for (int c = 0; c < t->classes; c++) {
        double share = all > 0 ? t->mood_s[c] / all : 0;
        printf("%-12.12s ", r->head.label[c]);
        print_bar(share);
        printf(" %5.1f%% %11s  %4.0f%% %6.0f%%\n", 100 * share,
               span(t->mood_s[c], text, sizeof text), 100 * tally_mean(t, c),
               100 * tally_spread(t, c));
    }
    printf("%-*s %5.1f%% %11s\n", 13 + BAR, "of these labels not sure",
           all > 0 ? 100 * t->unsure_s / all : 0, span(t->unsure_s, text, sizeof text));
}

static void print_chart(const struct report *r)
{
    char letter[SCENE_CLASSES_MAX], text[40];
    letters(&r->head, letter);
    printf("\nover time    |");
    for (int i = 0; i < REPORT_COLUMNS; i++) {
        const double *column = r->chart[i];
        int top = top_of(column, r->tally.classes);
        putchar(column[top] > 0 ? letter[top] : ' ');
    }
    printf("|\n             0%*s\n             ", REPORT_COLUMNS,
           span(r->length_s, text, sizeof text));
    for (int c = 0; c < r->tally.classes; c++)
        printf("%c %s  ", letter[c], r->head.label[c]);
    putchar('\n');
}

static int changes_of(const struct tally_face *f, int classes)
{
    int n = 0;
    for (int a = 0; a < classes; a++)
        for (int b = 0; b < classes; b++)
            n += f->change[a][b];
    return n;
}

static void print_faces(const struct report *r)
{
    const struct tally *t = &r->tally;
    char from[40], there[40], looking[40];
    printf("\n%6s %11s %11s %11s %8s  %s\n", "face", "from", "there", "attention", "changes",
           "moods");
    for (int i = 0; i < t->faces && i < FACES_SHOWN; i++) {
        const struct tally_face *f = &t->face[i];
        printf("%6d %11s %11s %11s %8d ", f->id, span(f->first, from, sizeof from),
               span(f->present_s, there, sizeof there),
               span(f->attention_s, looking, sizeof looking), changes_of(f, t->classes));
        for (int c = 0; c < t->classes; c++) {
            double share = f->present_s > 0 ? f->mood_s[c] / f->present_s : 0;
            if (share >= 0.05)
                printf(" %.12s %.0f%%", r->head.label[c], 100 * share);
        }
        putchar('\n');
    }
    if (t->faces > FACES_SHOWN)
        printf("       and %d more (--json has all)\n", t->faces - FACES_SHOWN);
}

static void print_changes(const struct report *r)
{
    int sum[SCENE_CLASSES_MAX][SCENE_CLASSES_MAX] = {{0}}, all = 0;
    const struct tally *t = &r->tally;
    for (int i = 0; i < t->faces; i++)
        for (int a = 0; a < t->classes; a++)
            for (int b = 0; b < t->classes; b++)
                sum[a][b] += t->face[i].change[a][b];
    for (int a = 0; a < t->classes; a++)
        for (int b = 0; b < t->classes; b++)
            all += sum[a][b];
    if (all == 0)
        return;
    printf("\nchanges of label (from row to column)\n%-12s", "");
    for (int b = 0; b < t->classes; b++)
        printf(" %8.8s", r->head.label[b]);
    putchar('\n');
    for (int a = 0; a < t->classes; a++) {
        printf("%-12.12s", r->head.label[a]);
        for (int b = 0; b < t->classes; b++) {
            if (sum[a][b] > 0)
                printf(" %8d", sum[a][b]);
            else
                printf(" %8s", "-");
        }
        putchar('\n');
    }
}

void report_print_text(const struct report *r)
{
    const struct tally *t = &r->tally;
    char a[40], b[40];
    printf("%s: %s of %s, model %s, from %s\n", r->path, span(t->time_s, a, sizeof a),
           r->head.source, r->head.model, r->head.started);
    printf("%ld pictures, %d face%s, at most %d at once; nobody there for %s\n", t->scenes,
           t->faces, t->faces == 1 ? "" : "s", t->most, span(t->nobody_s, b, sizeof b));
    if (r->torn)
        printf("the last line is cut off and left out\n");
    if (t->faces == 0)
        return;
    print_moods(r);
    print_chart(r);
    print_faces(r);
    print_changes(r);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static json_t *rounded(double x)
{
    return json_real(rint(x * 1e4) / 1e4);
}

static void set_by_class(const struct report *r, json_t *to, const char *key, const double *v,
                         double divide)
{
    json_t *o = json_object();
    for (int c = 0; c < r->head.classes; c++)
        json_object_set_new(o, r->head.label[c], rounded(divide > 0 ? v[c] / divide : 0));
    json_object_set_new(to, key, o);
}

static json_t *changes_json(const struct report *r, const struct tally_face *f)
{
    json_t *o = json_object();
    char key[160];
    for (int a = 0; a < r->head.classes; a++) {
        for (int b = 0; b < r->head.classes; b++) {
            if (f->change[a][b] == 0)
                continue;
            snprintf(key, sizeof key, "%s>%s", r->head.label[a], r->head.label[b]);
            json_object_set_new(o, key, json_integer(f->change[a][b]));
        }
    }
    return o;
}

static json_t *face_json(const struct report *r, const struct tally_face *f)
{
    json_t *o = json_pack("{s:i, s:I, s:o, s:o, s:o, s:o, s:o}", "id", f->id, "pictures",
                          (json_int_t)f->scenes, "first_s", rounded(f->first), "last_s",
                          rounded(f->last), "present_s", rounded(f->present_s), "attention_s",
                          rounded(f->attention_s), "unsure_s", rounded(f->unsure_s));
    set_by_class(r, o, "mood_s", f->mood_s, 1);
    set_by_class(r, o, "mean", f->sum, f->present_s);
    json_object_set_new(o, "changes", changes_json(r, f));
    return o;
}

void report_print_json(const struct report *r)
{
    const struct tally *t = &r->tally;
    double mean[SCENE_CLASSES_MAX], spread[SCENE_CLASSES_MAX];
    json_t *faces = json_array();
    for (int c = 0; c < t->classes; c++) {
        mean[c] = tally_mean(t, c);
        spread[c] = tally_spread(t, c);
    }
    for (int i = 0; i < t->faces; i++)
        json_array_append_new(faces, face_json(r, &t->face[i]));
    json_t *together = json_pack("{s:o}", "unsure_s", rounded(t->unsure_s));
    set_by_class(r, together, "mood_s", t->mood_s, 1);
    set_by_class(r, together, "mean", mean, 1);
    set_by_class(r, together, "spread", spread, 1);
    json_t *all = json_pack(
        "{s:s, s:s, s:s, s:I, s:I, s:o, s:o, s:i, s:b, s:o, s:o}", "model", r->head.model, "source",
        r->head.source, "started", r->head.started, "pictures", (json_int_t)t->scenes, "lines",
        (json_int_t)t->lines, "time_s", rounded(t->time_s), "nobody_s", rounded(t->nobody_s),
        "most_faces", t->most, "cut_off", r->torn, "together", together, "faces", faces);
    json_dumpf(all, stdout, JSON_COMPACT | JSON_REAL_PRECISION(12));
    putchar('\n');
    json_decref(all);
}
