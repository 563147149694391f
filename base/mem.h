/*
 * mem: allocation that never returns NULL.
 *
 * Running out of memory is not an error that a caller can mend: mem panics, which restores the
 * terminal (through the hook that the screen sets), says how much was asked for, and aborts. Any
 * thread.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

/* As malloc, calloc, realloc, strdup, asprintf; the caller frees with free(). A size of 0 is
 * allowed. */
void *mem_alloc(size_t size);
void *mem_zalloc(size_t count, size_t size);
void *mem_realloc(void *p, size_t count, size_t size);
char *mem_strdup(const char *s);
char *mem_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* A zeroed block of count items of size bytes, aligned to 64 (a cache line and an AVX-512
 * register). */
void *mem_aligned(size_t count, size_t size);

/* Gives the whole pages within a block back to the kernel: their numbers are lost, the block is
 * still freed as a whole. */
void mem_forget(void *p, size_t size);

/*
 * Gives back the pages of code and constants of the program and its libraries, for when starting
 * up is over: what only loading needed (of the 140 libraries behind libav, most of it) does not
 * stay resident, and what is used comes back from the page cache. Only pages that nothing can have
 * changed but a debugger: its breakpoints are lost.
 */
void mem_forget_loading(void);

/* Sets what runs before the program dies for want of memory: async-signal-safe, as it may run
 * anywhere. */
void mem_on_panic(void (*restore)(void));

/* Runs the panic hook, prints the sentence to stderr and aborts. */
void mem_panic(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));

#define MEM_COUNT(a) (sizeof(a) / sizeof((a)[0]))

#endif
