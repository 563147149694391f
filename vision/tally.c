/* tally: see tally.h. */
#include "vision/tally.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "vision/record_read.h"

void tally_init(struct tally *t, int classes)
{
    *t = (struct tally){.classes = classes};
}

void tally_free(struct tally *t)
{
    free(t->face);
    *t = (struct tally){.classes = t->classes};
}

/* Where the face stands, or where it would have to. */
static int place_of(const struct tally *t, int id)
{
    int lo = 0, hi = t->faces;
    while (lo < hi) {
        int mid = (lo + hi) / 2;
        if (t->face[mid].id < id)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

const struct tally_face *tally_find(const struct tally *t, int id)
{
    int i = place_of(t, id);
    return i < t->faces && t->face[i].id == id ? &t->face[i] : NULL;
}

static struct tally_face *find_or_add(struct tally *t, const struct scene_face *f, double clock)
{
    int i = place_of(t, f->id);
    if (i < t->faces && t->face[i].id == f->id)
        return &t->face[i];
    if (t->faces == t->room) {
        t->room = t->room > 0 ? 2 * t->room : 64;
        t->face = mem_realloc(t->face, (size_t)t->room, sizeof *t->face);
    }
    memmove(&t->face[i + 1], &t->face[i], (size_t)(t->faces - i) * sizeof *t->face);
    t->faces++;
    t->face[i] = (struct tally_face){.id = f->id, .first = clock, .mood = f->mood};
    return &t->face[i];
}

/* What the scene before showed, lasted so long. */
static void add_time(struct tally *t, double step)
{
    const struct scene *s = &t->before;
    t->time_s += step;
    t->nobody_s += s->faces == 0 ? step : 0;
    for (int i = 0; i < s->faces; i++) {
        const struct scene_face *f = &s->face[i];
        struct tally_face *k = &t->face[place_of(t, f->id)];
        k->present_s += step;
        k->attention_s += f->neighbors > 0 ? step : 0;
        k->unsure_s += f->sure ? 0 : step;
        t->unsure_s += f->sure ? 0 : step;
        k->mood_s[f->mood] += step;
        t->mood_s[f->mood] += step;
        for (int c = 0; c < t->classes; c++) {
            double p = (double)f->p[c];
            k->sum[c] += p * step;
            t->sum[c] += p * step;
            t->square[c] += p * p * step;
        }
    }
}

void tally_scene(struct tally *t, const struct scene *scene, double clock)
{
    double step = clock - t->clock;
    if (scene->classes != t->classes)
        return;
    if (t->scenes > 0 && step > 0 && step <= RECORD_GAP_S)
        add_time(t, step);
    for (int i = 0; i < scene->faces; i++) {
        const struct scene_face *f = &scene->face[i];
        struct tally_face *k = find_or_add(t, f, clock);
        k->change[k->mood][f->mood] += k->mood != f->mood;
        k->mood = f->mood;
        k->last = clock;
        k->scenes++;
    }
    t->scenes++;
    t->lines += scene->faces;
    t->most = scene->faces > t->most ? scene->faces : t->most;
    t->before = *scene;
    t->clock = clock;
}

double tally_present(const struct tally *t)
{
    double s = 0;
    for (int c = 0; c < t->classes; c++)
        s += t->mood_s[c];
    return s;
}

double tally_mean(const struct tally *t, int class)
{
    double s = tally_present(t);
    return s > 0 ? t->sum[class] / s : 0;
}

static double root(double variance)
{
    return variance > 0 ? sqrt(variance) : 0;
}

double tally_spread(const struct tally *t, int class)
{
    double s = tally_present(t), mean = tally_mean(t, class);
    return s > 0 ? root(t->square[class] / s - mean * mean) : 0;
}

void tally_now(const struct scene *scene, int class, double *mean, double *spread)
{
    double sum = 0, square = 0;
    int n = scene->faces;
    for (int i = 0; i < n; i++) {
        double p = (double)scene->face[i].p[class];
        sum += p;
        square += p * p;
    }
    *mean = n > 0 ? sum / n : 0;
    *spread = n > 0 ? root(square / n - *mean * *mean) : 0;
}
