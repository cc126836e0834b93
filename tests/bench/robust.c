/* Times averages over rings of frames that lie in memory, for robust.py: no files, no graph.
 *   robust STAGE TYPE N THREADS FRAMES [CURVE]
 * STAGE: set-up, noise, spread (what clipping goes by), median; TYPE: u16, f32.
 * FRAMES holds frames of 2048 x 2048, one after the other.  Prints CPU and wall time a frame (or set-up) in
 * ms; the first frame's curve goes to CURVE.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "azimuthal/robust.h"
#include "pages.h"
#include "panel.h"
#include "threads.h"
#include "watch.h"

#include <string.h>

static bool make(struct integrator *it, struct robust *r)
{
    return panel_make(it, SPLIT_NO, integrator_make) == INTEGRATOR_OK && robust_make(r, it, SIDE);
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
    size_t size = panel_bytes(f32), many = 0;
    void *image[8];
    FILE *file = fopen(path, "rb");
    for (; many < 8; many++) {
        image[many] = malloc(size);
        large_pages(image[many], size);
        if (fread(image[many], 1, size, file) != size)
            break;
    }
    fclose(file);
    struct frame f = panel_frame(image[0], f32);
    double *out = calloc(5 * NPT, sizeof *out);
    struct robust_job job = {.rings = r, .frame = &f, .rule = rule, .kernels = robust_kernels_of(KERNEL_BEST),
                             .result = {out, out + NPT, out + 2 * NPT, out + 3 * NPT, out + 4 * NPT},
                             .memory = aligned_alloc(64, threads * robust_memory(r, &f) * sizeof(float))};
    struct thread t[MOST_THREADS];
    for (uint32_t k = 0; k < threads; k++)
        t[k] = (struct thread){&job, k, threads};
    struct took start = clocks();
    for (size_t i = 0; i < n + 2; i++) {
        if (i == 2)
            start = clocks();
        f.raw = image[i % many];
        on_threads(threads, blocks, t, sizeof *t);
        if (i == 0 && curve) {
            file = fopen(curve, "wb");
            fwrite(out, sizeof *out, 5 * NPT, file);
            fclose(file);
        }
    }
    took_print(since(start, n), 0);
}

int main(int argc, char **argv)
{
    if (argc < 6)
        return 1;
    bool f32 = strcmp(argv[2], "f32") == 0;
    size_t n = strtoul(argv[3], NULL, 10), threads = thread_count(argv[4]);
    struct integrator it;
    struct robust r;
    if (strcmp(argv[1], "set-up") == 0) {
        const struct took start = clocks();
        for (size_t i = 0; i < n; i++) {
            if (!make(&it, &r))
                return 1;
            integrator_clear(&it);
            robust_clear(&r);
        }
        took_print(since(start, n), 0);
        return 0;
    }
    struct robust_rule rule = {.method = ROBUST_CLIP, .threshold = 5, .iterations = 5, .divisor = 1,
                               .from = 0.5, .to = 0.5, .factor = robust_factor(0.5, 0.5)};
    if (strcmp(argv[1], "median") == 0)
        rule.method = ROBUST_QUANTILE;
    rule.by_spread = strcmp(argv[1], "spread") == 0;
    if (!make(&it, &r))
        return 1;
    frames(&r, &rule, f32, n, (uint32_t)threads, argv[5], argc > 6 ? argv[6] : NULL);
    return 0;
}
