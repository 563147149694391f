/*
 * assign: who belongs to whom, so that the sum over all pairs is largest.
 *
 * The assignment problem (Kuhn 1955), solved by shortest augmenting paths with potentials (Jonker
 * and Volgenant 1987), n * n * m steps. Pure; any thread.
 */
#ifndef VISION_ASSIGN_H
#define VISION_ASSIGN_H

#define ASSIGN_ROWS_MAX 64
#define ASSIGN_COLS_MAX 256

/*
 * gain (rows, cols): how well row and column go together; <= 0 = not at all. column_of (rows) gets
 * the column of each row, or -1; no column is given twice, and the sum of the gains is the largest
 * there is.
 */
void assign(const float *gain, int rows, int cols, int *column_of);

#endif
