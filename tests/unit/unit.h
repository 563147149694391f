/* unit: cmocka with the headers it wants before it, and where the real data lies. */
#ifndef TESTS_UNIT_H
#define TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#define SHARED_DATA "../shared/data/"

/* Skips the test, saying so, where the real data is absent. Tests run in the project's root. */
#define NEED_SHARED(path)                                                                          \
    do {                                                                                           \
        if (access(SHARED_DATA path, R_OK) != 0) {                                                 \
            printf("SKIP: %s: no %s here\n", __func__, SHARED_DATA path);                          \
            skip();                                                                                \
        }                                                                                          \
    } while (0)

#endif
