/* One pixel shared out among the bins that it covers: its four corners, joined by straight lines
 * in the plane of radius and azimuth, cut at the edges of the bins.  The area between two edges is
 * the sum over the four sides of the integral of azimuth over radius, as in Green's theorem.
 *
 * The rules are those of pyFAI's full, bounding-box and pseudo pixel splitting: Ashiotis et al.,
 * J. Appl. Cryst. 48 (2015) 510, doi:10.1107/S1600576715004306.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "split.h"

#include <math.h>
#include <stdlib.h>

#define PI     3.14159265358979323846
#define TWO_PI (2 * PI)

static double clamp(double x, double lo, double hi)
{
    return x < lo ? lo : x > hi ? hi : x;
}

/* Adds the integral of chi over the radius, from (r0, c0) to (r1, c1), to every bin on the way.
 * area[0] takes what is below bin `first`, which must then be -1, and the last what is above. */
static void add_side(double *area, long first, long last, double r0, double c0, double r1, double c1)
{
    if (r0 == r1)
        return;
    double sign = 1;
    if (r0 > r1) {
        double r = r0, c = c0;
        r0 = r1, c0 = c1, r1 = r, c1 = c;
        sign = -1;
    }
    double slope = (c1 - c0) / (r1 - r0);
    long from = (long)clamp(floor(r0), (double)first, (double)last);
    long to = (long)clamp(floor(r1), (double)first, (double)last);
    double a = r0;
    for (long b = from; b <= to; b++) {
        double z = b == to ? r1 : (double)(b + 1);
        area[b - first] += sign * (z - a) * (c0 + slope * (0.5 * (a + z) - r0));
        a = z;
    }
}

static bool grow(struct shares *s, size_t n)
{
    if (n > s->size) {
        double *p = realloc(s->share, n * sizeof *p);
        if (!p)
            return false;
        s->share = p;
        s->size = n;
    }
    for (size_t i = 0; i < n; i++)
        s->share[i] = 0;
    s->n = n;
    return true;
}

/* Azimuths without the jump at +-pi, counted from the first corner's; returns by how much they have
 * grown on the way round: 0, or +-2 pi where the beam passes through the pixel. */
static double unwrap(const double *chi, double *c)
{
    c[0] = 0;
    for (int k = 0; k < 4; k++) {
        double d = chi[(k + 1) % 4] - chi[k];
        c[k + 1] = c[k] + (d > PI ? d - TWO_PI : d < -PI ? d + TWO_PI : d);
    }
    return fabs(c[4]) > PI ? c[4] : 0;
}

/* The first and the last share may lie outside of the bins 0 ... npt - 1: they are dropped, after
 * they have counted in the total. */
static void normalise(struct shares *s, long npt)
{
    double total = 0;
    for (size_t i = 0; i < s->n; i++)
        total += s->share[i];
    double sign = total < 0 ? -1 : 1;
    /* An outline that crosses itself, next to the beam, has parts of either sign. */
    total = 0;
    for (size_t i = 0; i < s->n; i++) {
        s->share[i] = sign * s->share[i] > 0 ? sign * s->share[i] : 0;
        total += s->share[i];
    }
    for (size_t i = 0; i < s->n && total > 0; i++)
        s->share[i] /= total;

    size_t drop = s->first < 0 ? 1 : 0;
    if (s->first + (long)s->n > npt)
        s->n--;
    s->n -= drop;
    s->first += (long)drop;
    for (size_t i = 0; drop && i < s->n; i++)
        s->share[i] = s->share[i + 1];
}

bool split_pixel(const struct outline *o, long npt, struct shares *s)
{
    double lo = o->bin[0], hi = lo;
    for (int k = 1; k < 4; k++) {
        lo = o->bin[k] < lo ? o->bin[k] : lo;
        hi = o->bin[k] > hi ? o->bin[k] : hi;
    }
    double c[5], turn = unwrap(o->chi, c);
    if (turn != 0)
        lo = o->beam;
    s->n = 0;
    if (!(hi >= 0 && lo < (double)npt))
        return true;

    long first = (long)clamp(floor(lo), -1, (double)npt), last = (long)clamp(floor(hi), -1, (double)npt);
    if (!grow(s, (size_t)(last - first) + 1))
        return false;
    s->first = first;
    if (first == last) {
        s->share[0] = 1;
        return true;
    }
    for (int k = 0; k < 4; k++)
        add_side(s->share, first, last, o->bin[k], c[k], o->bin[(k + 1) % 4], c[k + 1]);
    /* Around the beam the outline closes along radius 0: from the first corner inwards after a full
     * turn, and outwards again at azimuth 0, which adds nothing. */
    add_side(s->share, first, last, o->bin[0], turn, turn != 0 ? o->beam : o->bin[0], turn);
    normalise(s, npt);
    return true;
}

bool split_box(double from, double to, long npt, struct shares *s)
{
    s->n = 0;
    if (!(to >= 0 && from < (double)npt))
        return true;
    long first = (long)clamp(floor(from), -1, (double)npt), last = (long)clamp(floor(to), -1, (double)npt);
    if (!grow(s, (size_t)(last - first) + 1))
        return false;
    s->first = first;
    if (first == last) {
        s->share[0] = 1;
        return true;
    }
    add_side(s->share, first, last, from, 1, to, 1);
    normalise(s, npt);
    return true;
}

bool split_pseudo(const struct outline *o, long npt, struct shares *s)
{
    double c[5], lo = o->bin[0], hi = lo, least = 0, most = 0, turn = unwrap(o->chi, c);
    for (int k = 1; k < 4; k++) {
        lo = fmin(lo, o->bin[k]);
        hi = fmax(hi, o->bin[k]);
        least = fmin(least, c[k]);
        most = fmax(most, c[k]);
    }
    if (turn != 0)
        return split_box(fmin(lo, o->beam), hi, npt, s);
    const double *r = o->bin;
    double area = 0.5 * fabs((r[0] - r[2]) * c[1] + (r[1] - r[3]) * c[2] + (r[2] - r[0]) * c[3]);
    double scale = sqrt(area / ((hi - lo) * (most - least)));
    double middle = (r[0] + r[1] + r[2] + r[3]) / 4, half = 0.5 * scale * (hi - lo);
    double across = (c[1] + c[2] + c[3]) / 4, half_turn = 0.5 * scale * (most - least);
    if (middle - half >= lo && middle + half <= hi && across - half_turn >= least &&
        across + half_turn <= most) {
        lo = middle - half;
        hi = middle + half;
    }
    return split_box(lo, hi, npt, s);
}
