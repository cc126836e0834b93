/* Everything that can go wrong in run(), at the elements whose number is `at`, and in check() and count().
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>
#include <unistd.h>

#include "module.h"
#include "witness.h"

struct mishap {
    int32_t how;
    double at;
};

enum {
    NONE, EPARAM, EDATA, ENUMERIC, EIO, ENOMEM, SILENT, FORGETS, DIMENSIONS, TYPE, PORT, IGNORES, ODD,
    SEGFAULT, ABORT, SLEEP
};

static const frit_param params[] = {
    FRIT_CHOICE(struct mishap, how,
                "none|eparam|edata|enumeric|eio|enomem|silent|forgets|dimensions|type|port|ignores|odd|"
                "segfault|abort|sleep", "what goes wrong"),
    FRIT_F64(struct mishap, at, "m", 2, -1e6, 1e6, 0, "for which value"),
    END
};

static const frit_port inputs[] = {
    { .name = "number", .unit = "m", .doc = "a number" },
    END
};

static const frit_port outputs[] = {
    { .name = "number", .unit = "m", .doc = "the same" },
    END
};

/* A tenth of a millisecond at a time until told to stop, but not for more than a minute. */
static frit_status sleep_until_cancelled(frit_call *c)
{
    witness("asleep\n");
    for (int i = 0; i < 600000; i++) {
        if (!c->host->progress(c, i / 600000.0)) {
            witness("woken\n");
            return FRIT_ECANCELLED;
        }
        usleep(100);
    }
    return c->host->fail(c, FRIT_EPARAM, "nobody said stop");
}

static frit_status crash(int32_t how)
{
    if (how == ABORT)
        abort();
    int *volatile nowhere = (int *)(uintptr_t)(how == SEGFAULT ? 8 : 16);   /* the compiler is not to know */
    *nowhere = 1;
    return FRIT_OK;
}

static frit_status misbehave(frit_call *c, int32_t how)
{
    const frit_host *h = c->host;
    const size_t shape[] = { 1 };
    switch (how) {
    case EPARAM: return h->fail(c, FRIT_EPARAM, "a contradiction");
    case EDATA: return h->fail(c, FRIT_EDATA, "a peak is missing near %g m", 2.5);
    case ENUMERIC: return h->fail(c, FRIT_ENUMERIC, "no convergence");
    case EIO: return h->fail(c, FRIT_EIO, "a broken file");
    case ENOMEM: return FRIT_ENOMEM;
    case SILENT: return FRIT_ENUMERIC;
    case FORGETS: return FRIT_OK;
    case DIMENSIONS: return h->output(c, 0, FRIT_F64, 1, shape, 0) ? FRIT_OK : FRIT_ENOMEM;
    case TYPE: return h->output(c, 0, FRIT_U16, 0, NULL, 0) ? FRIT_OK : FRIT_ENOMEM;
    case PORT: return h->output(c, 3, FRIT_F64, 0, NULL, 0) ? FRIT_OK : FRIT_ENOMEM;
    case IGNORES:   /* says why, then success all the same */
        h->fail(c, FRIT_EDATA, "a failure that run() forgot");
        return h->output_like(c, 0, 0) ? FRIT_OK : FRIT_ENOMEM;
    case ODD: return (frit_status)77;
    case SLEEP: return sleep_until_cancelled(c);
    default: return crash(how);
    }
}

static frit_status run(frit_call *c)
{
    const struct mishap *p = c->params;
    double x = c->host->input(c, 0, 0)->value[0];
    witness("mishap %d\n", (int)c->index);
    if (p->how != NONE && x == p->at)
        return misbehave(c, p->how);
    frit_buffer *out = c->host->output_like(c, 0, 0);
    return out ? FRIT_OK : FRIT_ENOMEM;
}

struct fussy {
    double low, high;
    int64_t n;
};

static const frit_param fussy_params[] = {
    FRIT_F64(struct fussy, low, "m", 0, -10, 10, 0, "lower limit"),
    FRIT_F64(struct fussy, high, "m", 1, -10, 10, 0, "upper limit"),
    FRIT_I64(struct fussy, n, 1, -1, 1e18, 0, "elements; -1: count() fails"),
    END
};

static frit_status fussy_check(frit_call *c)
{
    const struct fussy *p = c->params;
    if (p->low >= p->high)
        return c->host->fail(c, FRIT_EPARAM, "low = %g m is not below high = %g m", p->low, p->high);
    return FRIT_OK;
}

static frit_status fussy_count(frit_call *c, uint64_t *n)
{
    const struct fussy *p = c->params;
    if (p->n < 0)
        return c->host->fail(c, FRIT_EDATA, "nothing can be counted");
    *n = (uint64_t)p->n;
    return FRIT_OK;
}

static frit_status fussy_run(frit_call *c)
{
    frit_buffer *out = c->host->output(c, 0, FRIT_F64, 0, NULL, 0);
    if (!out)
        return FRIT_ENOMEM;
    out->value[0] = ((const struct fussy *)c->params)->low;
    return FRIT_OK;
}

static const frit_step steps[] = {
    { .name = "mishap", .version = 1, .summary = "something goes wrong", .doc = "On request.",
      .inputs = inputs, .outputs = outputs, .params = params, .params_size = sizeof(struct mishap),
      .run = run },
    { .name = "fussy", .version = 1, .summary = "parameters that may contradict each other",
      .doc = "On request.",
      .outputs = outputs, .params = fussy_params, .params_size = sizeof(struct fussy), .check = fussy_check,
      .count = fussy_count, .run = fussy_run },
};

TEST_MODULE("mishap", steps)
