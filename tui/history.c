/* history: see history.h. One owner, one thread; all memory is one block, taken at the start. */
#include "tui/history.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

struct ring {
    int id;
    int count;      /* points in it; 0 = free */
    int head;       /* where the next one goes */
    int64_t newest; /* time of the newest point */
    int64_t seen;   /* of the last push, thinned out or not */
    int64_t *time;  /* capacity */
    float *p;       /* (capacity, classes) */
};

struct history {
    int classes, faces, capacity;
    int64_t span, thin; /* ns: how far back; least distance of two points */
    struct ring *ring;
};

struct history *history_new(int classes, int faces, double span_s, int capacity)
{
    assert(classes > 0 && faces > 0 && capacity > 0 && span_s > 0);
    size_t points = (size_t)faces * (size_t)capacity;
    struct history *h = mem_zalloc(1, sizeof *h);
    h->classes = classes;
    h->faces = faces;
    h->capacity = capacity;
    h->span = (int64_t)(span_s * CLOCK_S);
    h->thin = h->span / capacity;
    h->ring = mem_zalloc((size_t)faces, sizeof *h->ring);
    h->ring[0].time = mem_zalloc(points, sizeof(int64_t));
    h->ring[0].p = mem_zalloc(points, (size_t)classes * sizeof(float));
    for (int i = 1; i < faces; i++) {
        h->ring[i].time = h->ring[i - 1].time + capacity;
        h->ring[i].p = h->ring[i - 1].p + (size_t)capacity * (size_t)classes;
    }
    return h;
}

void history_free(struct history *h)
{
    if (h == NULL)
        return;
    free(h->ring[0].time);
    free(h->ring[0].p);
    free(h->ring);
    free(h);
}

static struct ring *find(const struct history *h, int id)
{
    for (int i = 0; i < h->faces; i++) {
        if (h->ring[i].count > 0 && h->ring[i].id == id)
            return &h->ring[i];
    }
    return NULL;
}

/* A ring for a new face: a free one, else that of the face that was away for longest. */
static struct ring *take(struct history *h, int id)
{
    struct ring *r = &h->ring[0];
    for (int i = 0; i < h->faces && r->count > 0; i++) {
        if (h->ring[i].count == 0 || h->ring[i].seen < r->seen)
            r = &h->ring[i];
    }
    r->id = id;
    r->count = r->head = 0;
    return r;
}

void history_push(struct history *h, int id, int64_t time, const float *p)
{
    struct ring *r = find(h, id);
    if (r == NULL)
        r = take(h, id);
    else if (time <= r->seen)
        return;
    r->seen = time;
    if (r->count > 0 && time - r->newest < h->thin)
        return;
    r->time[r->head] = r->newest = time;
    memcpy(r->p + (size_t)r->head * (size_t)h->classes, p, (size_t)h->classes * sizeof *p);
    r->head = (r->head + 1) % h->capacity;
    r->count += r->count < h->capacity;
}

void history_clear(struct history *h)
{
    for (int i = 0; i < h->faces; i++)
        h->ring[i].count = 0;
}

int history_read(const struct history *h, int id, int64_t now, double *x, float *y, int max)
{
    const struct ring *r = find(h, id);
    if (r == NULL)
        return 0;
    int end = r->count, first; /* points by age: 0 is the oldest, count - 1 the newest */
    int oldest = (r->head - r->count + h->capacity) % h->capacity;
    while (end > 0 && r->time[(oldest + end - 1) % h->capacity] > now)
        end--;
    for (first = end; first > 0 && end - first < max; first--) {
        if (r->time[(oldest + first - 1) % h->capacity] <= now - h->span)
            break;
    }
    for (int i = first; i < end; i++) {
        int at = (oldest + i) % h->capacity;
        x[i - first] = (double)r->time[at] / CLOCK_S;
        for (int c = 0; c < h->classes; c++)
            y[(size_t)c * (size_t)max + (size_t)(i - first)] = r->p[at * h->classes + c];
    }
    return end - first;
}

int history_capacity(const struct history *h)
{
    return h->capacity;
}
