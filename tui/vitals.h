/*
 * vitals: what a process costs and how the machine bears it, as the kernel tells in /proc and /sys.
 * A plain value, zeroed = nothing known yet; one owner.
 */
#ifndef TUI_VITALS_H
#define TUI_VITALS_H

#include <stdint.h>
#include <sys/types.h>

/* What is not told is NAN. */
struct vitals {
    pid_t pid;          /* whose; 0 = only the machine's are told */
    double cpu;         /* processors that it kept busy since the last look: 1.9 */
    double memory;      /* bytes that it holds */
    double load;        /* of the machine, over a minute */
    double memory_free; /* bytes that the machine could still give */
    double celsius;     /* the hottest place that tells */
    int cpus;           /* processors online */
    int64_t looked;     /* clock_now() of the last look; 0 = never */
    double ticks;       /* of the process by then */
};

/* Looks again; best once in a second or two. */
void vitals_look(struct vitals *v, pid_t pid, int64_t now);

#endif
