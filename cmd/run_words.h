/* run_words: what the commands about runs share: which run is meant, and how one is told in a line.
 * Main thread. */
#ifndef CMD_RUN_WORDS_H
#define CMD_RUN_WORDS_H

#include "config/opts.h"
#include "nn/runs.h"

/* The folder of the run directories. */
const char *run_words_dir(const struct opts *opts);

/* The run directory that argv[0] names; without arguments the newest of those with the highest
 * rank, as the command has more to do with it. The caller frees. NULL if there is none, which was
 * printed for that command. */
char *run_words_path(const char *command, const struct opts *opts, int argc, char **argv,
                     int (*rank)(const struct run *run));

/* Ranks: of those that are trained, of those that could be resumed. */
int run_words_alive(const struct run *run);
int run_words_resumable(const struct run *run);

/* "1:02:03" or "2:03". */
void run_words_seconds(double seconds, char *out, size_t size);

/* "epoch 3/40  loss 1.2345  accuracy 45.6 %  PublicTest loss 1.1234  accuracy 50.00 % (best)". */
void run_words_epoch(const struct run *run, int i, char *out, size_t size);

#endif
