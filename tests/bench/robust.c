/* Times averages over rings of frames that lie in memory, for tests/bench/robust_bench.py: no files, no
 * graph.
 *   robust STAGE TYPE N THREADS FRAMES [CURVE]
 * STAGE: set-up, noise, spread (what clipping goes by), median; TYPE: u16, f32.
 * FRAMES holds frames of 2048 x 2048, one after the other.  Prints CPU and wall time a frame (or set-up) in
 * ms; the first frame's curve goes to CURVE.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "azimuthal/robust.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define SIDE 2048
#define N    ((size_t)SIDE * SIDE)
#define NPT  2000

static double cpu(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)u.ru_utime.tv_sec + (double)u.ru_stime.tv_sec +
           1e-6 * (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static double wall(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* The panel that robust_bench.py gives to pyFAI; 1.7 % of it are gaps. */
static bool make(struct integrator *it, struct robust *r)
{
    struct geometry g = {.dist = 0.35, .poni1 = 0.21, .poni2 = 0.2, .rot1 = 0.005, .wavelength = 1.173e-11,
                         .pixel1 = 2e-4, .pixel2 = 2e-4, .orientation = 3, .rows = SIDE, .cols = SIDE};
    struct correction k = {.solid_angle = 1, .polarization_factor = NAN, .converter_transmission = NAN};
    geometry_turn(&g);
    uint8_t *skip = malloc(N);
    for (size_t i = 0; i < N; i++)
        skip[i] = i / SIDE % 300 < 5;
    struct integrator_input in = {.geometry = &g, .correction = &k, .unit = RADIAL_Q, .split = SPLIT_NO,
                                  .npt = NPT, .from = NAN, .to = NAN, .n_azim = 1, .azimuth_from = NAN,
                                  .azimuth_to = NAN, .skip = skip};
    enum integrator_status status = integrator_make(it, &in);
    free(skip);
    return status == INTEGRATOR_OK && robust_make(r, it, SIDE);
}

struct thread {
    const struct robust_job *job;
    uint32_t number, of;
};

static void *blocks(void *data)
{
    struct thread *t = data;
    for (size_t b = t->number; b < t->job->rings->n_blocks; b += t->of)
        robust_block(t->job, b, t->number);
    return NULL;
}

static void frames(const struct robust *r, const struct robust_rule *rule, bool f32, size_t n,
                   uint32_t threads, const char *path, const char *curve)
{
    size_t size = N * (f32 ? 4 : 2), many = 0;
    void *image[8];
    FILE *file = fopen(path, "rb");
    for (; many < 8; many++) {
        image[many] = malloc(size);
        if (fread(image[many], 1, size, file) != size)
            break;
    }
    fclose(file);
    struct frame f = {.dtype = f32 ? FRIT_F32 : FRIT_U16,
                      .raw = image[0],
                      .valid_from = -1e300,
                      .valid_to = 1e300,
                      .variance = VARIANCE_COUNTS,
                      .dark_scale = 1};
    double *out = calloc(5 * NPT, sizeof *out);
    struct robust_job job = {.rings = r, .frame = &f, .rule = rule, .kernels = robust_kernels_of(KERNEL_BEST),
                             .result = {out, out + NPT, out + 2 * NPT, out + 3 * NPT, out + 4 * NPT},
                             .memory = aligned_alloc(64, threads * robust_memory(r, &f) * sizeof(float))};
    struct thread t[16];
    pthread_t id[16];
    double c = 0, w = 0;
    for (size_t i = 0; i < n + 2; i++) {
        if (i == 2)
            c = cpu(), w = wall();
        f.raw = image[i % many];
        for (uint32_t k = 0; k < threads; k++)
            t[k] = (struct thread){&job, k, threads};
        for (uint32_t k = 1; k < threads; k++)
            pthread_create(&id[k], NULL, blocks, &t[k]);
        blocks(&t[0]);
        for (uint32_t k = 1; k < threads; k++)
            pthread_join(id[k], NULL);
        if (i == 0 && curve) {
            file = fopen(curve, "wb");
            fwrite(out, sizeof *out, 5 * NPT, file);
            fclose(file);
        }
    }
    printf("%.4f %.4f\n", 1e3 * (cpu() - c) / (double)n, 1e3 * (wall() - w) / (double)n);
}

int main(int argc, char **argv)
{
    if (argc < 6)
        return 1;
    bool f32 = strcmp(argv[2], "f32") == 0;
    size_t n = strtoul(argv[3], NULL, 10), threads = strtoul(argv[4], NULL, 10);
    struct integrator it;
    struct robust r;
    if (strcmp(argv[1], "set-up") == 0) {
        double c = cpu(), w = wall();
        for (size_t i = 0; i < n; i++) {
            if (!make(&it, &r))
                return 1;
            integrator_clear(&it);
            robust_clear(&r);
        }
        printf("%.4f %.4f\n", 1e3 * (cpu() - c) / (double)n, 1e3 * (wall() - w) / (double)n);
        return 0;
    }
    struct robust_rule rule = {.method = ROBUST_CLIP, .threshold = 5, .iterations = 5, .divisor = 1,
                               .from = 0.5, .to = 0.5, .factor = robust_factor(0.5, 0.5)};
    if (strcmp(argv[1], "median") == 0)
        rule.method = ROBUST_QUANTILE;
    rule.by_spread = strcmp(argv[1], "spread") == 0;
    if (!make(&it, &r))
        return 1;
    if (threads > 16)
        threads = 16;
    frames(&r, &rule, f32, n, (uint32_t)threads, argv[5], argc > 6 ? argv[6] : NULL);
    return 0;
}
