/* ferplus: see ferplus.h. */
#include "nn/ferplus.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "nn/checkpoint.h"

#define FILE_MAX ((size_t)64 << 20)
#define HEADER                                                                                     \
    "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF"

enum { VOTES = 10, VOTES_MAX = 1000 };

/* FER2013's class of each column of votes; -1: none of the seven. */
static const int class_of[VOTES] = {6, 3, 5, 4, 0, 1, 2, -1, -1, -1};

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

/* Takes in the line of one row; share: (DATASET_CLASSES). 0 or -1. */
static int parse_row(const char *line, enum split split, float *share, bool *doubtful,
                     struct err *err)
{
    const char *usage = split_name(split);
    size_t length = strlen(usage);
    if (strncmp(line, usage, length) != 0 || line[length] != ',')
        return err_set(err, "expected Usage %s, as in the row of the data set, got \"%.*s\"", usage,
                       (int)strcspn(line, ",") < 20 ? (int)strcspn(line, ",") : 20, line);
    int votes[VOTES], known = 0, all = 0;
    const char *name = line + length + 1;
    if (parse_votes(name + strcspn(name, ","), votes, err) != 0)
        return -1;
    for (int i = 0; i < VOTES; i++) {
        all += votes[i];
        known += class_of[i] >= 0 ? votes[i] : 0;
    }
    if (split != SPLIT_TRAINING)
        return 0;
    *doubtful = known == 0 || 2 * known < all;
    for (int i = 0; i < VOTES && known > 0; i++)
        if (class_of[i] >= 0)
            share[class_of[i]] = (float)votes[i] / (float)known;
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

static int parse(char *text, const char *path, const struct dataset *ds, float *share,
                 bool *doubtful, struct err *err)
{
    char *line = next_line(&text);
    if (line == NULL || strcmp(line, HEADER) != 0)
        return err_set(err, "%s:1: expected the header \"" HEADER "\", got \"%.40s\"", path,
                       line != NULL ? line : "");
    int n = 0;
    for (; (line = next_line(&text)) != NULL && n < ds->n; n++)
        if (parse_row(line, (enum split)ds->split[n], share + (size_t)n * DATASET_CLASSES,
                      doubtful + n, err) != 0)
            return err_prefix(err, "%s:%d", path, n + 2);
    if (n < ds->n || line != NULL)
        return err_set(err, "%s: expected %d rows, as the data set has, got %s", path, ds->n,
                       line != NULL ? "more" : "fewer");
    return 0;
}

int ferplus_read(const char *path, const struct dataset *ds, float *share, bool *doubtful,
                 uint64_t *hash, struct err *err)
{
    size_t size;
    char *text = file_read(path, FILE_MAX, &size, err);
    if (text == NULL)
        return -1;
    *hash = checkpoint_hash(text, size);
    int rc = parse(text, path, ds, share, doubtful, err);
    free(text);
    return rc;
}
