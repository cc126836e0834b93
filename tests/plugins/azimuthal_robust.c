/* Averages over rings against plain loops in double: sigma clipping and order statistics, every kernel,
 * type of number, dark, mask and variance; the same bits from every kernel, in any order of the blocks, and
 * whatever is masked on other rings.
 *
 * Tolerance: values, norms and offsets are rounded to single precision, 6e-8 each, which adds up to 3e-7 at
 * most for one value of an order statistic; sums of four values are, too, and deviations are squared in
 * single precision: I and sigma must agree within 1e-6.  A pixel's distance from the mean is wrong by up to
 * six roundings of its value, the dark's change from pixel to pixel included; where sigma is the spread of
 * n pixels, that is allowed by sqrt(n).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "azimuthal/robust.h"
#include "tap.h"

#include <glib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ROWS 300
#define COLS 333
#define N    (ROWS * COLS)
#define PI   3.14159265358979323846

static double noise(uint32_t i, uint32_t k)
{
    uint32_t x = (i + k * 7919u) * 2654435761u;
    x ^= x >> 15;
    x *= 2246822519u;
    x ^= x >> 13;
    return (x & 1023) / 1024.0;
}

struct setting {
    size_t npt;
    bool dark, sector;
};

static const struct setting settings[] = {
    {150, true, false}, {400, false, false}, {40, true, true}, {3, false, false}};

/* also: a pixel that is left out beside the others; or -1. */
static void make(struct integrator *it, struct robust *r, const struct setting *s, long also)
{
    struct geometry g = {.dist = 0.2, .poni1 = 0.0301, .poni2 = 0.0452, .rot1 = 0.05, .rot2 = -0.02,
                         .wavelength = 1.173e-11, .pixel1 = 2e-4, .pixel2 = 2e-4, .orientation = 3,
                         .rows = ROWS, .cols = COLS};
    struct correction k = {.solid_angle = 1, .polarization_factor = 0.9, .converter_transmission = 0.6};
    geometry_turn(&g);
    uint8_t *skip = g_new(uint8_t, N);
    double *dark = s->dark ? malloc(N * sizeof *dark) : NULL, *var = s->dark ? malloc(N * sizeof *var) : NULL;
    for (uint32_t i = 0; i < N; i++) {
        skip[i] = i % 61 == 7 || i / COLS == 100 || i == also;
        if (s->dark) {
            dark[i] = 100.25 + 10 * noise(i, 1);
            var[i] = noise(i, 2);
        }
    }
    struct integrator_input in = {.geometry = &g, .correction = &k, .unit = RADIAL_Q, .split = SPLIT_NO,
                                  .npt = s->npt, .from = 0.3, .to = 9, .n_azim = 1,
                                  .azimuth_from = s->sector ? 150 : NAN, .azimuth_to = s->sector ? 230 : NAN,
                                  .skip = skip, .dark = dark, .dark_variance = var};
    g_assert_cmpint(integrator_make(it, &in), ==, INTEGRATOR_OK);
    g_assert_true(robust_make(r, it, COLS));
    g_free(skip);
}

/* Counts with outliers of both signs; of a dark of 100 if there is one. */
static void *image(frit_dtype type, bool dark)
{
    char *out = g_malloc(N * 8);
    for (uint32_t i = 0; i < N; i++) {
        double g = noise(i, 3) + noise(i, 4) + noise(i, 5) + noise(i, 6) - 2,
               v = (dark ? 105 : 0) + floor(60 + 13 * g);
        if (noise(i, 7) < 0.01)
            v += type == FRIT_U8 ? 70 : 9000;
        if (noise(i, 8) < 0.01)
            v = type == FRIT_I16 || type == FRIT_I32 ? -50 : 0;
        switch (type) {
        case FRIT_U8: ((uint8_t *)out)[i] = (uint8_t)v; break;
        case FRIT_U16: ((uint16_t *)(void *)out)[i] = (uint16_t)v; break;
        case FRIT_I16: ((int16_t *)(void *)out)[i] = (int16_t)v; break;
        case FRIT_I32: ((int32_t *)(void *)out)[i] = (int32_t)v; break;
        case FRIT_U32: ((uint32_t *)(void *)out)[i] = noise(i, 9) < 0.02 ? UINT32_MAX : (uint32_t)v; break;
        case FRIT_F32: ((float *)(void *)out)[i] = noise(i, 9) < 0.02 ? NAN : (float)(v + 0.25 * g); break;
        default: ((double *)(void *)out)[i] = noise(i, 9) < 0.02 ? 1e300 : v + 0.25 * g; break;
        }
    }
    return out;
}

