/* How the integration matrix is made: every splitting against the plain loop over pixels, pseudo splitting
 * against pyFAI; the same bits from any number of threads and from every set of instructions; and a matrix as
 * words, whole and damaged.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "azimuthal/matrix_data.h"
#include "azimuthal/setup.h"
#include "shared/absorbed.h"
#include "azimuthal.h"
#include "azimuthal_tiles.h"

#include <float.h>
#include <stdlib.h>

/* Bins finer and coarser than a pixel. */
static const struct setting cases[] = {
    {SPLIT_NO, RADIAL_Q, 400, NAN, NAN, true, false, 3},
    {SPLIT_BBOX, RADIAL_Q, 200, NAN, NAN, false, false, 2},
    {SPLIT_BBOX, RADIAL_TWO_THETA, 250, 1, 9, false, true, 4},
    {SPLIT_FULL, RADIAL_Q, 200, 0.9, 7, true, false, 1},
    {SPLIT_FULL, RADIAL_Q, 480, NAN, NAN, false, true, 3},
    {SPLIT_PSEUDO, RADIAL_Q, 200, NAN, NAN, false, false, 3},
    {SPLIT_PSEUDO, RADIAL_Q, 300, 1, 8, true, false, 2},
    {SPLIT_PSEUDO, RADIAL_TWO_THETA, 120, NAN, NAN, false, true, 1},
};

/* As a host might: the blocks in reverse, dealt to three workers. */
static void backwards(void *with, size_t n, void (*work)(void *data, size_t i, uint32_t worker), void *data)
{
    (void)with;
    for (size_t i = n; i-- > 0;)
        work(data, i, (uint32_t)(i * 7 % 3));
}

/* Memory that is never empty, and another one each time. */
struct room {
    uint64_t *words;
    size_t n;
};

static uint64_t *other_room(void *with, size_t n)
{
    struct room *r = with;
    uint64_t *words = g_new(uint64_t, n);
    memset(words, 0xa5, n * sizeof *words);
    if (r->n > 0)
        memcpy(words, r->words, MIN(n, r->n) * sizeof *words);
    g_free(r->words);
    *r = (struct room){words, n};
    return words;
}

static void make_in(struct room *room, struct integrator *it, const struct setting *s, maker *make, bool threads,
                    int kernel)
{
    struct panel *p = panel_new(s);
    double *flat = g_new(double, N), *dark = s->dark ? malloc(N * sizeof *dark) : NULL;
    for (size_t i = 0; i < N; i++) {
        flat[i] = i % 997 == 0 ? 0 : 1 + 1e-3 * (double)(i % 10);
        if (dark)
            dark[i] = i % 1999 == 0 ? NAN : 20 + (double)(i % 7);
    }
    p->correction.polarization_azimuth = 0.1;
    p->input.flat = (struct lent_image){FRIT_F64, flat, NULL};
    p->input.dark = dark;
    p->input.parallel = threads ? backwards : NULL;
    p->input.workers = 3;
    p->input.kernel = kernel;
    p->input.room = room ? other_room : NULL;
    p->input.room_with = room;
    g_assert_cmpint(make(it, &p->input), ==, INTEGRATOR_OK);
    g_free(p), g_free(flat);
}

static void make_with(struct integrator *it, const struct setting *s, maker *make, bool threads, int kernel)
{
    make_in(NULL, it, s, make, threads, kernel);
}

