/* Setting up: geometry and splitting of many pixels at once, in plain loops of sixteen that compilers turn into
 * vectors.  Included once for each set of instructions.
 *
 * Along a side of a pixel azimuth is linear in radius, so that the area to the left of a bin's edge is a sum of
 * four trapezia, as in split.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* point_q() of geometry_point(), for detectors without a sensor's depth. */
TARGET static void K(line)(const struct geometry *g, double row, double shift, size_t n, struct line *line)
{
    double side = g->orientation == 1 || g->orientation == 4 ? -1 : 1, start = side < 0 ? (double)g->cols : 0;
    if (g->orientation == 1 || g->orientation == 2)
        row = (double)g->rows - row;
    double p1 = g->pixel1 * row - g->poni1, p3 = g->dist, factor = 4e-10 * PI / g->wavelength;
    const double(*turn)[3] = g->turn;
    const double a1 = turn[0][0] * p1, b1 = turn[0][1], c1 = turn[0][2] * p3;
    const double a2 = turn[1][0] * p1, b2 = turn[1][1], c2 = turn[1][2] * p3;
    const double a3 = turn[2][0] * p1, b3 = turn[2][1], c3 = turn[2][2] * p3;
    const double pixel2 = g->pixel2, poni2 = g->poni2;
    for (size_t j = 0; j < n; j += 16) {
        double at = (double)j + shift, to1[16], to2[16], radial[16];
        for (int k = 0; k < 16; k++) {
            double p2 = pixel2 * (start + side * (at + (double)k)) - poni2;
            double t1 = a1 + b1 * p2 + c1;
            double t2 = a2 + b2 * p2 + c2;
            double t3 = a3 + b3 * p2 + c3;
            double r2 = t1 * t1 + t2 * t2, d = sqrt(r2 + t3 * t3);
            bool ahead = t3 > 0;
            double num = ahead ? r2 : d - t3, den = ahead ? 2 * d * (d + t3) : 2 * d;
            to1[k] = t1;
            to2[k] = t2;
            radial[k] = factor * sqrt(num / den);
        }
        memcpy(line->t1 + j, to1, sizeof to1);
        memcpy(line->t2 + j, to2, sizeof to2);
        memcpy(line->radial + j, radial, sizeof radial);
    }
}

/* arctan(x) = x - x^3/3 + ...: for |x| < 1/16 the first term left out, x^15/15, is 6e-20. */
TARGET static void K(turn)(const struct line *a, size_t at_a, const struct line *b, size_t at_b, size_t n,
                           double *turn)
{
    for (size_t j = 0; j < n; j += 16) {
        const double *restrict a1 = a->t1 + at_a + j, *restrict a2 = a->t2 + at_a + j;
        const double *restrict b1 = b->t1 + at_b + j, *restrict b2 = b->t2 + at_b + j;
        double to[16];
        for (int k = 0; k < 16; k++) {
            double cross = b1[k] * a2[k] - b2[k] * a1[k], dot = a1[k] * b1[k] + a2[k] * b2[k];
            double x = cross / dot, y = x * x;
            double z =
                x *
                (1 - y * (1.0 / 3 -
                          y * (1.0 / 5 - y * (1.0 / 7 - y * (1.0 / 9 - y * (1.0 / 11 - y * (1.0 / 13)))))));
            to[k] = dot > 0 ? (y < 1.0 / 256 ? z : NAN) : NAN;
        }
        memcpy(turn + j, to, sizeof to);
    }
}

/* The part of the integral of chi over the radius, from (r0, c0) to (r1, c1), that is left of x. */
#define LEFT(x, r0, c0, r1, c1, inverse, part)                                                               \
    do {                                                                                                     \
        double dr_ = (r1) - (r0), t_ = ((x) - (r0)) * (inverse);                                             \
        t_ = t_ > 0 ? t_ : 0;                                                                                \
        t_ = t_ < 1 ? t_ : 1;                                                                                \
        double p_ = dr_ * t_ * ((c0) + 0.5 * ((c1) - (c0)) * t_), all_ = dr_ * (0.5 * ((c0) + (c1)));        \
        part += dr_ > 0 ? p_ : all_ - p_;                                                                    \
    } while (0)

TARGET static INLINE double K(clip)(double x)
{
    x = x > 0 ? x : 0;
    return x < 1 ? x : 1;
}

/* Parts left of three edges, as whole numbers, to weights. */
TARGET static INLINE void K(weights)(struct sixteen *s, double (*left)[16])
{
    for (int k = 0; k < 16; k++) {
        double a = floor(left[0][k] * WEIGHT_ONE + 0.5), b = floor(left[1][k] * WEIGHT_ONE + 0.5),
               c = floor(left[2][k] * WEIGHT_ONE + 0.5);
        b = b > a ? b : a;
        c = c > b ? c : b;
        s->weight[0][k] = a;
        s->weight[1][k] = b - a;
        s->weight[2][k] = c - b;
    }
}

TARGET static void K(share_full)(struct sixteen *s)
{
    double left[3][16], inverse[4][16], total[16];
    for (int k = 0; k < 16; k++) {
        double a = s->r[0][k], b = s->r[1][k], c = s->r[2][k], d = s->r[3][k];
        double lo1 = a < b ? a : b, lo2 = c < d ? c : d, hi1 = a > b ? a : b, hi2 = c > d ? c : d;
        double first = floor(lo1 < lo2 ? lo1 : lo2), last = floor(hi1 > hi2 ? hi1 : hi2);
        s->first[k] = first;
        s->n[k] = last - first + 1;
        total[k] = 0.5 * ((b - a) * s->chi[1][k] + (c - b) * (s->chi[1][k] + s->chi[2][k]) +
                          (d - c) * (s->chi[2][k] + s->chi[3][k]) + (a - d) * s->chi[3][k]);
        total[k] = 1 / total[k];
        inverse[0][k] = 1 / (b - a);
        inverse[1][k] = 1 / (c - b);
        inverse[2][k] = 1 / (d - c);
        inverse[3][k] = 1 / (a - d);
    }
    for (int e = 0; e < 3; e++)
        for (int k = 0; k < 16; k++) {
            double a = s->r[0][k], b = s->r[1][k], c = s->r[2][k], d = s->r[3][k];
            double x = s->first[k] + (e + 1), part = 0;
            LEFT(x, a, 0.0, b, s->chi[1][k], inverse[0][k], part);
            LEFT(x, b, s->chi[1][k], c, s->chi[2][k], inverse[1][k], part);
            LEFT(x, c, s->chi[2][k], d, s->chi[3][k], inverse[2][k], part);
            LEFT(x, d, s->chi[3][k], a, 0.0, inverse[3][k], part);
            part = K(clip)(part * total[k]);
            left[e][k] = s->n[k] > e + 1 ? part : 1;
        }
    K(weights)(s, left);
}

/* Spread evenly over r[0] ... r[1]. */
TARGET static void K(share_box)(struct sixteen *s)
{
    double left[3][16];
    for (int k = 0; k < 16; k++) {
        s->first[k] = floor(s->r[0][k]);
        s->n[k] = floor(s->r[1][k]) - s->first[k] + 1;
    }
    for (int e = 0; e < 3; e++)
        for (int k = 0; k < 16; k++) {
            double part = K(clip)((s->first[k] + (e + 1) - s->r[0][k]) / (s->r[1][k] - s->r[0][k]));
            left[e][k] = s->n[k] > e + 1 ? part : 1;
        }
    K(weights)(s, left);
}

#undef LEFT
