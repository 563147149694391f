/* report: `moodtop report FILE...`: what a record holds, in numbers. Main thread. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cmd/cmd.h"
#include "cmd/report.h"

/* The record's first reading tells its length, which the chart's columns need. */
static int read_length(struct report *r, struct scene *scene, struct err *err)
{
    struct record_reader *reader = record_read_open(r->path, err);
    int got = -1;
    while (reader != NULL && (got = record_read_next(reader, scene, err)) == 1)
        r->length_s = record_read_clock(reader);
    record_read_close(reader);
    return got;
}

/* The time from one scene to the next, in the columns over which it goes. */
static void add_to_chart(struct report *r, double clock)
{
    double width = r->length_s / REPORT_COLUMNS;
    const struct scene *s = &r->tally.before;
    if (r->tally.scenes == 0 || width <= 0)
        return;
    for (int column = 0; column < REPORT_COLUMNS; column++) {
        double from = fmax(r->tally.clock, column * width);
        double to = fmin(clock, (column + 1) * width);
        for (int i = 0; i < s->faces && to > from; i++)
            r->chart[column][s->face[i].mood] += to - from;
    }
}

static int read_record(struct report *r, struct err *err)
{
    struct scene *scene = mem_zalloc(1, sizeof *scene);
    struct record_reader *reader = NULL;
    int got = read_length(r, scene, err);
    if (got == 0 && (reader = record_read_open(r->path, err)) == NULL)
        got = -1;
    if (got == 0)
        tally_init(&r->tally, record_read_head(reader)->classes);
    while (reader != NULL && (got = record_read_next(reader, scene, err)) == 1) {
        double clock = record_read_clock(reader);
        add_to_chart(r, clock);
        tally_scene(&r->tally, scene, clock);
    }
    if (reader != NULL) {
        r->head = *record_read_head(reader);
        r->torn = record_read_torn(reader);
    }
    record_read_close(reader);
    free(scene);
    return got;
}

static int run_report(const struct opts *opts, int argc, char **argv)
{
    if (argc == 0) {
        fputs("moodtop report: which record? See \"moodtop report --help\".\n", stderr);
        return EXIT_USAGE;
    }
    int code = EXIT_OK;
    for (int i = 0; i < argc; i++) {
        struct err err = {""};
        struct report *r = mem_zalloc(1, sizeof *r);
        r->path = argv[i];
        if (read_record(r, &err) != 0) {
            fprintf(stderr, "moodtop report: %s\n", err.text);
            code = EXIT_FAILED;
        } else if (opts->report.json) {
            report_print_json(r);
        } else {
            if (i > 0)
                putchar('\n');
            report_print_text(r);
        }
        tally_free(&r->tally);
        free(r);
    }
    return code;
}

const struct command cmd_report = {
    .name = "report",
    .args = "FILE...",
    .summary = "a record in numbers: time per mood, changes, attention, per face and together",
    .sections = "report",
    .examples = "moodtop live --record talk.jsonl   record, then:\n"
                "moodtop report talk.jsonl          in words and bars\n"
                "moodtop report --json talk.jsonl   one JSON object\n",
    .run = run_report,
};
