/* browse: `moodtop browse --data FILE`: a data set as a wall of faces. Main thread. */
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/study.h"
#include "cmd/views.h"
#include "tui/browse_view.h"

/* Small faces are told best in half blocks, which hold where no other look was asked for. */
static enum ui_renderer look(const struct opts *opts)
{
    const struct table_row *row = table_find("ui", "renderer");
    bool asked = strcmp(command_config()->origin[row - table_rows], "default") != 0;
    return asked ? opts->ui.renderer : UI_HALF_GREY;
}

static int prepare(struct views *views, void *data, struct err *err)
{
    struct browse_view_data *d = data;
    if (views->study == NULL)
        views->study = study_open(views->opts, err);
    if (views->study == NULL)
        return -1;
    *d = (struct browse_view_data){.study = views->study,
                                   .split = views->opts->browse.split,
                                   .label = views->opts->browse.class,
                                   .look = look(views->opts)};
    return 0;
}

const struct view_row view_row_browse = {
    .number = VIEWS_BROWSE,
    .ops = &browse_view,
    .data_size = sizeof(struct browse_view_data),
    .prepare = prepare,
};

static int run(const struct opts *opts, int argc, char **argv)
{
    struct err err = {""};
    bool screen;
    (void)argc, (void)argv;
    if (study_source(opts)[0] == '\0') {
        fputs("moodtop browse: which data? expected --data SET (fer2013.csv)\n", stderr);
        return EXIT_USAGE;
    }
    if (opts->browse.split[0] != '\0' && split_find(opts->browse.split) < 0) {
        fprintf(stderr,
                "moodtop browse: --split %s: expected Training, PublicTest or PrivateTest\n",
                opts->browse.split);
        return EXIT_USAGE;
    }
    int code = views_run(opts, VIEWS_BROWSE, NULL, &screen, &err);
    if (!screen)
        fprintf(stderr, "moodtop browse: %s\n", err.text);
    return code;
}

const struct command cmd_browse = {
    .name = "browse",
    .args = "",
    .summary = "look through a data set: faces, labels, votes, what the network says; relabel",
    .sections = "data browse model ui source detect live",
    .examples = "moodtop browse --data fer2013.csv\n"
                "moodtop browse --data fer2013.csv --split PrivateTest --class disgust\n"
                "moodtop browse --data photos --crop-faces\n",
    .run = run,
    .view = &browse_view,
};