/* A weight is rounded to 0.75e-8 of a pixel, and some 500 pixels share a bin. */
static void test_against_plain(void)
{
    double most = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct integrator plain, tiled;
        make_with(&plain, &cases[i], integrator_make, false, KERNEL_BEST);
        make_with(&tiled, &cases[i], matrix_batch_make, false, KERNEL_BEST);
        g_assert_nonnull(tiled.matrix);
        g_assert_cmpuint(plain.n_used, ==, tiled.n_used);
        g_assert_cmpuint(plain.n_shared, ==, tiled.n_shared);
        g_assert_true(plain.from == tiled.from && plain.width == tiled.width);
        for (size_t b = 0; b < plain.npt; b++) {
            most = fmax(most, fabs(plain.bin_pixels[b] - tiled.bin_pixels[b]));
            most = fmax(most, fabs(plain.bin_norm[b] - tiled.bin_norm[b]));
        }
        for (size_t p = 0; p < N; p++)
            if (plain.first[p] >= 0)
                g_assert_cmpfloat(tiled.norm[p], ==, plain.norm[p]);
        integrator_clear(&plain);
        integrator_clear(&tiled);
    }
    g_test_message(
        "figure: matrix made for many pixels at once against pixel by pixel, pixels and norm of a bin: "
        "largest difference %.1e (at most 4e-6)",
        most);
    g_assert_cmpfloat(most, <, 500 * 0.75e-8);
}

/* What pyFAI gives for single pixels.  It raises the upper end of the 12 bins by one part in 2^23, and keeps
 * positions in single or double precision: an edge is known to 12/2^23 of a bin, a share is the difference of
 * two, over the width of the pixel. */
static void test_pseudo(void)
{
    char *path = test_file("data/pseudo_split.csv");
    struct table t = read_table(path);
    struct shares s = {.size = 0};
    double most = 0;
    g_assert_cmpuint(t.rows, ==, 39);
    g_assert_cmpuint(t.cols, ==, 20);
    for (size_t i = 0; i < t.rows; i++) {
        struct outline o = {.beam = -1e9};
        double lo = INFINITY, hi = -INFINITY, sum = 0;
        for (size_t k = 0; k < 4; k++) {
            o.bin[k] = cell(&t, i, k);
            o.chi[k] = cell(&t, i, 4 + k);
            lo = fmin(lo, o.bin[k]), hi = fmax(hi, o.bin[k]);
        }
        g_assert_true(split_pseudo(&o, 12, &s));
        for (long b = 0; b < 12; b++) {
            double share = b >= s.first && b < s.first + (long)s.n ? s.share[b - s.first] : 0;
            most = fmax(most, fabs(share - cell(&t, i, 8 + (size_t)b)) * 0.65 * (hi - lo));
            sum += share;
        }
        g_assert_cmpfloat(fabs(sum - 1), <, 1e-14);
    }
    g_test_message(
        "figure: pseudo splitting of single pixels against pyFAI, shares in bins: largest difference %.1e "
        "(at most 3e-6)",
        most);
    g_assert_cmpfloat(most, <, 2 * 12 * 0x1p-23);
    free(s.share);
    g_array_free(t.v, TRUE);
    g_free(path);
}

/* A square of radius and azimuth is itself; turned by an eighth it is half of its box. */
static void test_pseudo_closed(void)
{
    struct shares s = {.size = 0};
    struct outline square = {{1.25, 1.25, 3.25, 3.25}, {0, 0.1, 0.1, 0}, -9};
    g_assert_true(split_pseudo(&square, 9, &s));
    g_assert_true(s.first == 1 && s.n == 3);
    g_assert_cmpfloat(fabs(s.share[0] - 0.375), <, 1e-15);
    g_assert_cmpfloat(fabs(s.share[1] - 0.5), <, 1e-15);
    struct outline diamond = {{2, 4, 6, 4}, {0, 0.1, 0, -0.1}, -9};
    g_assert_true(split_pseudo(&diamond, 9, &s));
    /* 4 -+ sqrt(1/2) 2 */
    g_assert_true(s.first == 2 && s.n == 4);
    g_assert_cmpfloat(fabs(s.share[0] - (3 - (4 - sqrt(2))) / sqrt(8)), <, 1e-15);
    g_assert_cmpfloat(fabs(s.share[1] - 1 / sqrt(8)), <, 1e-15);
    free(s.share);
}

static const struct matrix_facts facts = {RADIAL_Q, SPLIT_FULL, true, 1.173e-11};
static const struct integrator_input plainly;

