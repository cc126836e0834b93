/* frames: many detector frames as TIFF, of a few noise-free ones that lie along a ramp, plus counts.
 *     frames BASE SIZE K FOLDER FIRST N GAIN READ_NOISE PEDESTAL
 * BASE: K frames of SIZE x SIZE float.  FOLDER/frame_00001.tif and so on: N frames from number FIRST on, as
 * uint16 in strips of 16 rows, interpolated between the two of BASE that are next to each.  Noise is normal,
 * of variance gain max(value - pedestal, 1) + read_noise^2: a table of 65536 deviates, entered anew in each
 * row.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TABLE = 65536, ENTRIES = 10 };

static uint64_t state = UINT64_C(0x853c49e6748fea9b);

/* xorshift64*, Vigna, ACM Trans. Math. Softw. 42 (2016) 30. */
static uint64_t random64(void)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * UINT64_C(2685821657736338717);
}

/* By Box and Muller. */
static float *deviates(size_t columns)
{
    float *z = malloc((TABLE + columns) * sizeof *z);
    for (size_t i = 0; z && i < TABLE + columns; i += 2) {
        const double u = ((double)(random64() >> 11) + 0.5) * 0x1p-53;
        const double v = (double)(random64() >> 11) * 0x1p-53;
        const double r = sqrt(-2 * log(u));
        z[i] = (float)(r * cos(6.283185307179586 * v));
        if (i + 1 < TABLE + columns)
            z[i + 1] = (float)(r * sin(6.283185307179586 * v));
    }
    return z;
}

static void put(uint8_t *to, unsigned bytes, uint32_t x)
{
    for (unsigned i = 0; i < bytes; i++)
        to[i] = (uint8_t)(x >> 8 * i);
}

/* TIFF 6.0, little-endian: heading, directory, offsets and lengths of the strips; what it is long. */
static size_t heading(uint8_t *at, uint32_t size)
{
    const uint32_t directory = 8 + 2 + ENTRIES * 12 + 4, strips = size / 16;
    const uint32_t data = (directory + 8 * strips + 511) / 512 * 512, strip = 16 * 2 * size;
    const uint32_t entry[ENTRIES][4] = {
        {256, 4, 1, size}, {257, 4, 1, size}, {258, 3, 1, 16}, {259, 3, 1, 1}, {262, 3, 1, 1},
        {273, 4, strips, directory}, {277, 3, 1, 1}, {278, 4, 1, 16},
        {279, 4, strips, directory + 4 * strips}, {339, 3, 1, 1},
    };
    memset(at, 0, data);
    memcpy(at, "II*\0", 4);
    put(at + 4, 4, 8);
    put(at + 8, 2, ENTRIES);
    for (unsigned e = 0; e < ENTRIES; e++) {
        put(at + 10 + 12 * e, 2, entry[e][0]);
        put(at + 12 + 12 * e, 2, entry[e][1]);
        put(at + 14 + 12 * e, 4, entry[e][2]);
        put(at + 18 + 12 * e, 4, entry[e][3]);
    }
    for (uint32_t k = 0; k < strips; k++) {
        put(at + directory + 4 * k, 4, data + k * strip);
        put(at + directory + 4 * (strips + k), 4, strip);
    }
    return data;
}

struct detector {
    float gain, read_noise, pedestal;
};

static void row(uint16_t *to, const float *a, const float *b, float t, const float *z, size_t n,
                struct detector d)
{
    for (size_t i = 0; i < n; i++) {
        const float mean = a[i] + t * (b[i] - a[i]), counts = mean - d.pedestal;
        const float sigma = sqrtf(d.gain * (counts > 1 ? counts : 1) + d.read_noise * d.read_noise);
        const float x = mean + sigma * z[i] + 0.5f;
        to[i] = (uint16_t)(x < 0 ? 0 : x > 65535 ? 65535 : x);
    }
}

int main(int argc, char **argv)
{
    if (argc != 10)
        return 2;
    const size_t size = (size_t)atol(argv[2]), k = (size_t)atol(argv[3]), pixels = size * size;
    const long first = atol(argv[5]), n = atol(argv[6]);
    const struct detector d = {(float)atof(argv[7]), (float)atof(argv[8]), (float)atof(argv[9])};
    float *base = malloc(k * pixels * sizeof *base), *z = deviates(size);
    uint8_t *file = malloc(pixels * 2 + 65536 + size);
    FILE *f = fopen(argv[1], "rb");
    if (!f || !base || !z || !file || k < 1 || fread(base, sizeof *base, k * pixels, f) != k * pixels)
        return 1;
    fclose(f);
    const size_t data = heading(file, (uint32_t)size);
    for (long i = first; i < first + n; i++) {
        const double at = n > 1 ? (double)(i - first) / (double)(n - 1) * (double)(k - 1) : 0;
        const size_t j = (size_t)at < k - 1 ? (size_t)at : k - 1, next = j + 1 < k ? j + 1 : j;
        const float *a = base + j * pixels, *b = base + next * pixels, t = (float)(at - (double)j);
        for (size_t p = 0; p < pixels; p += size)
            row((uint16_t *)(file + data) + p, a + p, b + p, t, z + random64() % TABLE, size, d);
        char path[4096];
        snprintf(path, sizeof path, "%s/frame_%05ld.tif", argv[4], i);
        f = fopen(path, "wb");
        if (!f || fwrite(file, 1, data + 2 * pixels, f) != data + 2 * pixels || fclose(f) != 0)
            return 1;
    }
    return 0;
}
