/* preload: what LD_PRELOAD must be for a program to see the fake camera (fakecam.c). */
#ifndef TESTS_E2E_PRELOAD_H
#define TESTS_E2E_PRELOAD_H

/*
 * The library that $FAKECAM names, behind the sanitizer's runtime where one is compiled in, as that
 * wants to be first; NULL if there is none. Lives until the next call.
 */
const char *preload_fakecam(void);

#endif