static uint64_t *words_of(struct integrator *it, size_t *n)
{
    const uint64_t *words = matrix_data(it, &facts, n);
    return g_memdup2(words, *n * sizeof *words);
}

/* Whoever makes it, and wherever. */
static void test_same_bits(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct integrator first;
        struct room room = {NULL, 0};
        size_t n, m;
        make_with(&first, &cases[i], matrix_batch_make, false, KERNEL_PORTABLE);
        uint64_t *words = words_of(&first, &n);
        for (int k = KERNEL_BEST; k < N_KERNELS; k++) {
            if (!kernel_available((enum kernel)k))
                continue;
            struct integrator it;
            make_in(&room, &it, &cases[i], matrix_batch_make, k != KERNEL_PORTABLE, k);
            uint64_t *others = words_of(&it, &m);
            g_assert_cmpmem(words, n * 8, others, m * 8);
            g_assert_cmpuint(room.n, ==, n);
            g_assert_cmpmem(first.bin_norm, first.npt * 8, it.bin_norm, it.npt * 8);
            if (cases[i].dark)
                g_assert_cmpmem(first.matrix->sums.dark, 8 * first.matrix->n_tile_sums, it.matrix->sums.dark,
                                8 * it.matrix->n_tile_sums);
            g_free(others);
            integrator_clear(&it);
        }
        g_free(room.words);
        g_free(words);
        integrator_clear(&first);
    }
}

/* What a layer absorbs against the C library: up to five roundings, of 1.1e-16 each. */
static void test_absorbed(void)
{
    double most = 0;
    for (double y = 1e-13; y < 900; y *= 1.0007)
        most = fmax(most, fabs(absorbed(y) / -expm1(-y) - 1));
    g_test_message("figure: absorption of a layer for many pixels at once against the C library, relative: "
                   "%.1e (at most 5.6e-16)", most);
    g_assert_cmpfloat(most, <, 5 * 1.1102e-16 + 1e-18);
    g_assert_true(absorbed(0) == 0 && absorbed(INFINITY) == 1);
    g_assert_true(converter_efficiency(0.5, 1) == 2 && converter_efficiency(0.5, 0) == 1);
}

/* Totals that are made tile by tile against a plain loop over all shares, in long double: norm and what its
 * rounding left out are good for 1e-30, so long double's 5e-20 a term is what remains; squares are summed in
 * double. */
static void test_totals(void)
{
    double most_norm = 0, most_square = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct integrator it;
        make_with(&it, &cases[i], matrix_batch_make, true, KERNEL_BEST);
        const struct matrix *m = it.matrix;
        long double *norm = g_new0(long double, m->n_sums), *square = g_new0(long double, m->n_sums);
        uint32_t *count = g_new0(uint32_t, m->n_sums);
        for (size_t k = 0; k < m->n_tiles; k++) {
            const struct tile *t = m->tiles + k;
            const struct run *run = m->runs + t->run;
            for (size_t e = 0, left = t->n ? run->n : 0; e < t->n; e++, left--) {
                if (left == 0)
                    left = (++run)->n;
                uint32_t w[WINDOW_MAX];
                unsigned at = matrix_entry(m, t, e, w);
                size_t pixel = (t->row + at / m->tile_cols) * m->cols + t->col + at % m->tile_cols;
                for (size_t j = 0; j < t->window; j++) {
                    double share = w[j] * (1.0 / WEIGHT_ONE), x = share * it.norm[pixel];
                    norm[(size_t)run->bin + j] += x;
                    square[(size_t)run->bin + j] += share * share;
                    count[(size_t)run->bin + j] += share != 0;
                }
            }
        }
        for (size_t k = 0; k < m->wide_from[m->n_blocks]; k++)
            for (size_t j = 0; j < m->wide[k].n; j++) {
                double share = m->share[m->wide[k].share + j], x = share * it.norm[m->wide[k].pixel];
                norm[m->wide[k].bin + j] += x;
                square[m->wide[k].bin + j] += share * share;
                count[m->wide[k].bin + j] += share != 0;
            }
        for (size_t k = 0; k < m->n_sums; k++) {
            g_assert_cmpuint(m->totals.count[k], ==, count[k]);
            long double sum = (long double)m->totals.high[k] + m->totals.low[k];
            if (count[k] == 0) {
                g_assert_true(sum == 0 && m->totals.square[k] == 0);
                continue;
            }
            double off = (double)fabsl(sum / norm[k] - 1) / count[k];
            if (m->whole) /* summed as plain double, in the order of the image */
                g_assert_cmpfloat(off, <, 1.2e-16);
            else
                most_norm = fmax(most_norm, off);
            most_square = fmax(most_square, (double)fabsl(m->totals.square[k] / square[k] - 1) / count[k]);
        }
        g_free(norm), g_free(square), g_free(count);
        integrator_clear(&it);
    }
    g_test_message("figure: totals of bins against a plain loop, norm and squares: relative difference a share "
                   "%.1e and %.1e (at most 5.5e-20 and 1.2e-16)", most_norm, most_square);
    g_assert_cmpfloat(most_norm, <, LDBL_EPSILON == 0x1p-63L ? 5.5e-20 : 1.2e-16);
    g_assert_cmpfloat(most_square, <, 1.2e-16);
}

