/* The work of an indentation, by the trapezium rule.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "works.h"

#include <math.h>

static double area_under(const double *h, const double *P, size_t from, size_t to)
{
    double sum = 0;
    for (size_t i = from + 1; i <= to; i++)
        sum += 0.5 * (P[i] + P[i - 1]) * (h[i] - h[i - 1]);
    return sum;
}

void works_of(const double *h, const double *P, size_t peak, size_t end, const struct unload_fit *fit,
              struct works *w)
{
    *w = (struct works){.total = area_under(h, P, 0, peak)};
    w->elastic = end > peak + 1 ? -area_under(h, P, peak, end - 1) : 0;
    /* Up to the first point there is a triangle, where the file begins with a load. */
    w->total += 0.5 * fmax(P[0], 0) * fmax(h[0], 0);
    const double last = end > peak ? h[end - 1] : 0;
    if (fit && last > fit->hf) {
        w->closed = fit->peak * (fit->hmax - fit->hf) / (fit->m + 1) *
                    pow((last - fit->hf) / (fit->hmax - fit->hf), fit->m + 1);
        w->elastic += w->closed;
    }
}
