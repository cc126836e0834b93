/* A pool of threads that run steps. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct frit_pool frit_pool;

frit_pool *frit_pool_new(guint threads);
void       frit_pool_free(frit_pool *p);
guint      frit_pool_threads(const frit_pool *p);
/* Is the caller one of a pool's threads?  Then it must not wait for others of them. */
bool       frit_pool_inside(void);
/* From now on the caller is taken for one, or not; what it was before. */
bool       frit_pool_set_inside(bool now);

/* work(data, i) for each i below n, on all threads, in about the order of i; returns when all is done
 * or when `stop` said so and the work under way has ended. */
void frit_pool_for(frit_pool *p, uint64_t n, void (*work)(gpointer data, uint64_t i), gpointer data,
                   bool (*stop)(gpointer data));

/* work(data, i, worker) for each i below n, on this thread and those of the pool that have nothing to do (none, where
 * there is no pool); returns when all is done.  `worker` is below the number of threads, and no other thread has it
 * meanwhile. */
void frit_pool_share(frit_pool *p, uint64_t n, void (*work)(gpointer data, uint64_t i, guint worker), gpointer data);
/* Until done(data), which frit_pool_wake() has asked again: take part in what others share, else sleep. */
void frit_pool_wait(frit_pool *p, bool (*done)(gpointer data), gpointer data);
void frit_pool_wake(frit_pool *p);

/* Something that a thread makes ahead of its use. */
typedef struct frit_future frit_future;
frit_future *frit_pool_ahead(frit_pool *p, gpointer (*make)(gpointer data, uint64_t i), gpointer data, uint64_t i);
/* Waits for it, hands over what was made, frees the future. */
gpointer     frit_future_take(frit_future *f);