/* Sums of the dark's tiles have the bits of the plain ones, in every set of instructions. */
static void test_dark(void)
{
    for (int k = KERNEL_BEST; k < N_KERNELS; k++) {
        for (size_t i = 0; i < G_N_ELEMENTS(cases) && kernel_available((enum kernel)k); i++) {
            struct integrator it;
            if (!cases[i].dark)
                continue;
            make_with(&it, &cases[i], matrix_batch_make, true, k);
            const struct matrix *m = it.matrix;
            double *value = g_new(double, TILE_MAX), *sum = g_new(double, m->n_sums),
                   *into = g_new(double, m->n_sums);
            for (size_t n = 0; n < m->n_tiles; n++) {
                const struct tile *t = m->tiles + n;
                for (size_t r = 0; r < t->rows; r++)
                    memcpy(value + r * m->tile_cols, it.dark + (t->row + r) * m->cols + t->col,
                           t->cols * sizeof *value);
                memset(sum, 0, t->n_bins * sizeof *sum);
                matrix_tile_sum(m, t, value, sum);
                g_assert_cmpmem(sum, t->n_bins * 8, m->sums.dark + t->sums, t->n_bins * 8);
                memset(sum, 0, t->n_bins * sizeof *sum);
                memset(into, 0, t->n_bins * sizeof *into);
                matrix_tile_sum_squared(m, t, value, sum);
                setup_kernels_of((enum kernel)k)->dark(m, t, value, true, into);
                g_assert_cmpmem(sum, t->n_bins * 8, into, t->n_bins * 8);
            }
            g_free(value), g_free(sum), g_free(into);
            integrator_clear(&it);
        }
    }
}

static void sum_frame(const struct integrator *it, const float *raw, struct sums *s)
{
    const struct matrix *m = it->matrix;
    struct frame f = {.dtype = FRIT_F32,
                      .raw = raw,
                      .valid_from = -1e300,
                      .valid_to = 1e300,
                      .variance = VARIANCE_COUNTS,
                      .dark_scale = 1};
    struct matrix_work w = {g_new(double, matrix_sums(m)), g_new(bool, m->n_tiles), g_new(bool, m->n_blocks),
                            aligned_alloc(64, matrix_scratch(m) * sizeof(double))};
    *s = new_sums(it->npt);
    matrix_add(it, &f, KERNEL_BEST, &w, s);
    g_free(w.sums), g_free(w.missing), g_free(w.incomplete), free(w.scratch);
}

static float *image_with_gaps(void)
{
    float *raw = g_new(float, N);
    for (size_t i = 0; i < N; i++)
        raw[i] = i % 5003 == 9 ? NAN : (float)(100 + i * 7919 % 251);
    return raw;
}

