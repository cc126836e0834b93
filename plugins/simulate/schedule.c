/* When the frames of a heating run are taken, and at which temperature.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "simulate.h"
#include "schedule.h"

#include <math.h>

const frit_param schedule_params[] = {
    SCHEDULE_PARAMS(struct schedule),
    { .name = NULL }
};

const frit_port schedule_outputs[] = {
    { .name = "temperature", .unit = "K", .doc = "in the middle of the exposure" },
    { .name = "number", .unit = "1", .doc = "of the frame, from 1" },
    { .name = "start", .unit = "s", .doc = "of the exposure, after the log's first line" },
    { .name = NULL }
};

static double all_frames(const struct schedule *s)
{
    return floor((s->last - s->first) / (s->rate / 60) / s->interval + 1e-9) + 1;
}

/* Fewer frames than there is time for are spread over the run, each in the place of one of all. */
double schedule_temperature(const struct schedule *s, uint64_t k)
{
    double all = all_frames(s), place = (double)k;
    if (s->frames > 0)
        place = s->frames > 1 ? floor(place * (all - 1) / (double)(s->frames - 1) + 0.5) : 0;
    return s->first + place * s->interval * s->rate / 60;
}

double schedule_start(const struct schedule *s, uint64_t k)
{
    return SCHEDULE_LEAD + (schedule_temperature(s, k) - s->first) / (s->rate / 60);
}

double schedule_log(const struct schedule *s, double t)
{
    return s->first + (t - SCHEDULE_LEAD - s->exposure / 2) * s->rate / 60;
}

uint64_t schedule_frames(const struct schedule *s)
{
    return s->frames > 0 ? (uint64_t)s->frames : (uint64_t)all_frames(s);
}

frit_status schedule_check(frit_call *c)
{
    const struct schedule *s = c->params;
    if (!(s->last >= s->first))
        return c->host->fail(c, FRIT_EPARAM, "the last temperature, %g K, is below the first, %g K: the run "
                                             "heats", s->last,
                             s->first);
    double all = all_frames(s);
    if (all > 1e6)
        return c->host->fail(c, FRIT_EPARAM,
                             "from %g K to %g K at %g K/min there is time for more than a "
                             "million frames: choose a higher rate or a longer interval",
                             s->first, s->last, s->rate);
    if ((double)s->frames > all)
        return c->host->fail(c, FRIT_EPARAM,
                             "from %g K to %g K at %g K/min, one frame each %g s, there are "
                             "%.0f frames, not %lld",
                             s->first, s->last, s->rate, s->interval, all, (long long)s->frames);
    if (s->exposure > s->interval)
        return c->host->fail(c, FRIT_EPARAM, "an exposure of %g s does not fit into an interval of %g s",
                             s->exposure, s->interval);
    return FRIT_OK;
}

frit_status schedule_count(frit_call *c, uint64_t *n)
{
    *n = schedule_frames(c->params);
    return FRIT_OK;
}

frit_status schedule_run(frit_call *c)
{
    const struct schedule *s = c->params;
    const double value[] = { schedule_temperature(s, c->index), (double)(c->index + 1),
                             schedule_start(s, c->index) };
    for (uint32_t port = 0; port < 3; port++) {
        frit_buffer *out = c->host->output(c, port, FRIT_F64, 0, NULL, 0);
        if (!out)
            return FRIT_ENOMEM;
        out->value[0] = value[port];
    }
    return FRIT_OK;
}
