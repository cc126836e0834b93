/* Memory for large arrays in large pages, where the system can: a fault for each small one costs as much as filling
 * it, and images that are read tile by tile change the page with every row.  For datasets, and for what plugins keep
 * beside them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef FRIT_PAGES_H
#define FRIT_PAGES_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#if defined(__linux__)
#include <sys/mman.h>
#endif

enum { LARGE_PAGE = 1 << 21 };

/* For free() and realloc().  What does not fill a large page lies in small ones, which are there only as far as they
 * are used. */
static inline void *large_array(size_t n, size_t size)
{
    enum { LINE = 64 };
    size_t page = n * size < LARGE_PAGE ? LINE : LARGE_PAGE, bytes = (n * size / page + 1) * page;
    void *p = aligned_alloc(page, bytes);
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    if (p && page == LARGE_PAGE)
        madvise(p, n * size / page * page, MADV_HUGEPAGE); /* advice: it may be refused */
#endif
    return p;
}

/* Before fresh memory of malloc() or calloc() is filled: in large pages, as far as it goes.  Rounded outwards, so that a
 * mapping stays one piece, which realloc() can move and lengthen. */
static inline void large_pages(void *memory, size_t bytes)
{
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    enum { PAGE = 4096 };
    uintptr_t from = (uintptr_t)memory / PAGE * PAGE, to = ((uintptr_t)memory + bytes + PAGE - 1) / PAGE * PAGE;
    if (memory && bytes >= LARGE_PAGE)
        madvise((void *)from, to - from, MADV_HUGEPAGE); /* advice: it may be refused */
#else
    (void)memory, (void)bytes;
#endif
}

#endif
