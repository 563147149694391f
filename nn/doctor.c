/* doctor: see doctor.h. Rows are gone through split by split (Training first), so that "earlier"
 * means an earlier split or the same split above. */
#include "nn/doctor.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/thread.h"
#include "nn/doctor_kinds.h"
#include "nn/hash.h"
#include "nn/tone.h"

enum { CHUNK = 512 /* pictures between two words of progress */ };

void doctor_add(struct doctor_run *run, struct doctor_finding finding)
{
    struct doctor *d = run->d;
    if (d->n == run->room) {
        run->room = run->room > 0 ? run->room * 2 : 1024;
        d->finding = mem_realloc(d->finding, (size_t)run->room, sizeof *d->finding);
    }
    d->finding[d->n++] = finding;
    d->split[finding.kind][run->ds->split[finding.row]]++;
}

bool doctor_tell(struct doctor_run *run, const char *what, long done)
{
    const struct doctor_how *how = run->how;
    return how->progress == NULL || how->progress(how->ctx, what, done, run->n);
}

/* Finds for each row the first with the same pixels: by hash, then by the pixels themselves. */
static bool find_twins(struct doctor_run *run)
{
    size_t mask = 1023;
    while (mask < (size_t)run->n * 2)
        mask = mask * 2 + 1;
    int *table = mem_alloc((mask + 1) * sizeof *table);
    memset(table, -1, (mask + 1) * sizeof *table);
    bool on = doctor_tell(run, "equal images", 0);
    for (int i = 0; i < run->n && on; i++) {
        const uint8_t *image = dataset_image(run->ds, run->order[i]);
        size_t slot = hash_words(HASH_START, image, DATASET_PIXELS) & mask;
        while (table[slot] >= 0 &&
               memcmp(dataset_image(run->ds, table[slot]), image, DATASET_PIXELS) != 0)
            slot = (slot + 1) & mask;
        if (table[slot] < 0)
            table[slot] = run->order[i];
        run->d->twin[run->order[i]] = table[slot];
        if (i % (CHUNK * 8) == 0)
            on = doctor_tell(run, "equal images", i);
    }
    free(table);
    return on;
}

static void gather_groups(struct doctor_run *run)
{
    for (int i = 0; i < run->n; i++) {
        int row = run->order[i], first = run->d->twin[row], s = run->ds->split[row];
        struct doctor_group *g = &run->group[first];
        if (g->labels[s] == 0)
            g->first[s] = row;
        g->labels[s] |= UINT64_C(1) << run->ds->label[row];
        if (run->ds->label[row] != run->ds->label[first] && g->differs == 0)
            g->differs = row + 1;
    }
}

static bool find_leaks(struct doctor_run *run)
{
    for (int i = 0; i < run->n; i++) {
        int row = run->order[i], s = run->ds->split[row];
        const struct doctor_group *g = &run->group[run->d->twin[row]];
        for (int in = 0; in < s; in++) {
            if (g->labels[in] == 0)
                continue;
            run->d->leak[s][in]++;
            run->d->leak_relabelled[s][in] += !(g->labels[in] >> run->ds->label[row] & 1);
            doctor_add(run,
                       (struct doctor_finding){
                           .kind = DOCTOR_LEAK, .row = row, .other = g->first[in], .better = -1});
        }
    }
    return true;
}

static void count_conflicts(struct doctor_run *run)
{
    for (int i = 0; i < run->n; i++) {
        if (run->d->twin[run->order[i]] != run->order[i])
            continue;
        const struct doctor_group *g = &run->group[run->order[i]];
        for (int s = 0; s < SPLITS; s++)
            run->d->conflict[s] += __builtin_popcountll(g->labels[s]) > 1;
        run->d->conflicts += g->differs > 0;
    }
}

static bool find_conflicts(struct doctor_run *run)
{
    count_conflicts(run);
    for (int i = 0; i < run->n; i++) {
        int row = run->order[i], first = run->d->twin[row];
        int differs = run->group[first].differs - 1;
        if (differs < 0)
            continue;
        bool leads = run->ds->label[row] == run->ds->label[first];
        doctor_add(run, (struct doctor_finding){.kind = DOCTOR_CONFLICT,
                                                .row = row,
                                                .other = leads ? differs : first,
                                                .better = -1});
    }
    return true;
}

static bool find_duplicates(struct doctor_run *run)
{
    for (int i = 0; i < run->n; i++) {
        int row = run->order[i];
        int first = run->group[run->d->twin[row]].first[run->ds->split[row]];
        if (first != row)
            doctor_add(run,
                       (struct doctor_finding){
                           .kind = DOCTOR_DUPLICATE, .row = row, .other = first, .better = -1});
    }
    return true;
}

static void add_tone(struct doctor_run *run, enum doctor_kind kind, int i, float score)
{
    doctor_add(run, (struct doctor_finding){.kind = (uint8_t)kind,
                                            .row = run->order[i],
                                            .other = -1,
                                            .score = score,
                                            .better = -1});
}

static bool find_blank(struct doctor_run *run)
{
    for (int i = 0; i < run->n; i++)
        if (run->tone[i].low == run->tone[i].high)
            add_tone(run, DOCTOR_BLANK, i, run->tone[i].brightness);
    return true;
}

static bool find_faint(struct doctor_run *run)
{
    for (int i = 0; i < run->n; i++)
        if (run->tone[i].low < run->tone[i].high &&
            (double)run->tone[i].contrast < DOCTOR_FAINT_BELOW)
            add_tone(run, DOCTOR_FAINT, i, run->tone[i].contrast);
    return true;
}