/* Read back it is the same integrator, and sums frames to the same bits. */
static void test_words(void)
{
    float *raw = image_with_gaps();
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct integrator it, again;
        struct matrix_facts read;
        struct sums a, b;
        const char *why;
        size_t n;
        make_with(&it, &cases[i], matrix_batch_make, false, KERNEL_BEST);
        sum_frame(&it, raw, &a);
        gsize bytes = it.matrix->n_sums * (3 * sizeof(double) + sizeof(uint32_t));
        void *totals = g_memdup2(it.matrix->totals.high, bytes);
        uint64_t *words = words_of(&it, &n);
        g_assert_true(matrix_data_read(words, n, &plainly, &again, &read, &why));
        g_assert_true(read.unit == facts.unit && read.split == facts.split &&
                      read.wavelength == facts.wavelength);
        g_assert_true(it.from == again.from && it.width == again.width && it.n_used == again.n_used);
        g_assert_cmpmem(it.bin_norm, it.npt * 8, again.bin_norm, again.npt * 8);
        g_assert_cmpmem(it.bin_pixels, it.npt * 8, again.bin_pixels, again.npt * 8);
        g_assert_cmpmem(totals, bytes, again.matrix->totals.high, bytes);
        g_free(totals);
        sum_frame(&again, raw, &b);
        g_assert_cmpmem(a.signal, it.npt * 32, b.signal, again.npt * 32);
        g_free(a.signal), g_free(b.signal), g_free(words);
        integrator_clear(&it);
        integrator_clear(&again);
    }
    g_free(raw);
}

/* One number of it is another: it is refused with a sentence, or sums a frame to something. */
static void test_damaged_words(void)
{
    float *raw = image_with_gaps();
    GRand *random = g_rand_new_with_seed(7);
    size_t refused_ones = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i += 2) {
        struct integrator it, again;
        struct matrix_facts read;
        struct sums s;
        const char *why;
        size_t n;
        make_with(&it, &cases[i], matrix_batch_make, false, KERNEL_BEST);
        uint64_t *words = words_of(&it, &n);
        for (int k = 0; k < 300; k++) {
            size_t at = k < 200 ? (size_t)g_rand_int_range(random, 0, k < 100 ? 40 : 4000)
                                : (size_t)g_rand_int_range(random, 0, (gint32)n);
            uint64_t was = words[at], other = g_rand_int(random);
            words[at] = k % 3 == 0   ? was ^ (uint64_t)1 << (other & 63)
                        : k % 3 == 1 ? other
                                     : other << 32 | other;
            if (matrix_data_read(words, n, &plainly, &again, &read, &why)) {
                sum_frame(&again, raw, &s);
                g_free(s.signal);
            } else {
                g_assert_nonnull(why);
                refused_ones++;
            }
            integrator_clear(&again);
            words[at] = was;
        }
        g_assert_false(matrix_data_read(words, n - 8, &plainly, &again, &read, &why));
        integrator_clear(&again);
        g_assert_false(matrix_data_read(words, 3, &plainly, &again, &read, &why));
        integrator_clear(&again);
        g_free(words);
        integrator_clear(&it);
    }
    g_assert_cmpuint(refused_ones, >, 100);
    g_rand_free(random);
    g_free(raw);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/azimuthal/setup/against-plain", test_against_plain);
    g_test_add_func("/azimuthal/setup/pseudo", test_pseudo);
    g_test_add_func("/azimuthal/setup/pseudo-closed", test_pseudo_closed);
    g_test_add_func("/azimuthal/setup/same-bits", test_same_bits);
    g_test_add_func("/azimuthal/setup/absorbed", test_absorbed);
    g_test_add_func("/azimuthal/setup/totals", test_totals);
    g_test_add_func("/azimuthal/setup/dark", test_dark);
    g_test_add_func("/azimuthal/setup/words", test_words);
    g_test_add_func("/azimuthal/setup/damaged-words", test_damaged_words);
    return g_test_run();
}
