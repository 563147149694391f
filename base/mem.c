/* mem: see mem.h. Any thread; the panic hook is set once, before threads start. */
#include "base/mem.h"

#include <link.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

#define LARGE ((size_t)256 << 10) /* bytes: from here on pages are worth a system call */

static void (*panic_hook)(void);

void mem_on_panic(void (*restore)(void))
{
    panic_hook = restore;
}

void mem_panic(const char *fmt, ...)
{
    if (panic_hook != NULL)
        panic_hook();
    va_list ap;
    va_start(ap, fmt);
    fputs("moodtop: ", stderr);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
    va_end(ap);
    abort();
}

/* Multiplies two sizes; an overflow is a request that no machine can meet. */
static size_t bytes_of(size_t count, size_t size)
{
    size_t total;
    if (__builtin_mul_overflow(count, size, &total))
        mem_panic("out of memory: %zu items of %zu bytes were asked for", count, size);
    return total;
}

static void *checked(void *p, size_t size)
{
    if (p == NULL)
        mem_panic("out of memory: %zu bytes were asked for", size);
    return p;
}

void *mem_alloc(size_t size)
{
    return checked(malloc(size ? size : 1), size);
}

void *mem_zalloc(size_t count, size_t size)
{
    size_t total = bytes_of(count, size);
    return checked(calloc(1, total ? total : 1), total);
}

void *mem_realloc(void *p, size_t count, size_t size)
{
    size_t total = bytes_of(count, size);
    return checked(realloc(p, total ? total : 1), total);
}

char *mem_strdup(const char *s)
{
    return checked(strdup(s), strlen(s) + 1);
}

char *mem_printf(const char *fmt, ...)
{
    va_list ap;
    char *s = NULL;
    va_start(ap, fmt);
    int n = vasprintf(&s, fmt, ap);
    va_end(ap);
    return checked(n < 0 ? NULL : s, strlen(fmt));
}

/*
 * Zeroes a block that was just allocated. Whole pages of a large one are given back to the kernel,
 * which hands out zeroed ones when they are first touched: room that is kept for the worst case but
 * never used costs no memory.
 */
static void zero(char *p, size_t total)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *first = p + (page - (uintptr_t)p % page) % page;
    if (total < LARGE || total < (size_t)(first - p) + page) {
        memset(p, 0, total);
        return;
    }
    size_t inner = (total - (size_t)(first - p)) / page * page;
    if (madvise(first, inner, MADV_DONTNEED) != 0) /* locked memory */
        memset(first, 0, inner);
    memset(p, 0, (size_t)(first - p));
    memset(first + inner, 0, total - (size_t)(first - p) - inner);
}

void mem_forget(void *p, size_t size)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t skip = (page - (uintptr_t)p % page) % page;
    if (size >= skip + page) /* locked memory stays as it is */
        madvise((char *)p + skip, (size - skip) / page * page, MADV_DONTNEED);
}

/* Was code of the object changed while it was loaded? Then its pages are not those of the file. */
static bool is_patched(const struct dl_phdr_info *info)
{
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *p = &info->dlpi_phdr[i];
        const ElfW(Dyn) *d = (const void *)(info->dlpi_addr + p->p_vaddr);
        for (; p->p_type == PT_DYNAMIC && d->d_tag != DT_NULL; d++)
            if (d->d_tag == DT_TEXTREL || (d->d_tag == DT_FLAGS && d->d_un.d_val & DF_TEXTREL))
                return true;
    }
    return false;
}

static int forget_object(struct dl_phdr_info *info, size_t size, void *ctx)
{
    (void)size, (void)ctx;
    if (info->dlpi_addr == getauxval(AT_SYSINFO_EHDR) || is_patched(info))
        return 0; /* the kernel's own object has no file */
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *p = &info->dlpi_phdr[i];
        if (p->p_type == PT_LOAD && !(p->p_flags & PF_W))
            mem_forget((void *)(info->dlpi_addr + p->p_vaddr), p->p_memsz);
    }
    return 0;
}

void mem_forget_loading(void)
{
    dl_iterate_phdr(forget_object, NULL);
}

void *mem_aligned(size_t count, size_t size)
{
    size_t total = bytes_of(count, size);
    if (total > SIZE_MAX - 64)
        mem_panic("out of memory: %zu bytes were asked for", total);
    total = (total + 63) / 64 * 64;
    void *p = checked(aligned_alloc(64, total ? total : 64), total);
    zero(p, total);
    return p;
}
