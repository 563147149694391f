/*
 * survey: what a person who looks through a data set wants to know of every row, computed in the
 * background: brightness, contrast, the mean face of each class, a network's probabilities.
 *
 * A thread of low priority does the work and wakes the watcher through a descriptor; the watcher
 * (one thread) asks with survey_update and reads plain values that no one writes any more. The data
 * set is borrowed until survey_stop; its labels as the source gives them are used.
 */
#ifndef NN_SURVEY_H
#define NN_SURVEY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "nn/dataset.h"

struct survey_how {
    const char *model; /* model directory, "" = the shipped one; NULL = no probabilities */
    /* A picture (DATASET_SIDE squared) as the network's input (height, width). */
    void (*input)(const uint8_t *image, float *out, int height, int width);
    int wake;  /* eventfd that is written when there is news; -1 = none */
    bool keep; /* all probabilities for the next time, and read them then (nn/memo.h) */
};

/* All arrays are the survey's and valid until it is stopped. */
struct survey_news {
    const float *brightness, *contrast; /* (n) mean and deviation of the levels; NULL = not yet */
    const uint8_t *mean;                /* (classes, DATASET_PIXELS); NULL = not yet */
    const float *p;             /* (n, classes of the data set); NULL = there will be none */
    const bool *has;            /* (n) whether the row's are there */
    long predicted;             /* rows that are */
    const char *model;          /* name of the network, "" while it is not open */
    char trouble[ERR_TEXT_MAX]; /* why there are no probabilities; "" = no trouble */
};

struct survey;

/* NULL and err if no thread can be started. */
struct survey *survey_start(const struct dataset *ds, const struct survey_how *how,
                            struct err *err);

/* Ends the thread, which takes at most a batch of the network, and frees all; NULL is allowed. */
void survey_stop(struct survey *s);

/* Brings news up to date; true if something changed. */
bool survey_update(struct survey *s, struct survey_news *news);

/* This row's probabilities are wanted next, then those behind it. */
void survey_wish(struct survey *s, int row);

/* -log of the probability that the network gives to a class of a row, at most about 16; NAN where
 * it is not known. */
float survey_loss(const struct survey_news *news, const struct dataset *ds, int row, int label);

/* The likeliest class of a row, or -1. */
int survey_best(const struct survey_news *news, const struct dataset *ds, int row);

#endif
