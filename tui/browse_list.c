/* browse_list: see browse_list.h. UI thread. */
#include "tui/browse_list.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

const char *const browse_sort_names[BROWSE_SORTS] = {
    "order", "class", "most wrong first", "confidence", "brightness", "random",
};

enum { RIGHT, WRONG, RESULTS };
enum { RELABELLED, EXCLUDED, UNTOUCHED, TOUCHES };

/* ---- fields ---------------------------------------------------------------------------------- */

const char *browse_field_name(enum browse_field field)
{
    static const char *const names[BROWSE_FIELDS] = {"split",   "class",   "predicted",
                                                     "network", "finding", "corrected"};
    return names[field];
}

int browse_field_values(enum browse_field field, const struct dataset *ds)
{
    switch (field) {
    case BROWSE_SPLIT:
        return SPLITS;
    case BROWSE_LABEL:
    case BROWSE_PREDICTED:
        return ds->classes;
    case BROWSE_RESULT:
        return RESULTS;
    case BROWSE_FINDING:
        return DOCTOR_KINDS + 1;
    case BROWSE_TOUCHED:
        return TOUCHES;
    default:
        return 0;
    }
}

const char *browse_value_name(enum browse_field field, const struct dataset *ds, int value)
{
    static const char *const results[RESULTS] = {"right", "wrong"};
    static const char *const touches[TOUCHES] = {"relabelled", "excluded", "untouched"};
    if (value < 0)
        return "any";
    switch (field) {
    case BROWSE_SPLIT:
        return split_name((enum split)value);
    case BROWSE_LABEL:
    case BROWSE_PREDICTED:
        return ds->class_name[value];
    case BROWSE_RESULT:
        return results[value];
    case BROWSE_FINDING:
        return value < DOCTOR_KINDS ? doctor_title((enum doctor_kind)value) : "any finding";
    case BROWSE_TOUCHED:
        return touches[value];
    default:
        return "";
    }
}

static bool finding_passes(const struct browse_list *l, int row, int want)
{
    return want == DOCTOR_KINDS ? l->finding[row] != 0 : (l->finding[row] >> want & 1) != 0;
}

static bool touched_passes(const struct dataset *ds, int row, int want)
{
    bool relabelled = ds->label[row] != ds->given[row], excluded = ds->excluded[row];
    return want == RELABELLED ? relabelled : want == EXCLUDED ? excluded : !relabelled && !excluded;
}

static bool passes(const struct browse_list *l, const struct study *s, int row)
{
    const int *want = l->filter.want;
    const struct dataset *ds = s->ds;
    if (want[BROWSE_SPLIT] >= 0 && ds->split[row] != want[BROWSE_SPLIT])
        return false;
    if (want[BROWSE_LABEL] >= 0 && ds->label[row] != want[BROWSE_LABEL])
        return false;
    if (want[BROWSE_TOUCHED] >= 0 && !touched_passes(ds, row, want[BROWSE_TOUCHED]))
        return false;
    if (want[BROWSE_FINDING] >= 0 && !finding_passes(l, row, want[BROWSE_FINDING]))
        return false;
    if (want[BROWSE_PREDICTED] < 0 && want[BROWSE_RESULT] < 0)
        return true;
    int best = survey_best(&s->news, ds, row);
    if (best < 0 || (want[BROWSE_PREDICTED] >= 0 && best != want[BROWSE_PREDICTED]))
        return false;
    return want[BROWSE_RESULT] < 0 || (best == ds->label[row]) == (want[BROWSE_RESULT] == RIGHT);
}

bool browse_list_needs_network(const struct browse_list *l)
{
    return l->sort == BROWSE_LOSS || l->sort == BROWSE_CONFIDENCE ||
           l->filter.want[BROWSE_PREDICTED] >= 0 || l->filter.want[BROWSE_RESULT] >= 0;
}

/* ---- order ----------------------------------------------------------------------------------- */

/* A number that sorts as the float does; NAN comes last. */
static uint32_t sortable(float v)
{
    uint32_t bits;
    if (isnan(v))
        return UINT32_MAX;
    memcpy(&bits, &v, sizeof bits);
    return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}

/* Numbers that look like random ones: the finaliser of MurmurHash3 (Appleby 2011). */
static uint32_t scrambled(uint32_t v)
{
    v = (v ^ v >> 16) * 0x85ebca6bu;
    v = (v ^ v >> 13) * 0xc2b2ae35u;
    return v ^ v >> 16;
}

