/*
 * The real program's way in: what a wrong command line or option file says, exit codes, help to a
 * pipe, completion, manual page. Runs $MOODTOP.
 */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "config/flags.h"
#include "config/table.h"
#include "tests/e2e/shell.h"

static void wrong_usage_exits_with_2_and_a_remedy(void **state)
{
    (void)state;
    static const struct {
        const char *line, *want;
    } bad[] = {
        {"$M cofnig", "moodtop: cofnig: unknown command; did you mean config?\n"},
        {"$M zebra", "moodtop: zebra: neither a command nor a file, camera or address\n"},
        {"$M --plain config", "moodtop: config: write the command first: moodtop config [OPTIONS]\n"
                              "See \"moodtop --help\".\n"},
        {"$M config --scale-fatcor 2",
         "moodtop: --scale-fatcor: no such option; did you mean --scale-factor?\n"
         "See \"moodtop config --help\".\n"},
        {"$M config --scale-factor 1",
         "moodtop: --scale-factor 1: expected a number above 1 and at most 2\n"},
        {"$M --config /dev/null/x config", "moodtop: /dev/null/x: Not a directory\n"},
        {"$M --config tests/data/bad/range.ini config",
         "moodtop: tests/data/bad/range.ini:3: [detect] scale_factor = 0.9: expected a number "
         "above 1 and at most 2\n"},
        {"MOODTOP_UI_FSP=3 $M config", "did you mean MOODTOP_UI_FPS?\n"},
        {"$M config detect.scale_facter", "did you mean detect.scale_factor?\n"},
        {"$M help cofnig", "moodtop help: cofnig: no such command; did you mean config?\n"},
        {"$M help --completion fish", "expected --completion bash"},
    };
    for (size_t i = 0; i < MEM_COUNT(bad); i++) {
        int code = shell_run(bad[i].line);
        shell_has(shell_err, bad[i].want);
        assert_string_equal(shell_out, "");
        assert_int_equal(code, 2);
    }
}

static void help_goes_to_a_pipe(void **state)
{
    (void)state;
    assert_int_equal(shell_run("$M --help | cat"), 0);
    shell_has(shell_out, "Usage: moodtop");
    shell_has(shell_out, "  config ");
    assert_string_equal(shell_err, "");
    assert_int_equal(shell_run("$M --version"), 0);
    shell_has(shell_out, "moodtop " MOODTOP_VERSION "\n");
    assert_int_equal(shell_run("$M config --help"), 0);
    for (const char *line = shell_out; *line != '\0'; line += strcspn(line, "\n") + 1)
        if (strcspn(line, "\n") > 80)
            fail_msg("more than 80 columns: %s", line);
    for (int i = 0; i < table_count; i++) {
        char flag[TABLE_FLAG_MAX];
        table_flag(&table_rows[i], flag);
        shell_has(shell_out, flag);
    }
    assert_int_equal(shell_run("$M help config | head -n 1"), 0);
    shell_has(shell_out, "Usage: moodtop config");
    assert_int_equal(shell_run("$M --verbose config --help"), 0);
    shell_has(shell_out, "Usage: moodtop config");
}

static void lost_output_is_a_failure(void **state)
{
    (void)state;
    assert_int_equal(shell_run("$M config >/dev/full"), 1);
    shell_has(shell_err, "moodtop: cannot write to standard output");
}

static void config_prints_what_holds_and_whence(void **state)
{
    (void)state;
    struct err why = {""};
    char *path = file_join(shell_dir, "my.ini");
    const char *text = "[detect]\nmin_size = 44\n";
    assert_int_equal(file_write_atomic(path, text, strlen(text), &why), 0);
    free(path);
    assert_int_equal(shell_run("MOODTOP_UI_FPS=9 $M config --config $HOME/my.ini --no-mirror"), 0);
    shell_has(shell_out, "/my.ini:2\n");
    shell_has(shell_out, "\nmin_size = 44  ; ");
    shell_has(shell_out, "\nfps = 9  ; environment MOODTOP_UI_FPS\n");
    shell_has(shell_out, "\nmirror = false  ; --mirror\n");
    assert_int_equal(shell_run("$M config >$HOME/all.ini && $M config --config $HOME/all.ini | "
                               "sed 's/ *;.*//' >$HOME/b && sed 's/ *;.*//' $HOME/all.ini | "
                               "diff - $HOME/b"),
                     0);
    assert_int_equal(shell_run("$M config --json --min-size 50"), 0);
    shell_has(shell_out, "\"min_size\": {\n      \"value\": 50,\n      \"from\": \"--min-size\"");
    assert_int_equal(shell_run("$M config detect.min_size general.verbose -v"), 0);
    shell_has(shell_out, "\n1\n");
}

static void completion_offers_what_fits(void **state)
{
    (void)state;
    if (shell_run("command -v bash") != 0) {
        puts("SKIP: no bash here");
        skip();
    }
    static const struct {
        const char *words, *want;
    } cases[] = {
        {"moodtop conf", "config\n"},
        {"moodtop config --rend", "--renderer\n"},
        {"moodtop config --renderer half-g", "half-grey\n"},
        {"moodtop config --renderer = br", "braille\n"},
        {"moodtop config --no-mir", "--no-mirror\n"},
        {"moodtop help conf", "config\n"},
    };
    for (size_t i = 0; i < MEM_COUNT(cases); i++) {
        char *line = mem_printf("$M help --completion bash >$HOME/c && bash -uc '. $HOME/c; "
                                "COMP_WORDS=(%s); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); "
                                "_moodtop; echo \"${COMPREPLY[@]}\"'",
                                cases[i].words);
        assert_int_equal(shell_run(line), 0);
        assert_string_equal(shell_out, cases[i].want);
        free(line);
    }
}

static void manual_page_has_no_warnings(void **state)
{
    (void)state;
    if (shell_run("command -v groff") != 0) {
        puts("SKIP: no groff here");
        skip();
    }
    assert_int_equal(shell_run("$M help --man >$HOME/m && groff -man -ww -Tascii $HOME/m | "
                               "sed 's/.\x08//g'"),
                     0);
    assert_string_equal(shell_err, "");
    shell_has(shell_out, "--scale-factor");
}

/* The part of README.md between the two marks is what the program prints. */
static void readme_has_the_tables_of_this_program(void **state)
{
    (void)state;
    assert_int_equal(shell_run("$M help --markdown >$HOME/a && sed -n '/<!-- options -->/,"
                               "/<!-- end of options -->/{/<!-- /!p}' README.md | diff $HOME/a -"),
                     0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_usage_exits_with_2_and_a_remedy),
        cmocka_unit_test(help_goes_to_a_pipe),
        cmocka_unit_test(lost_output_is_a_failure),
        cmocka_unit_test(config_prints_what_holds_and_whence),
        cmocka_unit_test(completion_offers_what_fits),
        cmocka_unit_test(manual_page_has_no_warnings),
        cmocka_unit_test(readme_has_the_tables_of_this_program),
    };
    return cmocka_run_group_tests(tests, shell_setup, shell_teardown);
}
