/* parallel(): blocks of one call on threads that have nothing else to do.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "host.h"

#include "crash.h"

typedef struct blocks {
    void (*work)(void *data, size_t i, uint32_t worker);
    void *data;
    frit_crash_site site;   /* of the call: a crash in a block is the step's */
} blocks;

static void do_block(gpointer data, uint64_t i, guint worker)
{
    const blocks *b = data;
    frit_crash_site before = frit_crash_enter(b->site.node, b->site.element, b->site.has_element);
    b->work(b->data, (size_t)i, worker);
    frit_crash_leave(before);
}

uint32_t frit_host_workers(frit_call *c)
{
    const frit_context *x = (const frit_context *)(void *)c;
    return x->pool ? frit_pool_threads(x->pool) : 1;
}

void frit_host_parallel(frit_call *c, size_t n, void (*work)(void *data, size_t i, uint32_t worker), void *data)
{
    const frit_context *x = (const frit_context *)(void *)c;
    frit_crash_site here = frit_crash_enter(x->node, x->element, x->phase >= FRIT_PHASE_RUN);
    blocks b = {work, data, here};
    frit_crash_leave(here);
    frit_pool_share(x->pool, n, do_block, &b);
}