static uint32_t key_of(const struct browse_list *l, const struct study *s, int row)
{
    const struct survey_news *news = &s->news;
    switch (l->sort) {
    case BROWSE_CLASS:
        return s->ds->label[row];
    case BROWSE_LOSS:
        return sortable(-survey_loss(news, s->ds, row, s->ds->label[row]));
    case BROWSE_CONFIDENCE: {
        int best = survey_best(news, s->ds, row);
        return sortable(best < 0 ? NAN : survey_loss(news, s->ds, row, best));
    }
    case BROWSE_BRIGHTNESS:
        return sortable(news->brightness != NULL ? news->brightness[row] : NAN);
    case BROWSE_RANDOM:
        return scrambled((uint32_t)row + scrambled(l->seed));
    default:
        return (uint32_t)row;
    }
}

/* Sorts rows by key, equal keys in their order: least significant digit first, 11 bits at a time
 * (Knuth, The Art of Computer Programming 3, 5.2.5). */
static void radix_sort(struct browse_list *l)
{
    for (int shift = 0; shift < 33; shift += 11) {
        int at[2049] = {0};
        for (int i = 0; i < l->count; i++)
            at[(l->key[i] >> shift & 2047) + 1]++;
        for (int d = 0; d < 2048; d++)
            at[d + 1] += at[d];
        for (int i = 0; i < l->count; i++) {
            int to = at[l->key[i] >> shift & 2047]++;
            l->spare_key[to] = l->key[i];
            l->spare_row[to] = l->row[i];
        }
        uint32_t *key = l->key;
        int *row = l->row;
        l->key = l->spare_key;
        l->row = l->spare_row;
        l->spare_key = key;
        l->spare_row = row;
    }
}

/* Turns the order around; what is not known (a key of UINT32_MAX) stays at the end. */
static void turn(struct browse_list *l)
{
    int known = l->count;
    while (known > 0 && l->key[known - 1] == UINT32_MAX)
        known--;
    for (int a = 0, b = known - 1; a < b; a++, b--) {
        int row = l->row[a];
        l->row[a] = l->row[b];
        l->row[b] = row;
    }
}

static void index_rows(struct browse_list *l, const struct dataset *ds)
{
    memset(l->class_first, 0, (size_t)(l->classes + 1) * sizeof *l->class_first);
    memset(l->place, -1, (size_t)l->n * sizeof *l->place);
    for (int i = 0; i < l->count; i++) {
        l->place[l->row[i]] = i;
        l->class_first[ds->label[l->row[i]] + 1]++;
    }
    for (int c = 0; c < l->classes; c++)
        l->class_first[c + 1] += l->class_first[c];
    int next[DATASET_CLASSES_MAX];
    memcpy(next, l->class_first, (size_t)l->classes * sizeof *next);
    for (int i = 0; i < l->count; i++)
        l->class_row[next[ds->label[l->row[i]]]++] = l->row[i];
}

void browse_list_make(struct browse_list *l, const struct study *s)
{
    l->count = 0;
    for (int row = 0; row < l->n; row++)
        if (passes(l, s, row)) {
            l->key[l->count] = key_of(l, s, row);
            l->row[l->count++] = row;
        }
    if (l->sort != BROWSE_ORDER)
        radix_sort(l);
    if (l->reverse)
        turn(l);
    index_rows(l, s->ds);
}

/* ---- life ------------------------------------------------------------------------------------ */

void browse_list_findings(struct browse_list *l, const struct doctor *d)
{
    memset(l->finding, 0, (size_t)l->n * sizeof *l->finding);
    for (int i = 0; i < d->n; i++)
        l->finding[d->finding[i].row] |= 1u << d->finding[i].kind;
    l->diagnosed = d;
}

void browse_list_open(struct browse_list *l, const struct dataset *ds)
{
    size_t n = (size_t)ds->n;
    *l = (struct browse_list){.n = ds->n, .classes = ds->classes};
    for (int f = 0; f < BROWSE_FIELDS; f++)
        l->filter.want[f] = -1;
    l->row = mem_zalloc(n, sizeof *l->row);
    l->spare_row = mem_zalloc(n, sizeof *l->spare_row);
    l->place = mem_zalloc(n, sizeof *l->place);
    l->class_row = mem_zalloc(n, sizeof *l->class_row);
    l->class_first = mem_zalloc((size_t)ds->classes + 1, sizeof *l->class_first);
    l->finding = mem_zalloc(n, sizeof *l->finding);
    l->key = mem_zalloc(n, sizeof *l->key);
    l->spare_key = mem_zalloc(n, sizeof *l->spare_key);
}

void browse_list_close(struct browse_list *l)
{
    free(l->row);
    free(l->spare_row);
    free(l->place);
    free(l->class_row);
    free(l->class_first);
    free(l->finding);
    free(l->key);
    free(l->spare_key);
    *l = (struct browse_list){0};
}
