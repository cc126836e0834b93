/* Setting up: geometry and splitting of many pixels at once, in plain loops of sixteen that compilers turn
 * into vectors.  Included once for each set of instructions.
 *
 * Along a side of a pixel azimuth is linear in radius, so that the area to the left of a bin's edge is a sum
 * of four trapezia, as in split.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* Where the pixels of a row lie, along the detector. */
#define ALONG_THE_ROW                                                                                        \
    double side = g->orientation == 1 || g->orientation == 4 ? -1 : 1,                                       \
           start = side < 0 ? (double)g->cols : 0;                                                           \
    if (g->orientation == 1 || g->orientation == 2)                                                          \
        row = (double)g->rows - row;                                                                         \
    const double p1 = g->pixel1 * row - g->poni1, p3 = g->dist, pixel2 = g->pixel2, poni2 = g->poni2;        \
    const double(*turn)[3] = g->turn;                                                                        \
    const double a1 = turn[0][0] * p1, b1 = turn[0][1], c1 = turn[0][2] * p3;                                \
    const double a2 = turn[1][0] * p1, b2 = turn[1][1], c2 = turn[1][2] * p3;                                \
    const double a3 = turn[2][0] * p1, b3 = turn[2][1], c3 = turn[2][2] * p3

/* point_q() of geometry_point(), for detectors without a sensor's depth. */
TARGET static void K(line)(const struct geometry *g, double row, double shift, size_t n, struct line *line)
{
    ALONG_THE_ROW;
    const double factor = 4e-10 * PI / g->wavelength;
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

/* solid_angle() and polarization() of geometry_point() at the pixels' centres. */
TARGET static void K(norm)(const struct geometry *g, const struct correction *c, double row, size_t n,
                           double *norm, double *cos_incidence)
{
    ALONG_THE_ROW;
    const double factor = c->polarization_factor, q1 = p1 * p1, q3 = p3 * p3;
    const double upright = cos(2 * c->polarization_azimuth), oblique = sin(2 * c->polarization_azimuth);
    const bool solid = c->solid_angle, polarized = !isnan(factor);
    for (size_t j = 0; j < n; j += 16) {
        double at = (double)j + 0.5, to[16], cosine[16];
        for (int k = 0; k < 16; k++) {
            double p2 = pixel2 * (start + side * (at + (double)k)) - poni2;
            cosine[k] = p3 / sqrt(q3 + q1 + p2 * p2);
            to[k] = solid ? cosine[k] * cosine[k] * cosine[k] : 1;
        }
        for (int k = 0; k < 16 && polarized; k++) {
            double p2 = pixel2 * (start + side * (at + (double)k)) - poni2;
            double t1 = a1 + b1 * p2 + c1;
            double t2 = a2 + b2 * p2 + c2;
            double t3 = a3 + b3 * p2 + c3;
            double d2 = t1 * t1 + t2 * t2 + t3 * t3;
            double horizontal = upright * (t2 * t2 - t1 * t1) - oblique * 2 * t1 * t2;
            to[k] *= 0.5 * (1 + t3 * t3 / d2 - factor * horizontal / d2);
        }
        memcpy(norm + j, to, sizeof to);
        memcpy(cos_incidence + j, cosine, sizeof cosine);
    }
}

#undef ALONG_THE_ROW

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

TARGET static void K(to_bins)(const struct bins *bins, size_t n, struct line *line)
{
    const double from = bins->from, width = bins->width;
    for (size_t j = 0; j < n; j += 16) {
        const double *radial = line->radial + j;
        double to[16];
        for (int k = 0; k < 16; k++)
            to[k] = (radial[k] - from) / width;
        memcpy(line->bin + j, to, sizeof to);
    }
}

/* ---- What pixels cover ---- */

TARGET static INLINE void K(box)(const double *u, const double *l, double *lo, double *hi)
{
    for (int k = 0; k < 16; k++) {
        double a = u[k], b = u[k + 1], c = l[k], d = l[k + 1];
        double lo1 = a < b ? a : b, lo2 = c < d ? c : d, hi1 = a > b ? a : b, hi2 = c > d ? c : d;
        lo[k] = lo1 < lo2 ? lo1 : lo2;
        hi[k] = hi1 > hi2 ? hi1 : hi2;
    }
}

/* Wide enough for the farthest corner on either side of the centre. */
TARGET static INLINE void K(even_box)(const double *centre, double *lo, double *hi)
{
    for (int k = 0; k < 16; k++) {
        double below = centre[k] - lo[k], above = hi[k] - centre[k], half = below > above ? below : above;
        double start = centre[k] - half;
        lo[k] = start > 0 ? start : 0;
        hi[k] = centre[k] + half;
    }
}

/* The box of a pixel's corners made smaller, in both directions by as much, until its area is the pixel's:
 * its middle is the mean of the corners.  Where it would reach out of the box, it is the box: see split.c. */
TARGET static INLINE void K(area_box)(const struct pixel_row *r, size_t j, double *lo, double *hi,
                                      double *sure)
{
    const double *u = r->upper.bin + j, *l = r->lower.bin + j;
    const double *t0 = r->upper_turn + j, *t1 = r->lower_turn + j, *down = r->down + j;
    K(box)(u, l, lo, hi);
    for (int k = 0; k < 16; k++) {
        double a = u[k], b = l[k], c = l[k + 1], d = u[k + 1], c1 = down[k], c2 = c1 + t1[k], c3 = t0[k];
        double area = (a - c) * c1 + (b - d) * c2 + (c - a) * c3;
        area = 0.5 * (area < 0 ? -area : area);
        double least = c1 < c2 ? c1 : c2, most = c1 > c2 ? c1 : c2;
        least = c3 < least ? c3 : least;
        least = least < 0 ? least : 0;
        most = c3 > most ? c3 : most;
        most = most > 0 ? most : 0;
        double height = hi[k] - lo[k], width = most - least;
        double scale = sqrt(area / (height * width));
        double middle = (a + b + c + d) / 4, turn = (c1 + c2 + c3) / 4;
        double half = 0.5 * scale * height, half_turn = 0.5 * scale * width;
        bool in = (middle - half >= lo[k]) & (middle + half <= hi[k]) & (turn - half_turn >= least) &
                  (turn + half_turn <= most);
        lo[k] = in ? middle - half : lo[k];
        hi[k] = in ? middle + half : hi[k];
        sure[k] = area;
    }
}

TARGET static void K(extent)(const struct pixel_row *r, enum split split, size_t n, double *from, double *to)
{
    double least[16], most[16];
    for (int k = 0; k < 16; k++) {
        least[k] = INFINITY;
        most[k] = -INFINITY;
    }
    for (size_t j = 0; j < n; j += 16) {
        double lo[16], hi[16], used[16];
        if (split == SPLIT_NO) {
            memcpy(lo, r->centre.radial + j, sizeof lo);
            memcpy(hi, lo, sizeof hi);
        } else {
            K(box)(r->upper.radial + j, r->lower.radial + j, lo, hi);
        }
        if (split == SPLIT_BBOX)
            K(even_box)(r->centre.radial + j, lo, hi);
        for (int k = 0; k < 16; k++)
            used[k] = r->used[j + (size_t)k];
        for (int k = 0; k < 16; k++) {
            lo[k] = used[k] > 0 ? lo[k] : INFINITY;
            hi[k] = used[k] > 0 ? hi[k] : -INFINITY;
            least[k] = lo[k] < least[k] ? lo[k] : least[k];
            most[k] = hi[k] > most[k] ? hi[k] : most[k];
        }
    }
    for (int k = 0; k < 16; k++) {
        *from = least[k] < *from ? least[k] : *from;
        *to = most[k] > *to ? most[k] : *to;
    }
}

/* ---- Shares ---- */

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

/* How many edges between bins there are at most, up to three: left of the others lies the whole pixel. */
TARGET static INLINE int K(edges)(struct sixteen *s)
{
    double most[8];
    for (int k = 0; k < 8; k++)
        most[k] = s->n[k] > s->n[k + 8] ? s->n[k] : s->n[k + 8];
    for (int k = 0; k < 4; k++)
        most[k] = most[k] > most[k + 4] ? most[k] : most[k + 4];
    double a = most[0] > most[1] ? most[0] : most[1], b = most[2] > most[3] ? most[2] : most[3];
    int edges = a > 3 || b > 3 ? 3 : a > 2 || b > 2 ? 2 : a > 1 || b > 1 ? 1 : 0;
    for (int e = edges; e < 3; e++)
        for (int k = 0; k < 16; k++)
            s->left[e][k] = 1;
    return edges;
}

TARGET static INLINE void K(split_outlines)(const struct pixel_row *r, size_t j, struct sixteen *s)
{
    const double *u = r->upper.bin + j, *l = r->lower.bin + j;
    const double *t0 = r->upper_turn + j, *t1 = r->lower_turn + j, *down = r->down + j;
    double inverse[4][16], total[16], lo[16], hi[16], c2[16];
    K(box)(u, l, lo, hi);
    for (int k = 0; k < 16; k++) {
        double a = u[k], b = l[k], c = l[k + 1], d = u[k + 1];
        double first = floor(lo[k]), last = floor(hi[k]);
        c2[k] = down[k] + t1[k];
        s->first[k] = first;
        s->n[k] = last - first + 1;
        s->sure[k] = down[k] + c2[k] + t0[k];
        total[k] = 0.5 * ((b - a) * down[k] + (c - b) * (down[k] + c2[k]) + (d - c) * (c2[k] + t0[k]) +
                          (a - d) * t0[k]);
        total[k] = 1 / total[k];
        inverse[0][k] = 1 / (b - a);
        inverse[1][k] = 1 / (c - b);
        inverse[2][k] = 1 / (d - c);
        inverse[3][k] = 1 / (a - d);
    }
    int edges = K(edges)(s);
    for (int e = 0; e < edges; e++)
        for (int k = 0; k < 16; k++) {
            double a = u[k], b = l[k], c = l[k + 1], d = u[k + 1];
            double x = s->first[k] + (e + 1), part = 0;
            LEFT(x, a, 0.0, b, down[k], inverse[0][k], part);
            LEFT(x, b, down[k], c, c2[k], inverse[1][k], part);
            LEFT(x, c, c2[k], d, t0[k], inverse[2][k], part);
            LEFT(x, d, t0[k], a, 0.0, inverse[3][k], part);
            part = K(clip)(part * total[k]);
            s->left[e][k] = s->n[k] > e + 1 ? part : 1;
        }
}

#undef LEFT

/* Spread evenly over lo ... hi, in bins. */
TARGET static INLINE void K(split_boxes)(const double *lo, const double *hi, struct sixteen *s)
{
    for (int k = 0; k < 16; k++) {
        s->first[k] = floor(lo[k]);
        s->n[k] = floor(hi[k]) - s->first[k] + 1;
        s->sure[k] = 0;
    }
    int edges = K(edges)(s);
    for (int e = 0; e < edges; e++)
        for (int k = 0; k < 16; k++) {
            double part = K(clip)((s->first[k] + (e + 1) - lo[k]) / (hi[k] - lo[k]));
            s->left[e][k] = s->n[k] > e + 1 ? part : 1;
        }
}

/* As entries of a tile: whole numbers. */
TARGET static INLINE bool K(store)(const struct sixteen *s, const uint8_t *used, double npt,
                                   uint32_t number, bool whole, const struct row_shares *to, size_t at)
{
    double w[3][16], bin[16];
    int32_t iw[3][16], ibin[16], in[16], alone = 0;
    uint32_t a[16], b[16];
    for (int k = 0; k < 16; k++) {
        double x = floor(s->left[0][k] * WEIGHT_ONE + 0.5), y = floor(s->left[1][k] * WEIGHT_ONE + 0.5),
               z = floor(s->left[2][k] * WEIGHT_ONE + 0.5);
        y = y > x ? y : x;
        z = z > y ? z : y;
        w[0][k] = x;
        w[1][k] = y - x;
        w[2][k] = z - y;
    }
    for (int k = 0; k < 16; k++) {
        double first = s->first[k], last = first + s->n[k] - 1;
        /* Its last position may be the lower edge of the first bin, exactly. */
        bool inside = (last >= 0) & (first < npt),
             easy = (s->n[k] <= WINDOW_MAX) & (s->sure[k] - s->sure[k] == 0);
        double easy_bin = easy ? first + BIN_PAD : -2;
        bin[k] = inside ? easy_bin : -1;
    }
    for (int e = 0; e < 3; e++)
        for (int k = 0; k < 16; k++)
            iw[e][k] = (int32_t)w[e][k];
    for (int k = 0; k < 16; k++)
        ibin[k] = (int32_t)bin[k];
    for (int k = 0; k < 16; k++)
        in[k] = used[k];
    for (int k = 0; k < 16; k++) {
        int32_t unused = ibin[k] >= 0 ? -3 - ibin[k] : -1;
        ibin[k] = in[k] ? ibin[k] : unused;
        alone |= ibin[k] == -2;
    }
    for (int k = 0; k < 16; k++) {
        double n = s->n[k] < 255 ? s->n[k] : 255;
        in[k] = (int32_t)(n > 0 ? n : 0);
    }
    for (int k = 0; k < 16; k++) {
        uint32_t index = number + (uint32_t)k, w0 = (uint32_t)iw[0][k];
        a[k] = whole ? index : index | w0 >> 6 << 12;
        b[k] = (w0 & 63) | (uint32_t)iw[1][k] << 6;
    }
    memcpy(to->bin + at, ibin, sizeof ibin);
    memcpy(to->a + at, a, sizeof a);
    memcpy(to->b + at, b, sizeof b);
    memcpy(to->c + at, iw[2], sizeof iw[2]);
    for (int k = 0; k < 16; k++)
        to->n[at + (size_t)k] = (uint8_t)in[k];
    return alone;
}

/* Whether some of sixteen pixels reach into the bins. */
TARGET static INLINE bool K(any_inside)(const struct pixel_row *r, size_t j, double npt)
{
    double lo[16], hi[16];
    int32_t inside[16], any = 0;
    K(box)(r->upper.bin + j, r->lower.bin + j, lo, hi);
    for (int k = 0; k < 16; k++)
        inside[k] = !(hi[k] < 0) & !(lo[k] >= npt);
    for (int k = 0; k < 16; k++)
        any |= inside[k];
    return any;
}

TARGET static bool K(share)(const struct pixel_row *r, const struct bins *bins, size_t n, size_t tile_cols,
                            uint32_t number, const struct row_shares *to, size_t at)
{
    const double from = bins->from, width = bins->width;
    bool alone = false;
    for (size_t j = 0; j < n; j += 16) {
        struct sixteen s;
        double lo[16], hi[16];
        if (bins->split == SPLIT_FULL && !K(any_inside)(r, j, bins->npt)) {
            for (int k = 0; k < 16; k++)
                to->bin[at + j + (size_t)k] = -1;
            continue;
        }
        if (bins->split == SPLIT_FULL) {
            K(split_outlines)(r, j, &s);
        } else if (bins->split == SPLIT_NO) {
            K(split_boxes)(r->centre.bin + j, r->centre.bin + j, &s);
        } else if (bins->split == SPLIT_PSEUDO) {
            double sure[16];
            K(area_box)(r, j, lo, hi, sure);
            K(split_boxes)(lo, hi, &s);
            memcpy(s.sure, sure, sizeof sure);
        } else {
            K(box)(r->upper.radial + j, r->lower.radial + j, lo, hi);
            K(even_box)(r->centre.radial + j, lo, hi);
            for (int k = 0; k < 16; k++) {
                lo[k] = (lo[k] - from) / width;
                hi[k] = (hi[k] - from) / width;
            }
            K(split_boxes)(lo, hi, &s);
        }
        alone |= K(store)(&s, r->used + j, bins->npt, number + (uint32_t)(j % tile_cols),
                          bins->split == SPLIT_NO, to, at + j);
    }
    return alone;
}

/* ---- Efficiency ---- */

TARGET static void K(efficiency)(const double *cos_incidence, double mu_h, size_t n, double *norm)
{
    const double head_on = absorbed(mu_h);
    for (size_t j = 0; j < n; j += 16) {
        double to[16];
        for (int k = 0; k < 16; k++)
            to[k] = norm[j + (size_t)k] * (absorbed(mu_h / cos_incidence[j + (size_t)k]) / head_on);
        for (int k = 0; k < 16 && !(mu_h > 0); k++)
            to[k] = norm[j + (size_t)k] * (1 / cos_incidence[j + (size_t)k]);
        memcpy(norm + j, to, sizeof to);
    }
}

/* ---- Sums over a tile: the bins of a pixel are the lanes, and those of a run stay in registers ---- */

TARGET static INLINE void K(load)(const double *from, const uint32_t window, v4d *v)
{
    *v = (v4d){from[0], from[1], from[2], window > 3 ? from[3] : 0};
}

TARGET static INLINE void K(put)(double *to, const uint32_t window, const v4d *v)
{
    to[0] = (*v)[0], to[1] = (*v)[1], to[2] = (*v)[2];
    if (window > 3)
        to[3] = (*v)[3];
}

/* As matrix_entry(). */
TARGET static INLINE void K(weights)(const uint32_t *a, const uint32_t *b, const uint32_t *c, size_t i,
                                     const uint32_t window, v4i *w, v4d *share)
{
    int32_t w0 = (int32_t)(a[i] >> 12 << 6 | (b[i] & 63)), w1 = (int32_t)(b[i] >> 6);
    int32_t w2 = WEIGHT_ONE - w0 - w1, third = window > 3 ? (int32_t)c[i] : w2;
    *w = (v4i){w0, w1, third, (int32_t)((uint32_t)w2 - (uint32_t)third)};   /* of a damaged matrix it may wrap */
    *share = __builtin_convertvector(*w, v4d) * (1.0 / WEIGHT_ONE);
}

TARGET static INLINE void K(window_sums)(const struct matrix *m, const struct run *runs, const struct tile *t,
                                         const double *value, double *norm, double *pixels,
                                         const struct bin_totals *all, const uint32_t window)
{
    const uint32_t *a = m->a + t->entry, *b = m->b + t->entry, *c = window > 3 ? m->c + t->entry : NULL;
    size_t i = 0;
    for (uint32_t r = 0; r < t->n_runs; r++) {
        size_t bin = (size_t)runs[r].bin, in_tile = bin - (size_t)t->bin;
        v4d s, n, high, low, square;
        v4i count;
        K(load)(norm + in_tile, window, &s);
        K(load)(pixels + in_tile, window, &n);
        memcpy(&high, all->high + bin, sizeof high);
        memcpy(&low, all->low + bin, sizeof low);
        memcpy(&square, all->square + bin, sizeof square);
        memcpy(&count, all->count + bin, sizeof count);
        for (uint32_t left = runs[r].n; left > 0; left--, i++) {
            v4i w;
            v4d share;
            K(weights)(a, b, c, i, window, &w, &share);
            v4d x = share * value[a[i] & (TILE_MAX - 1)];
            v4d sum = high + x, part = sum - high;
            low += (high - (sum - part)) + (x - part); /* what rounding has left out (Knuth) */
            high = sum;
            s += x;
            n += share;
            square += share * share;
            count -= w != 0;
        }
        K(put)(norm + in_tile, window, &s);
        K(put)(pixels + in_tile, window, &n);
        memcpy(all->high + bin, &high, sizeof high);
        memcpy(all->low + bin, &low, sizeof low);
        memcpy(all->square + bin, &square, sizeof square);
        memcpy(all->count + bin, &count, sizeof count);
    }
}

/* Norms are summed in the order of the image: see setup_whole_norms(). */
TARGET static INLINE void K(whole_sums)(const struct matrix *m, const struct run *runs, const struct tile *t,
                                        const double *value, double *norm, double *pixels,
                                        const struct bin_totals *all)
{
    const uint32_t *a = m->a + t->entry;
    size_t i = 0;
    for (uint32_t r = 0; r < t->n_runs; r++) {
        size_t bin = (size_t)runs[r].bin, in_tile = bin - (size_t)t->bin;
        double s = norm[in_tile];
        for (uint32_t left = runs[r].n; left > 0; left--, i++)
            s += value[a[i] & (TILE_MAX - 1)];
        norm[in_tile] = s;
        pixels[in_tile] += runs[r].n;
        all->square[bin] += runs[r].n;
        all->count[bin] += runs[r].n;
    }
}

TARGET static void K(sums)(const struct matrix *m, const struct run *runs, const struct tile *t,
                           const double *value, double *norm, double *pixels, const struct bin_totals *all)
{
    if (t->window == 1)
        K(whole_sums)(m, runs, t, value, norm, pixels, all);
    else if (t->window == 3)
        K(window_sums)(m, runs, t, value, norm, pixels, all, 3);
    else
        K(window_sums)(m, runs, t, value, norm, pixels, all, 4);
}

TARGET static INLINE void K(window_dark)(const struct matrix *m, const struct tile *t, const double *value,
                                         bool squared, double *into, const uint32_t window)
{
    const uint32_t *a = m->a + t->entry, *b = m->b + t->entry, *c = window > 3 ? m->c + t->entry : NULL;
    const struct run *runs = m->runs + t->run;
    size_t i = 0;
    for (uint32_t r = 0; r < t->n_runs; r++) {
        double *to = into + (runs[r].bin - t->bin);
        v4d s;
        K(load)(to, window, &s);
        for (uint32_t left = runs[r].n; left > 0; left--, i++) {
            v4i w;
            v4d share;
            K(weights)(a, b, c, i, window, &w, &share);
            share *= squared ? share : (v4d){1, 1, 1, 1};
            s += share * value[a[i] & (TILE_MAX - 1)];
        }
        K(put)(to, window, &s);
    }
}

TARGET static void K(dark)(const struct matrix *m, const struct tile *t, const double *value, bool squared,
                           double *into)
{
    if (t->window == 3 && squared)
        K(window_dark)(m, t, value, true, into, 3);
    else if (t->window == 3)
        K(window_dark)(m, t, value, false, into, 3);
    else if (t->window == 4)
        K(window_dark)(m, t, value, squared, into, 4);
    else
        matrix_tile_sum(m, t, value, into); /* whole: a share is its square */
}

/* What a set of instructions defines for one passage through this file. */
#undef TARGET
#undef K