/* ---- The plain way ---- */

struct ring {
    size_t n;
    double *signal, *norm, *variance, *raw_dark, *dark_variance;
};

static struct ring collect(const struct integrator *it, const struct frame *f, size_t b, const double *signal,
                           const double *variance)
{
    double *p = g_new(double, 5 * N);
    struct ring g = {0, p, p + N, p + 2 * N, p + 3 * N, p + 4 * N};
    for (size_t i = 0; i < N; i++)
        if (it->first[i] == (int32_t)b && !isnan(signal[i])) {
            g.signal[g.n] = signal[i];
            g.norm[g.n] = it->norm[i];
            g.variance[g.n] = variance[i];
            g.raw_dark[g.n] = f->dark ? f->dark_scale * f->dark[i] : 0;
            g.dark_variance[g.n++] =
                f->dark_variance ? f->dark_scale * f->dark_scale * f->dark_variance[i] : 0;
        }
    return g;
}

struct expected {
    double value, sigma;
    size_t pixels, rejected;
};

static double mean_of(const struct ring *g, double *norm, double *norm2)
{
    double signal = 0;
    *norm = *norm2 = 0;
    for (size_t i = 0; i < g->n; i++) {
        signal += g->signal[i];
        *norm += g->norm[i];
        *norm2 += g->norm[i] * g->norm[i];
    }
    return signal / *norm;
}

static double variance_of(const struct ring *g, double mean, bool spread)
{
    double sum = 0;
    for (size_t i = 0; i < g->n; i++)
        sum += spread ? pow(g->signal[i] - mean * g->norm[i], 2) : g->variance[i];
    return sum;
}