/* A chunk of the pictures on its way through the detector. */
struct looking {
    struct doctor_run *run;
    int from;
    bool found[CHUNK];
};

static void look(void *ctx, int i, int worker)
{
    struct looking *l = ctx;
    const struct doctor_how *how = l->run->how;
    int row = l->run->order[l->from + i];
    if (how->faces != NULL && how->faces[row] >= 0) {
        l->found[i] = how->faces[row] > 0;
        return;
    }
    l->found[i] = how->face(how->ctx, dataset_image(l->run->ds, row), worker);
    if (how->faces != NULL)
        how->faces[row] = l->found[i];
}

static bool find_faces(struct doctor_run *run)
{
    struct looking l = {.run = run};
    for (; l.from < run->n; l.from += CHUNK) {
        if (!doctor_tell(run, "faces", l.from))
            return false;
        int count = run->n - l.from < CHUNK ? run->n - l.from : CHUNK;
        pool_run(run->how->pool, count, look, &l);
        for (int i = 0; i < count; i++)
            if (!l.found[i])
                doctor_add(run, (struct doctor_finding){.kind = DOCTOR_NO_FACE,
                                                        .other = -1,
                                                        .row = run->order[l.from + i],
                                                        .better = -1});
    }
    return true;
}

/* Kinds whose findings differ in how bad they are; those of the others keep the order of the rows.
 */
static const bool graded[DOCTOR_KINDS] = {
    [DOCTOR_NEAR] = true, [DOCTOR_FAINT] = true, [DOCTOR_FERPLUS] = true, [DOCTOR_UNLIKELY] = true};

/* The worst first. */
static int worse(const void *a, const void *b)
{
    const struct doctor_finding *p = a, *q = b;
    float sign = p->kind == DOCTOR_FAINT ? -1.0f : 1.0f;
    if (p->score != q->score)
        return sign * p->score > sign * q->score ? -1 : 1;
    return p->row - q->row;
}

/* What finds everything of one kind; false if progress gave up. */
static bool (*const find[DOCTOR_KINDS])(struct doctor_run *run) = {
    [DOCTOR_LEAK] = find_leaks,
    [DOCTOR_CONFLICT] = find_conflicts,
    [DOCTOR_DUPLICATE] = find_duplicates,
    [DOCTOR_NEAR] = doctor_find_near,
    [DOCTOR_BLANK] = find_blank,
    [DOCTOR_FAINT] = find_faint,
    [DOCTOR_NO_FACE] = find_faces,
    [DOCTOR_FERPLUS] = doctor_find_ferplus,
    [DOCTOR_UNLIKELY] = doctor_find_unlikely,
};

static bool find_all(struct doctor_run *run)
{
    struct doctor *d = run->d;
    for (int i = 0; i < run->n; i++)
        run->tone[i] = tone_of(dataset_image(run->ds, run->order[i]), DATASET_PIXELS);
    if (!find_twins(run))
        return false;
    gather_groups(run);
    for (int k = 0; k < DOCTOR_KINDS; k++) {
        d->first[k] = d->n;
        if (d->asked[k] && !find[k](run))
            return false;
        if (graded[k] && d->n > d->first[k])
            qsort(d->finding + d->first[k], (size_t)(d->n - d->first[k]), sizeof *d->finding,
                  worse);
    }
    d->first[DOCTOR_KINDS] = d->n;
    return doctor_tell(run, "done", run->n);
}

struct doctor *doctor_run(const struct dataset *ds, const struct doctor_how *how)
{
    struct doctor *d = mem_zalloc(1, sizeof *d);
    struct doctor_run run = {.d = d, .ds = ds, .how = how};
    for (int k = 0; k < DOCTOR_KINDS; k++)
        d->asked[k] = true;
    d->asked[DOCTOR_NO_FACE] = how->face != NULL;
    d->asked[DOCTOR_FERPLUS] = how->votes != NULL;
    d->asked[DOCTOR_UNLIKELY] = how->p != NULL;
    d->length = ds->n;
    d->twin = mem_alloc((size_t)ds->n * sizeof *d->twin);
    run.order = mem_alloc((size_t)ds->n * sizeof *run.order);
    for (int i = 0; i < ds->n; i++)
        d->twin[i] = i;
    for (int s = 0; s < SPLITS; s++)
        for (int i = 0; i < ds->count[s]; i++)
            run.order[run.n++] = ds->row[s][i];
    d->rows = run.n;
    run.tone = mem_alloc((size_t)run.n * sizeof *run.tone);
    run.group = mem_zalloc((size_t)ds->n, sizeof *run.group);
    bool done = find_all(&run);
    free(run.order);
    free(run.tone);
    free(run.group);
    if (done)
        return d;
    doctor_free(d);
    return NULL;
}

int doctor_leaking(const struct doctor *d, const struct dataset *ds, int *row)
{
    bool *tested = mem_zalloc((size_t)d->length, sizeof *tested); /* by the first of equal rows */
    int n = 0;
    for (int s = SPLIT_TRAINING + 1; s < SPLITS; s++)
        for (int i = 0; i < ds->count[s]; i++)
            tested[d->twin[ds->row[s][i]]] = true;
    for (int i = 0; i < ds->count[SPLIT_TRAINING]; i++)
        if (tested[d->twin[ds->row[SPLIT_TRAINING][i]]])
            row[n++] = ds->row[SPLIT_TRAINING][i];
    free(tested);
    return n;
}

void doctor_free(struct doctor *d)
{
    if (d == NULL)
        return;
    free(d->finding);
    free(d->twin);
    free(d);
}
