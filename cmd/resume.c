/* resume: goes on with a stopped or crashed run, as "train --resume" does. Main thread. */
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "cmd/cmd.h"
#include "cmd/run_words.h"

static int resume_run(const struct opts *opts, int argc, char **argv)
{
    char *dir = run_words_path("resume", opts, argc, argv, run_words_resumable);
    if (dir == NULL)
        return EXIT_FAILED;
    struct opts train = *opts;
    int code = EXIT_FAILED;
    if (text_copy(train.train.resume, sizeof train.train.resume, dir))
        code = cmd_train.run(&train, 0, NULL);
    else
        fprintf(stderr, "moodtop resume: %s: longer than %d letters\n", dir, OPTS_TEXT_MAX - 1);
    free(dir);
    return code;
}

const struct command cmd_resume = {
    .name = "resume",
    .args = "[RUN]",
    .summary = "go on with a stopped or crashed training run",
    .sections = "launch runs",
    .examples = "moodtop resume\n"
                "moodtop resume 2026-11-21-0930-emotion --detach\n",
    .run = resume_run,
};