static struct expected plain_clip(struct ring *g, const struct robust_rule *rule, enum variance variance)
{
    size_t first = g->n;
    double norm, norm2, mean = mean_of(g, &norm, &norm2);
    for (int turn = 0; turn < rule->iterations && g->n >= ROBUST_TOO_FEW; turn++) {
        double k = fmax(rule->threshold, sqrt(2 * log((double)g->n / sqrt(2 * PI))));
        double limit = k * sqrt(variance_of(g, mean, rule->by_spread) / norm2);
        size_t kept = 0;
        for (size_t i = 0; i < g->n; i++)
            if (fabs(g->signal[i] / g->norm[i] - mean) <= limit) {
                g->signal[kept] = g->signal[i];
                g->norm[kept] = g->norm[i];
                g->variance[kept++] = g->variance[i];
            }
        if (kept == g->n)
            break;
        g->n = kept;
        mean = mean_of(g, &norm, &norm2);
    }
    double sum = variance == VARIANCE_NONE ? 0 : variance_of(g, mean, variance == VARIANCE_AZIMUTHAL);
    return g->n == 0 ? (struct expected){0, 0, 0, first}
                     : (struct expected){mean / rule->divisor, sqrt(sum) / norm / rule->divisor, g->n,
                                         first - g->n};
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double quantile_of(double *v, size_t n, double share)
{
    qsort(v, n, sizeof *v, by_size);
    double at = share * (double)(n - 1);
    size_t k = (size_t)at;
    return k + 1 < n ? v[k] + (at - (double)k) * (v[k + 1] - v[k]) : v[k];
}

struct pair {
    double x, norm;
};

static double trimmed_of(const struct ring *g, const double *x, size_t first, size_t last)
{
    struct pair *p = g_new(struct pair, g->n);
    for (size_t i = 0; i < g->n; i++)
        p[i] = (struct pair){x[i], g->norm[i]};
    qsort(p, g->n, sizeof *p, by_size);
    double sum = 0, norm = 0;
    for (size_t i = first; i <= last; i++) {
        sum += p[i].x * p[i].norm;
        norm += p[i].norm;
    }
    g_free(p);
    return sum / norm;
}

static double order_noise(const struct ring *g, const struct frame *f, double centre, double *x, double norm,
                          double norm2)
{
    double dark = 0, dark_variance = 0, n = (double)g->n;
    for (size_t i = 0; i < g->n; i++) {
        dark += g->raw_dark[i];
        dark_variance += g->dark_variance[i];
    }
    if (f->variance == VARIANCE_COUNTS)
        return fmax(centre * norm + dark, n) + dark_variance;
    if (f->variance == VARIANCE_GAIN)
        return f->gain * fmax(centre * norm, n) + n * f->read_noise * f->read_noise + dark_variance;
    if (f->variance == VARIANCE_GIVEN) {
        for (size_t i = 0; i < g->n; i++)
            x[i] = g->variance[i] / g->norm[i] / g->norm[i];
        return quantile_of(x, g->n, 0.5) * norm2;
    }
    for (size_t i = 0; i < g->n; i++)
        x[i] = fabs(g->signal[i] / g->norm[i] - centre);
    return pow(1.4826022185056018 * quantile_of(x, g->n, 0.5), 2) * norm2;
}

static struct expected plain_order(const struct ring *g, const struct robust_rule *rule,
                                   const struct frame *f)
{
    if (g->n == 0)
        return (struct expected){0, 0, 0, 0};
    double *x = g_new(double, g->n), norm, norm2, n = (double)g->n;
    mean_of(g, &norm, &norm2);
    for (size_t i = 0; i < g->n; i++)
        x[i] = g->signal[i] / g->norm[i];
    size_t first = (size_t)floor(rule->from * n), last = (size_t)ceil(rule->to * n);
    last = last > first ? last - 1 : first;
    double value = rule->method == ROBUST_TRIM ? trimmed_of(g, x, first, last) : 0;
    double centre = quantile_of(x, g->n, 0.5);
    if (rule->method == ROBUST_QUANTILE)
        value = quantile_of(x, g->n, rule->from);
    size_t counts = rule->method == ROBUST_TRIM ? last - first + 1 : g->n;
    double v = f->variance == VARIANCE_NONE ? 0 : order_noise(g, f, centre, x, norm, norm2);
    g_free(x);
    return (struct expected){value / rule->divisor, rule->factor * sqrt(v) / norm / rule->divisor, counts,
                             g->n - counts};
}

/* ---- The quick way ---- */

static struct robust_result run(const struct robust *r, const struct frame *f, const struct robust_rule *rule,
                                enum kernel kernel, bool backwards)
{
    double *p = g_new0(double, 5 * r->n_rings);
    struct robust_result out = {p, p + r->n_rings, p + 2 * r->n_rings, p + 3 * r->n_rings,
                                p + 4 * r->n_rings};
    size_t size = (2 * robust_memory(r, f) * sizeof(float) + 63) & ~(size_t)63;
    struct robust_job job = {r, f, rule, robust_kernels_of(kernel), out, aligned_alloc(64, size)};
    memset(job.memory, 0x5a, size);
    for (size_t b = 0; b < r->n_blocks; b++)
        robust_block(&job, backwards ? r->n_blocks - 1 - b : b, backwards ? (uint32_t)b % 2 : 0);
    free(job.memory);
    return out;
}

static struct {
    double value, sigma;
    size_t rings, rejected;
} found;

static void compare(const struct integrator *it, const struct robust *r, const struct frame *f,
                    const struct robust_rule *rule)
{
    double *signal = g_new(double, N), *variance = g_new(double, N);
    frame_load(f, 0, N, signal, variance);
    struct robust_result a = run(r, f, rule, KERNEL_PORTABLE, false);
    for (size_t b = 0; b < r->n_rings; b += r->n_rings > 50 ? 7 : 1) {
        struct ring g = collect(it, f, b, signal, variance);
        struct expected e =
            rule->method == ROBUST_CLIP ? plain_clip(&g, rule, f->variance) : plain_order(&g, rule, f);
        double level = fmax(fabs(e.value), 1); /* dark and counts may cancel to nothing */
        g_assert_cmpfloat(a.pixels[b], ==, (double)e.pixels);
        g_assert_cmpfloat(a.rejected[b], ==, (double)e.rejected);
        found.value = fmax(found.value, fabs(a.value[b] - e.value) / level);
        double rounding = f->variance == VARIANCE_AZIMUTHAL && e.pixels > 0
                              ? 4e-7 * (fabs(e.value) + 10) / sqrt((double)e.pixels)
                              : 0;
        found.sigma =
            fmax(found.sigma, fmax(fabs(a.sigma[b] - e.sigma) - rounding, 0) / fmax(e.sigma, 1e-300));
        found.rings++;
        found.rejected += e.rejected;
        g_free(g.signal);
    }
    for (int k = KERNEL_AVX2; k <= KERNEL_AVX512; k++)
        if (kernel_available((enum kernel)k)) {
            struct robust_result c = run(r, f, rule, (enum kernel)k, k == KERNEL_AVX512);
            g_assert_cmpmem(a.value, 5 * r->n_rings * sizeof(double), c.value,
                            5 * r->n_rings * sizeof(double));
            g_free(c.value);
        }
    g_free(a.value);
    g_free(signal);
    g_free(variance);
}

static const struct robust_rule rules[] = {
    {.method = ROBUST_CLIP, .threshold = 5, .iterations = 5, .by_spread = true, .divisor = 1},
    {.method = ROBUST_CLIP, .threshold = 0, .iterations = 50, .by_spread = true, .divisor = 2.5},
    {.method = ROBUST_CLIP, .threshold = 6, .iterations = 5, .divisor = 1},
    {.method = ROBUST_QUANTILE, .from = 0.5, .to = 0.5, .factor = 1.25, .divisor = 1},
    {.method = ROBUST_QUANTILE, .from = 0.173, .to = 0.173, .factor = 1.5, .divisor = 0.7},
    {.method = ROBUST_TRIM, .from = 0.1, .to = 0.85, .factor = 1.03, .divisor = 1},
    {.method = ROBUST_TRIM, .from = 0, .to = 1, .factor = 1, .divisor = 1},
};

static void test_plain(void)
{
    static const frit_dtype type[] = {FRIT_U16, FRIT_F32, FRIT_U8, FRIT_I16, FRIT_I32, FRIT_U32, FRIT_F64};
    static const enum variance variance[] = {VARIANCE_COUNTS, VARIANCE_GAIN, VARIANCE_AZIMUTHAL,
                                             VARIANCE_GIVEN, VARIANCE_NONE};
    uint8_t *mask = g_new0(uint8_t, N);
    double *sigma = g_new(double, N);
    for (uint32_t i = 0; i < N; i++) {
        mask[i] = noise(i, 10) < 0.05;
        sigma[i] = 5 + noise(i, 11);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(settings); i++) {
        struct integrator it;
        struct robust r;
        make(&it, &r, &settings[i], -1);
        for (size_t t = 0; t < G_N_ELEMENTS(type); t++) {
            void *raw = image(type[t], settings[i].dark);
            for (size_t k = 0; k < G_N_ELEMENTS(rules); k++) {
                struct frame f = {.dtype = type[t], .raw = raw, .valid_from = -1e6, .valid_to = 1e6,
                                  .variance = variance[(i + t + k) % 5], .gain = 0.3, .read_noise = 4,
                                  .dark = it.dark, .dark_variance = it.dark_variance, .dark_scale = 1,
                                  .sigma = sigma, .mask = (i + t) % 3 == 2 ? mask : NULL};
                struct robust_rule rule = rules[k];
                if (f.variance == VARIANCE_NONE || f.variance == VARIANCE_AZIMUTHAL)
                    rule.by_spread = true;
                compare(&it, &r, &f, &rule);
            }
            g_free(raw);
        }
        robust_clear(&r);
        integrator_clear(&it);
    }
    g_free(mask);
    g_free(sigma);
    g_test_message("figure: intensity of a ring against the plain loop: %.1e (at most 1e-6)", found.value);
    g_test_message("figure: sigma of a ring against the plain loop: %.1e (at most 1e-6)", found.sigma);
    g_assert_cmpfloat(found.value, <, 1e-6);
    g_assert_cmpfloat(found.sigma, <, 1e-6);
    g_assert_cmpuint(found.rings, >, 3000);
    g_assert_cmpuint(found.rejected, >, 100000);
}

/* A dark for another exposure; limits that fall on values. */
static void test_limits(void)
{
    struct integrator it;
    struct robust r;
    make(&it, &r, &settings[0], -1);
    static const frit_dtype type[] = {FRIT_U16, FRIT_F32, FRIT_I16, FRIT_F64};
    static const double limit[][2] = {{100, 170}, {0.5, 163.5}, {-1e9, 160}, {150, 1e300}, {-7, 70000}};
    for (size_t t = 0; t < G_N_ELEMENTS(type); t++) {
        void *raw = image(type[t], true);
        for (size_t k = 0; k < G_N_ELEMENTS(limit); k++) {
            struct frame f = {.dtype = type[t],
                              .raw = raw,
                              .valid_from = limit[k][0],
                              .valid_to = limit[k][1],
                              .variance = VARIANCE_COUNTS,
                              .dark = it.dark,
                              .dark_variance = it.dark_variance,
                              .dark_scale = 0.77};
            compare(&it, &r, &f, &rules[k]);
        }
        struct frame f = {.dtype = type[t],
                          .raw = raw,
                          .valid_from = 20000.25,
                          .valid_to = 20000.75,
                          .dark = it.dark,
                          .dark_scale = 0.77};
        compare(&it, &r, &f, &rules[0]);
        compare(&it, &r, &f, &rules[3]);
        g_free(raw);
    }
    g_assert_cmpfloat(found.value, <, 1e-6);
    robust_clear(&r);
    integrator_clear(&it);
}

/* Whole numbers in single precision, but for one late in the image, or for many; what is masked for good
 * may be anything. */
static void test_whole(void)
{
    static const float odd[] = {7, 100.5f, NAN, -3, 65535, 65536, INFINITY, -0.0f};
    for (size_t i = 0; i < 2; i++) {
        struct integrator it;
        struct robust r;
        make(&it, &r, &settings[i], -1);
        float *raw = image(FRIT_F32, settings[i].dark);
        size_t pixel = N - 1;
        while (it.first[pixel] < 0)
            pixel--;
        for (size_t k = 0; k < N; k++)
            if (it.first[k] < 0)
                raw[k] = odd[k % G_N_ELEMENTS(odd)];
        for (size_t k = 0; k < G_N_ELEMENTS(odd) + 2; k++) {
            if (k < G_N_ELEMENTS(odd))
                raw[pixel] = odd[k];
            for (size_t j = 0; j < N && k == G_N_ELEMENTS(odd); j++)
                raw[j] += (float)noise((uint32_t)j, 15);
            struct frame f = {.dtype = FRIT_F32, .raw = raw, .valid_from = -1e6,
                              .valid_to = k > G_N_ELEMENTS(odd) ? 200 : 1e6,
                              .variance = k % 2 ? VARIANCE_GAIN : VARIANCE_COUNTS, .gain = 0.3,
                              .read_noise = 4, .dark = it.dark, .dark_variance = it.dark_variance,
                              .dark_scale = 1};
            compare(&it, &r, &f, &rules[k % G_N_ELEMENTS(rules)]);
        }
        g_free(raw);
        robust_clear(&r);
        integrator_clear(&it);
    }
    g_assert_cmpfloat(found.value, <, 1e-6);
    g_assert_cmpfloat(found.sigma, <, 1e-6);
}

/* Rings that nothing can be guessed of from the ring before: each at a level of its own, some with so many
 * outliers that the mean lies between them and the others. */
static void test_levels(void)
{
    static const frit_dtype type[] = {FRIT_U16, FRIT_I16, FRIT_F32};
    for (size_t i = 0; i < G_N_ELEMENTS(settings); i++) {
        struct integrator it;
        struct robust r;
        make(&it, &r, &settings[i], -1);
        for (size_t t = 0; t < G_N_ELEMENTS(type); t++) {
            void *raw = image(type[t], settings[i].dark);
            for (uint32_t k = 0; k < N; k++) {
                uint32_t ring = it.first[k] < 0 ? 0 : (uint32_t)it.first[k];
                double up = floor(9000 * noise(ring, 12)) + (noise(k, 13) < 0.3 * noise(ring, 14) ? 5000 : 0);
                switch (type[t]) {
                case FRIT_U16: ((uint16_t *)raw)[k] += (uint16_t)up; break;
                case FRIT_I16: ((int16_t *)raw)[k] -= (int16_t)up; break;
                default: ((float *)raw)[k] += (float)up; break;
                }
            }
            for (size_t k = 0; k < 3; k++) {
                struct frame f = {.dtype = type[t], .raw = raw, .valid_from = -1e6, .valid_to = 1e6,
                                  .variance = k == 1 ? VARIANCE_AZIMUTHAL : VARIANCE_COUNTS,
                                  .dark = it.dark, .dark_variance = it.dark_variance, .dark_scale = 1};
                compare(&it, &r, &f, &rules[k]);
            }
            g_free(raw);
        }
        robust_clear(&r);
        integrator_clear(&it);
    }
    g_assert_cmpfloat(found.value, <, 1e-6);
    g_assert_cmpfloat(found.sigma, <, 1e-6);
}

/* A pixel that is masked on one ring changes no bit on another. */
static void test_elsewhere(void)
{
    struct integrator it, other;
    struct robust r, s;
    make(&it, &r, &settings[0], -1);
    size_t pixel = 200 * COLS + 50;
    while (it.first[pixel] < 0)
        pixel++;
    size_t ring = (size_t)it.first[pixel];
    make(&other, &s, &settings[0], (long)pixel);
    void *raw = image(FRIT_U16, true);
    struct frame f = {.dtype = FRIT_U16,
                      .raw = raw,
                      .valid_from = -1e6,
                      .valid_to = 1e6,
                      .variance = VARIANCE_COUNTS,
                      .dark = it.dark,
                      .dark_variance = it.dark_variance,
                      .dark_scale = 1};
    for (size_t k = 0; k < G_N_ELEMENTS(rules); k++) {
        struct robust_result a = run(&r, &f, &rules[k], KERNEL_BEST, false), b = run(&s, &f, &rules[k], KERNEL_BEST, true);
        for (size_t i = 0; i < r.n_rings; i++)
            if (i != ring)
                g_assert_true(a.value[i] == b.value[i] && a.sigma[i] == b.sigma[i] && a.norm[i] == b.norm[i]);
        g_assert_cmpfloat(a.pixels[ring] + a.rejected[ring], ==, b.pixels[ring] + b.rejected[ring] + 1);
        g_free(a.value);
        g_free(b.value);
    }
    g_free(raw);
    robust_clear(&r);
    robust_clear(&s);
    integrator_clear(&it);
    integrator_clear(&other);
}

/* Standard errors of order statistics: sqrt(pi/2) for the median; Stigler's for trimmed means, whose 10 %
 * on either side has the efficiency 0.943 of the tables; no trimming, none lost.  Of quartiles
 * sqrt(3)/4/phi(0.67449). */
static void test_factors(void)
{
    g_assert_cmpfloat(fabs(robust_factor(0.5, 0.5) - sqrt(PI / 2)), <, 1e-14);
    g_assert_cmpfloat(fabs(robust_factor(0.25, 0.25) - sqrt(3) / 4 / 0.3177765727), <, 1e-8);
    g_assert_cmpfloat(fabs(robust_factor(0.75, 0.75) - robust_factor(0.25, 0.25)), <, 1e-12);
    g_assert_cmpfloat(fabs(robust_factor(0, 1) - 1), <, 1e-14);
    g_assert_cmpfloat(fabs(1 / pow(robust_factor(0.1, 0.9), 2) - 0.943), <, 5e-4);
    g_assert_cmpfloat(fabs(robust_factor(0.499, 0.501) / sqrt(PI / 2) - 1), <, 2e-3);
    g_assert_cmpfloat(fabs(robust_factor(0.2, 1) - robust_factor(0, 0.8)), <, 1e-12);
}

int main(int argc, char **argv)
{
    tap_init(&argc, &argv);
    g_test_add_func("/azimuthal/robust/plain", test_plain);
    g_test_add_func("/azimuthal/robust/limits", test_limits);
    g_test_add_func("/azimuthal/robust/whole", test_whole);
    g_test_add_func("/azimuthal/robust/levels", test_levels);
    g_test_add_func("/azimuthal/robust/elsewhere", test_elsewhere);
    g_test_add_func("/azimuthal/robust/factors", test_factors);
    return g_test_run();
}
