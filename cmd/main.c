/* main: picks the subcommand. Main thread; the only file that exits. */
#include <stdio.h>

#include "cmd/cmd.h"

int main(void)
{
    fputs("moodtop: nothing here yet\n", stderr);
    return EXIT_FAILED;
}
