/* assign: see assign.h. Costs are 1 - gain; a row that is left over costs 1, in a column of its
 * own. */
#include "vision/assign.h"

#include <assert.h>
#include <float.h>
#include <stdbool.h>

enum { COLS = ASSIGN_COLS_MAX + ASSIGN_ROWS_MAX };

/* Rows and columns count from 1; 0 is none, or the row that is being placed. */
struct search {
    const float *gain;
    int rows, cols, all;                       /* all = cols and a spare column per row */
    float u[ASSIGN_ROWS_MAX + 1], v[COLS + 1]; /* potentials */
    int row_of[COLS + 1];                      /* that has the column */
    int way[COLS + 1];                         /* the column before it on the path */
};

static float cost(const struct search *s, int row, int col)
{
    if (col > s->cols)
        return col - s->cols == row ? 1 : 1e6f;
    float g = s->gain[(row - 1) * s->cols + col - 1];
    return g > 0 ? 1 - g : 1e6f;
}

/* Finds the cheapest path from `row` to a free column; returns that column. */
static int find_path(struct search *s, int row)
{
    float least[COLS + 1];
    bool used[COLS + 1] = {false};
    int at = 0;
    for (int j = 0; j <= s->all; j++)
        least[j] = FLT_MAX;
    s->row_of[0] = row;
    do {
        int i = s->row_of[at], next = 0;
        float delta = FLT_MAX;
        used[at] = true;
        for (int j = 1; j <= s->all; j++) {
            float c = used[j] ? 0 : cost(s, i, j) - s->u[i] - s->v[j];
            if (!used[j] && c < least[j]) {
                least[j] = c;
                s->way[j] = at;
            }
            if (!used[j] && least[j] < delta) {
                delta = least[j];
                next = j;
            }
        }
        for (int j = 0; j <= s->all; j++) {
            if (used[j]) {
                s->u[s->row_of[j]] += delta;
                s->v[j] -= delta;
            } else {
                least[j] -= delta;
            }
        }
        at = next;
    } while (s->row_of[at] != 0);
    return at;
}

void assign(const float *gain, int rows, int cols, int *column_of)
{
    struct search s = {.gain = gain, .rows = rows, .cols = cols, .all = cols + rows};
    assert(rows <= ASSIGN_ROWS_MAX && cols <= ASSIGN_COLS_MAX);
    for (int i = 1; i <= rows; i++) {
        for (int at = find_path(&s, i); at != 0; at = s.way[at])
            s.row_of[at] = s.row_of[s.way[at]];
    }
    for (int i = 0; i < rows; i++)
        column_of[i] = -1;
    for (int j = 1; j <= cols; j++) {
        if (s.row_of[j] != 0)
            column_of[s.row_of[j] - 1] = j - 1;
    }
}
