/* ferplus: see ferplus.h. */
#include "nn/ferplus.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "nn/checkpoint.h"
#include "nn/classes.h"

#define FILE_MAX ((size_t)64 << 20)
#define HEADER                                                                                     \
    "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF"

enum { VOTES = FERPLUS_VOTES, VOTES_MAX = 1000 };

const int ferplus_class[VOTES] = {6, 3, 5, 4, 0, 1, 2, -1, -1, -1};

/* Reads ",4,0,...": VOTES numbers up to the end of the line; 0 or -1. */
static int parse_votes(const char *p, int *votes, struct err *err)
{
    for (int i = 0; i < VOTES; i++) {
        if (*p != ',')
            return err_set(err, "expected %d numbers of votes, got %d", VOTES, i);
        const char *first = ++p;
        int v = 0;
        while (*p >= '0' && *p <= '9' && v <= VOTES_MAX)
            v = v * 10 + (*p++ - '0');
        if (p == first || v > VOTES_MAX || (*p != ',' && *p != '\0'))
            return err_set(err, "expected 0 to %d votes, got \"%.20s\"", VOTES_MAX, first);
        votes[i] = v;
    }
    if (*p != '\0')
        return err_set(err, "expected %d numbers of votes, got more", VOTES);
    return 0;
}

/* Takes in the line of one row; share: (VOTES). 0 or -1. */
static int parse_row(const char *line, enum split split, float *share, struct err *err)
{
    const char *usage = split_name(split);
    size_t length = strlen(usage);
    if (strncmp(line, usage, length) != 0 || line[length] != ',')
        return err_set(err, "expected Usage %s, as in the row of the data set, got \"%.*s\"", usage,
                       (int)strcspn(line, ",") < 20 ? (int)strcspn(line, ",") : 20, line);
    int votes[VOTES], all = 0;
    const char *name = line + length + 1;
    if (parse_votes(name + strcspn(name, ","), votes, err) != 0)
        return -1;
    for (int i = 0; i < VOTES; i++)
        all += votes[i];
    for (int i = 0; i < VOTES && all > 0 && split == SPLIT_TRAINING; i++)
        share[i] = (float)votes[i] / (float)all;
    return 0;
}

/* Cuts the next line out of the text at *p: NULL at the end. */
static char *next_line(char **p)
{
    char *line = *p;
    if (*line == '\0')
        return NULL;
    size_t length = strcspn(line, "\n");
    *p = line + length + (line[length] == '\n');
    line[length] = '\0';
    if (length > 0 && line[length - 1] == '\r')
        line[length - 1] = '\0';
    return line;
}

/* How many lines the text has below its first. */
static long count_rows(const char *text)
{
    long n = 0;
    for (const char *p = text; *p != '\0'; n++)
        p += strcspn(p, "\n"), p += *p == '\n';
    return n - 1;
}

/* The rows [*first, returned) of that CSV file of the set which has the most lines of those that
 * have at most so many; none: both 0. */
static int find_file(const struct dataset *ds, long lines, int *first)
{
    long most = 0;
    int end = 0;
    *first = 0;
    for (int i = 0, next; i < ds->n; i = next) {
        for (next = i + 1; next < ds->n && dataset_line(ds, i) > 0 &&
                           dataset_line(ds, next) > dataset_line(ds, next - 1);)
            next++;
        long last = dataset_line(ds, next - 1);
        if (last > most && last <= lines) {
            most = last;
            *first = i;
            end = next;
        }
    }
    return end;
}

static int parse(char *text, const char *path, const struct dataset *ds, float *votes,
                 struct err *err)
{
    long rows = count_rows(text);
    int row = 0, end = ds->pack != NULL ? find_file(ds, rows + 1, &row) : ds->n;
    char *line = next_line(&text);
    if (line == NULL || strcmp(line, HEADER) != 0)
        return err_set(err, "%s:1: expected the header \"" HEADER "\", got \"%.40s\"", path,
                       line != NULL ? line : "");
    for (long k = 2; row < end && (line = next_line(&text)) != NULL; k++) {
        if (ds->pack != NULL && dataset_line(ds, row) != k) /* a row that was left out */
            continue;
        if (parse_row(line, (enum split)ds->split[row], votes + (size_t)row * VOTES, err) != 0)
            return err_prefix(err, "%s:%ld", path, k);
        row++;
    }
    long want = end > 0 && ds->pack != NULL ? dataset_line(ds, end - 1) - 1 : ds->n;
    line = next_line(&text);
    if (row < end || end == 0 || (line != NULL && dataset_skipped(ds) == 0))
        return err_set(err, "%s: expected %ld rows, as the data set has, got %s", path, want,
                       line != NULL ? "more" : "fewer");
    return 0;
}

/* The votes of one line for a row of that split. */
static int join_row(const char *line, enum split split, uint8_t *votes, struct err *err)
{
    const char *usage = split_name(split);
    size_t length = strlen(usage);
    int numbers[VOTES];
    if (strncmp(line, usage, length) != 0 || line[length] != ',')
        return err_set(err, "expected Usage %s, as in the row of the data set, got \"%.20s\"",
                       usage, line);
    const char *name = line + length + 1;
    if (parse_votes(name + strcspn(name, ","), numbers, err) != 0)
        return -1;
    for (int i = 0; i < VOTES; i++)
        votes[i] = (uint8_t)(numbers[i] < 255 ? numbers[i] : 255);
    return 0;
}

