/* memory: how fast memory is read, in the manner of STREAM (J. D. McCalpin, IEEE TCCA Newsletter, Dec. 1995),
 * but without stores: an array that no cache holds is summed.
 *     memory THREADS       prints GB/s, the median of PASSES passes
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PASSES = 9, MOST = 64 };

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

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    const int threads = argc == 2 ? atoi(argv[1]) : 0;
    if (threads < 1 || threads > MOST)
        return 2;
    const size_t n = BYTES / sizeof(lanes);
    lanes *v = aligned_alloc(64, BYTES);
    if (!v)
        return 1;
    memset(v, 1, BYTES);
    pthread_barrier_t gate;
    pthread_barrier_init(&gate, NULL, (unsigned)threads + 1);
    struct part part[MOST];
    pthread_t thread[MOST];
    for (int t = 0; t < threads; t++) {
        const size_t from = n * (size_t)t / (size_t)threads, to = n * ((size_t)t + 1) / (size_t)threads;
        part[t] = (struct part){v + from, to - from, 0, &gate};
        pthread_create(&thread[t], NULL, work, &part[t]);
    }
    double rate[PASSES];
    for (int pass = 0; pass < PASSES; pass++) {
        pthread_barrier_wait(&gate);
        const double start = now();
        pthread_barrier_wait(&gate);
        rate[pass] = 1e-9 * (double)BYTES / (now() - start);
    }
    uint64_t sum = 0;
    for (int t = 0; t < threads; t++) {
        pthread_join(thread[t], NULL);
        sum += part[t].sum;
    }
    qsort(rate, PASSES, sizeof *rate, by_size);
    printf("%.2f %llu\n", rate[PASSES / 2], (unsigned long long)sum);
    return 0;
}
