/* bandwidth: how fast memory is read, in the manner of STREAM (J. D. McCalpin, IEEE TCCA Newsletter, Dec.
 * 1995), but without stores: an array that no cache holds is summed.
 *     bandwidth THREADS      prints GB/s, the median of PASSES passes
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "threads.h"
#include "watch.h"

#include <stdint.h>
#include <string.h>

enum { PASSES = 9 };

/* 1 GB in all: four times the largest last-level caches. */
#define BYTES ((size_t)1 << 30)

typedef uint64_t lanes __attribute__((vector_size(64)));

struct part {
    const lanes *from;
    size_t       n;
    uint64_t     sum;
    pthread_barrier_t *gate;
};

static uint64_t sum_of(const lanes *v, size_t n)
{
    lanes sum[8] = {{0}}, all = {0};
    for (size_t i = 0; i + 8 <= n; i += 8)
        for (int k = 0; k < 8; k++)
            sum[k] += v[i + (size_t)k];
    for (int k = 0; k < 8; k++)
        all += sum[k];
    return all[0] + all[1] + all[2] + all[3] + all[4] + all[5] + all[6] + all[7];
}

static void *work(void *data)
{
    struct part *p = data;
    for (int pass = 0; pass < PASSES; pass++) {
        pthread_barrier_wait(p->gate);
        p->sum += sum_of(p->from, p->n);
        pthread_barrier_wait(p->gate);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    const size_t threads = thread_count(argv[1]);
    const size_t n = BYTES / sizeof(lanes);
    lanes *v = aligned_alloc(64, BYTES);
    if (!v)
        return 1;
    memset(v, 1, BYTES);
    pthread_barrier_t gate;
    pthread_barrier_init(&gate, NULL, (unsigned)threads + 1);
    struct part part[MOST_THREADS];
    pthread_t thread[MOST_THREADS];
    for (size_t t = 0; t < threads; t++) {
        const size_t from = n * t / threads, to = n * (t + 1) / threads;
        part[t] = (struct part){v + from, to - from, 0, &gate};
        pthread_create(&thread[t], NULL, work, &part[t]);
    }
    double rate[PASSES];
    for (int pass = 0; pass < PASSES; pass++) {
        pthread_barrier_wait(&gate);
        const double start = clocks().wall;
        pthread_barrier_wait(&gate);
        rate[pass] = 1e-6 * (double)BYTES / (clocks().wall - start);
    }
    uint64_t sum = 0;
    for (size_t t = 0; t < threads; t++) {
        pthread_join(thread[t], NULL);
        sum += part[t].sum;
    }
    printf("%.2f %llu\n", median(rate, PASSES), (unsigned long long)sum);
    return 0;
}
