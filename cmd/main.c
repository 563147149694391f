/*
 * main: picks the subcommand, reads configuration and flags for it, runs it. Main thread; the only
 * file that exits.
 */
#include <ctype.h>
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "cmd/cmd.h"
#include "cmd/help.h"
#include "config/flags.h"
#include "nn/gemm.h"

const struct command *const commands[] = {
    &cmd_live,   &cmd_browse, &cmd_predict, &cmd_report, &cmd_replay, &cmd_train,
    &cmd_runs,   &cmd_watch,  &cmd_stop,    &cmd_resume, &cmd_eval,   &cmd_stats,
    &cmd_doctor, &cmd_model,  &cmd_bench,   &cmd_import,
    &cmd_export,
    &cmd_config, &cmd_help,   NULL,
};

static struct config config;

const struct command *command_find(const char *name)
{
    for (int i = 0; commands[i] != NULL; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

const struct config *command_config(void)
{
    return &config;
}

static int usage_error(const struct command *command, const char *text)
{
    fprintf(stderr, "moodtop: %s\n", text);
    fprintf(stderr, "See \"moodtop %s%s--help\".\n", command != NULL ? command->name : "",
            command != NULL ? " " : "");
    return EXIT_USAGE;
}

/* Whether a word can be meant as live's SOURCE: a file, an address, a camera's number, or at least
 * something that is spelled like a path. */
static bool like_source(const char *word)
{
    return strpbrk(word, ":/.") != NULL || strcmp(word, "-") == 0 || file_exists(word) ||
           strspn(word, "0123456789") == strlen(word);
}

/* 0 if the first argument of a nameless command may be live's source, or the exit code. */
static int check_source(const char *word)
{
    char text[ERR_TEXT_MAX];
    const char *best = NULL;
    if (command_find(word) != NULL) {
        snprintf(text, sizeof text, "%s: write the command first: moodtop %s [OPTIONS]", word,
                 word);
        return usage_error(NULL, text);
    }
    if (like_source(word))
        return 0;
    for (int i = 0; commands[i] != NULL; i++)
        text_nearer(word, commands[i]->name, &best);
    if (best != NULL)
        snprintf(text, sizeof text, "%s: unknown command; did you mean %s?", word, best);
    else
        snprintf(text, sizeof text, "%s: neither a command nor a file, camera or address", word);
    return usage_error(NULL, text);
}

/* Finds the command's name behind the flags that all commands know, and takes it out of argv; NULL
 * if there is none: then all is meant for live. */
static const struct command *take_command(int *argc, char **argv)
{
    struct flags f;
    const struct command *command = NULL;
    if (flags_parse(&f, "general", true, *argc, argv, NULL) == 0 && f.first < *argc &&
        strcmp(argv[f.first - 1], "--") != 0)
        command = command_find(argv[f.first]);
    if (command != NULL) {
        memmove(&argv[f.first], &argv[f.first + 1],
                (size_t)(*argc - f.first) * sizeof *argv); /* with the NULL */
        (*argc)--;
    }
    flags_free(&f);
    return command;
}

static int run_with(const struct command *command, const struct flags *f, int argc, char **argv)
{
    struct err err = {""};
    config_init(&config);
    if (config_load(&config, f->config, &err) != 0) {
        fprintf(stderr, "moodtop: %s\n", err.text);
        return EXIT_USAGE;
    }
    if (flags_apply(f, &config, &err) != 0)
        return usage_error(command, err.text);
    log_level(LOG_WARN + (enum log_level)config.opts.verbose);
    if (config.opts.log[0] != '\0' && log_to(config.opts.log, &err) != 0) {
        fprintf(stderr, "moodtop: %s\n", err.text);
        return EXIT_FAILED;
    }
    return command->run(&config.opts, argc - f->first, argv + f->first);
}

static int run(int argc, char **argv)
{
    struct err err = {""};
    struct flags f;
    const struct command *named = take_command(&argc, argv);
    const struct command *command = named != NULL ? named : command_find("live");
    if (command == NULL)
        command = &cmd_help;
    if (command->sections == NULL)
        return command->run(&config.opts, argc - 1, argv + 1);
    int code = EXIT_OK;
    if (flags_parse(&f, command->sections, false, argc, argv, &err) != 0)
        code = usage_error(named, err.text);
    else if (f.version)
        puts("moodtop " MOODTOP_VERSION);
    else if (f.help)
        help_print(named);
    else if (named == NULL && f.first < argc && check_source(argv[f.first]) != 0)
        code = EXIT_USAGE;
    else if (command->args[0] == '\0' && f.first < argc)
        code = usage_error(named, "no arguments expected");
    else
        code = run_with(command, &f, argc, argv);
    flags_free(&f);
    return code;
}

int main(int argc, char **argv)
{
    /* Blocks as large as pictures always go back to the kernel; left to itself malloc would keep
     * them from the second one on. */
    mallopt(M_MMAP_THRESHOLD, 256 << 10);
    setlocale(LC_CTYPE, "");  /* the other categories stay: numbers have a decimal point */
    signal(SIGXFSZ, SIG_IGN); /* a file at its size limit is an error of write(), not an end */
    gemm_alone();
    int code = run(argc, argv);
    config_free(&config);
    if (code == EXIT_OK && (fflush(stdout) != 0 || ferror(stdout))) {
        fprintf(stderr, "moodtop: cannot write to standard output: %s\n", strerror(errno));
        code = EXIT_FAILED;
    }
    return code;
}
