/* shell: see shell.h. */
#include "tests/e2e/shell.h"

#include "tests/unit/unit.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/file.h"
#include "base/mem.h"

#define TEXT_MAX (16 << 20) /* bytes of a file that is read */

const char *shell_dir;
char *shell_out, *shell_err;

static char made[] = "/tmp/moodtop-test-XXXXXX";
static bool lines_inside;

static void set_folder(const char *name, const char *below)
{
    char *path = file_join(shell_dir, below);
    setenv(name, path, 1);
    free(path);
}

void shell_use(const char *folder, bool inside)
{
    char program[PATH_MAX];
    const char *named = getenv("MOODTOP");
    if (realpath(named != NULL ? named : "moodtop", program) == NULL)
        fail_msg("%s: not there", named != NULL ? named : "./moodtop");
    shell_dir = folder;
    lines_inside = inside;
    setenv("M", program, 1);
    setenv("D", folder, 1);
    setenv("HOME", folder, 1);
    setenv("XDG_CONFIG_HOME", folder, 1);
    set_folder("XDG_CACHE_HOME", "cache");
    set_folder("XDG_STATE_HOME", "state");
}

int shell_begin(bool inside)
{
    if (mkdtemp(made) == NULL)
        return -1;
    shell_use(made, inside);
    return 0;
}

int shell_end(void)
{
    int status = 0;
    if (shell_dir == made) {
        char *command = mem_printf("rm -rf '%s'", made);
        status = system(command);
        free(command);
    }
    free(shell_out);
    free(shell_err);
    shell_out = shell_err = NULL;
    return status;
}

int shell_setup(void **state)
{
    (void)state;
    return shell_begin(false);
}

int shell_teardown(void **state)
{
    (void)state;
    return shell_end();
}

char *shell_read(const char *name)
{
    struct err why = {""};
    size_t size;
    char *path = file_join(shell_dir, name);
    char *text = file_read(path, TEXT_MAX, &size, &why);
    if (text == NULL)
        fail_msg("%s", why.text);
    free(path);
    return text;
}

int shell_run(const char *line)
{
    char *command = mem_printf("%s { %s ; } >'%s/out' 2>'%s/err' </dev/null",
                               lines_inside ? "cd \"$D\";" : "", line, shell_dir, shell_dir);
    int status = system(command);
    free(command);
    free(shell_out);
    free(shell_err);
    shell_out = shell_read("out");
    shell_err = shell_read("err");
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void shell_has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("expected \"%s\" in:\n%s", part, text);
}
