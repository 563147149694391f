/* folder: a folder for the files of a test program, from the beginning of its group to the end. */
#ifndef TESTS_UNIT_FOLDER_H
#define TESTS_UNIT_FOLDER_H

#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"

static char dir[] = "/tmp/moodtop-test-XXXXXX";

/* Makes it, as cmocka's group wants that: 0, or -1. */
static inline int make_dir(void **state)
{
    (void)state;
    return mkdtemp(dir) != NULL ? 0 : -1;
}

/* Removes it with all that is in it. */
static inline int remove_dir(void **state)
{
    (void)state;
    char *command = mem_printf("rm -rf %s", dir);
    int status = system(command);
    free(command);
    return status;
}

#endif