static int join(char *text, const char *path, const struct dataset *ds, uint8_t *votes,
                struct err *err)
{
    long rows = count_rows(text);
    int row, end = find_file(ds, rows + 1, &row);
    char *line = next_line(&text);
    if (line == NULL || strcmp(line, HEADER) != 0)
        return err_set(err, "%s:1: expected the header \"" HEADER "\"", path);
    if (end == 0 || ds->points != NULL)
        return err_set(err,
                       "%s: expected votes for each line of a CSV file, and the data has none "
                       "with faces and at most %ld rows",
                       path, rows);
    for (long k = 2; row < end && (line = next_line(&text)) != NULL; k++) {
        if (dataset_line(ds, row) != k) /* a row that was left out */
            continue;
        if (join_row(line, (enum split)ds->split[row], votes + (size_t)row * VOTES, err) != 0)
            return err_prefix(err, "%s:%ld", path, k);
        row++;
    }
    return 0;
}

int ferplus_votes(const char *path, const struct dataset *ds, uint8_t *votes, struct err *err)
{
    size_t size;
    char *text = file_read(path, FILE_MAX, &size, err);
    int rc = text != NULL ? join(text, path, ds, votes, err) : -1;
    free(text);
    return rc;
}

int ferplus_read(const char *path, const struct dataset *ds, float *votes, uint64_t *hash,
                 struct err *err)
{
    size_t size;
    if (ds->classes != DATASET_CLASSES || strcmp(ds->class_name[0], classes_names[0]) != 0)
        return err_set(err, "%s: votes for the seven classes, and the data set has others", path);
    char *text = file_read(path, FILE_MAX, &size, err);
    if (text == NULL)
        return -1;
    *hash = checkpoint_hash(text, size);
    int rc = parse(text, path, ds, votes, err);
    free(text);
    return rc;
}

bool ferplus_share(const float *votes, float *share)
{
    float known = 0.0f, all = 0.0f;
    for (int i = 0; i < VOTES; i++) {
        all += votes[i];
        known += ferplus_class[i] >= 0 ? votes[i] : 0.0f;
    }
    /* the sums of tenths are not exact: half of the votes is enough */
    if (known <= 0.0f || known < 0.4999f * all)
        return false;
    for (int i = 0; i < VOTES; i++)
        if (ferplus_class[i] >= 0)
            share[ferplus_class[i]] = votes[i] / known;
    return true;
}

enum { FEATURES = 2 * VOTES + 1, LANES = 8, STEPS = 400 };

struct regression {
    float w[FEATURES][LANES]; /* of class [.][c]; the lanes after the last class stay 0 */
};

static void features(const float *votes, float *x)
{
    for (int i = 0; i < VOTES; i++) {
        x[i] = votes[i];
        x[VOTES + i] = sqrtf(votes[i]);
    }
    x[2 * VOTES] = 1.0f;
}

static void probabilities(const struct regression *r, const float *x, float *p)
{
    float z[LANES] = {0}, top = -INFINITY, sum = 0.0f;
    for (int i = 0; i < FEATURES; i++)
        for (int c = 0; c < LANES; c++)
            z[c] += x[i] * r->w[i][c];
    for (int c = 0; c < DATASET_CLASSES; c++)
        top = z[c] > top ? z[c] : top;
    for (int c = 0; c < DATASET_CLASSES; c++)
        sum += p[c] = expf(z[c] - top);
    for (int c = 0; c < DATASET_CLASSES; c++)
        p[c] /= sum;
    for (int c = DATASET_CLASSES; c < LANES; c++)
        p[c] = 0.0f;
}

/* The gradient of the mean cross-entropy at r. */
static void slope(const struct regression *r, const float *votes, const int *label, int n,
                  double (*g)[LANES])
{
    memset(g, 0, FEATURES * sizeof *g);
    for (int k = 0; k < n; k++) {
        float x[FEATURES], p[LANES];
        features(votes + (size_t)k * VOTES, x);
        probabilities(r, x, p);
        p[label[k]] -= 1.0f;
        for (int i = 0; i < FEATURES; i++)
            for (int c = 0; c < LANES; c++)
                g[i][c] += (double)(x[i] * p[c]) / n;
    }
}

double ferplus_posterior(const float *votes, const int *label, int n, float *probability)
{
    /*
     * A row's squared length is at most 1 (shares) + 1 (their roots) + 1, and the Hessian of the
     * softmax' cross-entropy at most half of it: 1 / 1.5 is the longest safe step.
     */
    const float rate = 1.0f / 1.5f;
    struct regression r = {0}, old, ahead = r;
    for (int step = 1; step <= STEPS; step++) {
        double g[FEATURES][LANES];
        slope(&ahead, votes, label, n, g);
        old = r;
        float keep = (float)(step - 1) / (float)(step + 2);
        for (int i = 0; i < FEATURES; i++)
            for (int c = 0; c < LANES; c++) {
                r.w[i][c] = ahead.w[i][c] - rate * (float)g[i][c];
                ahead.w[i][c] = r.w[i][c] + keep * (r.w[i][c] - old.w[i][c]);
            }
    }
    double loss = 0.0;
    for (int k = 0; k < n; k++) {
        float x[FEATURES], p[LANES];
        features(votes + (size_t)k * VOTES, x);
        probabilities(&r, x, p);
        memcpy(probability + (size_t)k * DATASET_CLASSES, p, DATASET_CLASSES * sizeof *p);
        loss -= log((double)p[label[k]]) / n;
    }
    return loss;
}
