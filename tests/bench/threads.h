/* threads.h: one job a thread, as the graph deals out its blocks.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <pthread.h>
#include <stdlib.h>

enum { MOST_THREADS = 64 };

/* As the command line has it. */
static inline size_t thread_count(const char *text)
{
    const unsigned long n = strtoul(text, NULL, 10);
    return n < 1 ? 1 : n < MOST_THREADS ? n : MOST_THREADS;
}

/* The first of the jobs, which are `size` bytes each, on this thread, the others on threads of their own. */
static inline void on_threads(size_t threads, void *(*work)(void *job), void *jobs, size_t size)
{
    pthread_t id[MOST_THREADS];
    for (size_t t = 1; t < threads; t++)
        if (pthread_create(&id[t], NULL, work, (char *)jobs + t * size) != 0)
            exit(1);
    work(jobs);
    for (size_t t = 1; t < threads; t++)
        pthread_join(id[t], NULL);
}
