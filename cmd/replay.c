/* replay: `moodtop replay FILE`: a record on the live screen. Main thread. */
#include <stdio.h>

#include "cmd/cmd.h"
#include "cmd/views.h"
#include "tui/live_view.h"
#include "vision/live.h"

static int run_replay(const struct opts *opts, int argc, char **argv)
{
    struct err err = {""};
    bool screen;
    if (argc != 1) {
        fprintf(stderr, "moodtop replay: one record expected, got %d\n", argc);
        return EXIT_USAGE;
    }
    struct live_view_data data = {.live = live_open_replay(argv[0], opts, &err)};
    if (data.live == NULL) {
        fprintf(stderr, "moodtop replay: %s\n", err.text);
        return EXIT_FAILED;
    }
    int code = views_run(opts, VIEWS_LIVE, &data, &screen, &err);
    if (!screen)
        fprintf(stderr, "moodtop replay: %s; \"moodtop report\" says it in words\n", err.text);
    live_close(data.live);
    return code;
}

const struct command cmd_replay = {
    .name = "replay",
    .args = "FILE",
    .summary = "a record on the live screen again: seek, hold, faster and slower",
    .sections = "replay ui",
    .examples = "moodtop replay talk.jsonl\n"
                "moodtop replay --start 600 --speed 4 talk.csv\n",
    .run = run_replay,
};
