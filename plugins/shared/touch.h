/* Fresh memory that is about to be filled: its pages are asked for at once, where the system can, which costs
 * a third less than a fault for each.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SHARED_TOUCH_H
#define SHARED_TOUCH_H

#include <stddef.h>
#include <stdint.h>
#if defined(__linux__)
#include <sys/mman.h>
#endif

/* The whole pages in it, whose content stays as it is. */
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
