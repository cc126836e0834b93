/* What the parts of the evaluation share: results, the memory of a task, bits, and how a run is stopped.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "eval_private.h"

#include <signal.h>

#include "error.h"

/* ---- Results ---- */

frit_result *frit_result_new(uint32_t n)
{
    frit_result *r = g_new0(frit_result, 1);
    r->refs = 1;
    r->n = n;
    r->outputs = g_new0(frit_dataset *, n ? n : 1);
    return r;
}

frit_result *frit_result_ref(frit_result *r)
{
    g_atomic_int_inc(&r->refs);
    return r;
}

void frit_result_unref(frit_result *r)
{
    if (!r || !g_atomic_int_dec_and_test(&r->refs))
        return;
    for (uint32_t o = 0; o < r->n; o++)
        frit_dataset_unref(r->outputs[o]);
    g_free(r->outputs);
    g_clear_error(&r->failure);
    g_free(r);
}

void frit_task_init(frit_task *t, frit_eval *e)
{
    t->eval = e;
    t->results = g_array_new(FALSE, FALSE, sizeof(frit_memo));
}

void frit_task_forget(frit_task *t, guint from)
{
    for (guint k = from; k < t->results->len; k++)
        frit_result_unref(g_array_index(t->results, frit_memo, k).result);
    g_array_set_size(t->results, MIN(from, t->results->len));
}

void frit_task_clear(frit_task *t)
{
    frit_task_forget(t, 0);
    g_array_unref(t->results);
}

/* ---- Bits, one an element ---- */

/* Threads set and clear bits of one byte. */
bool frit_bit(const uint8_t *bits, uint64_t i)
{
    return __atomic_load_n(&bits[i / 8], __ATOMIC_RELAXED) >> (i % 8) & 1;
}

void frit_set_bit(uint8_t *bits, uint64_t i)
{
    __atomic_fetch_or(&bits[i / 8], (uint8_t)(1u << (i % 8)), __ATOMIC_RELAXED);
}

void frit_clear_bit(uint8_t *bits, uint64_t i)
{
    __atomic_fetch_and(&bits[i / 8], (uint8_t)~(1u << (i % 8)), __ATOMIC_RELAXED);
}

uint64_t frit_streams(const struct frit_node_state *state)
{
    return __atomic_load_n(&state->streams, __ATOMIC_RELAXED);
}

uint64_t frit_wanted_now(const frit_node *n)
{
    return n->wanted & (n->state->now | ~__atomic_load_n(&n->state->unkept, __ATOMIC_RELAXED));
}

/* ---- Kinds of nodes; stopping ---- */

static volatile sig_atomic_t cancelled;

void frit_eval_cancel(void)
{
    cancelled = 1;
}

bool frit_is_cancelled(void)
{
    return cancelled;
}

bool frit_is_sink(const frit_node *n)
{
    return n->info && (n->info->step.flags & FRIT_STEP_SINK);
}

bool frit_reads_files(const frit_node *n)
{
    return n->uses && n->count && n->uses[0];
}

bool frit_eval_stopped(frit_eval *e)
{
    return frit_eval_stopped_at(e, UINT64_MAX);
}

/* What comes before the element that failed goes on: it may fail, too, and then it is the one to tell. */
bool frit_eval_stopped_at(frit_eval *e, uint64_t element)
{
    if (cancelled)
        return true;
    g_mutex_lock(&e->lock);
    bool stopped = e->error && element >= e->error_element;
    g_mutex_unlock(&e->lock);
    return stopped;
}

bool frit_lasting(const GError *failure)
{
    return failure->code == FRIT_EDATA || failure->code == FRIT_ENUMERIC;
}

/* What comes after an element that is missing is missing too, with the same sentence. */
void frit_note_missing(frit_eval *e, const char *position, const char *sentence)
{
    g_mutex_lock(&e->lock);
    const char *known = g_hash_table_lookup(e->missing, sentence);
    if (!known || (!*known && position))
        g_hash_table_replace(e->missing, g_strdup(sentence), g_strdup(position ? position : ""));
    g_mutex_unlock(&e->lock);
}

/* Of several that fail at once the one that comes first in the series is told. */
void frit_eval_fail(frit_eval *e, uint64_t element, GError *error)
{
    g_mutex_lock(&e->lock);
    bool first = !e->error || (element < e->error_element && error->code != FRIT_ECANCELLED);
    if (first) {
        g_clear_error(&e->error);
        e->error = error;
        e->error_element = element;
    } else {
        g_error_free(error);
    }
    g_mutex_unlock(&e->lock);
}
