/* Detector frames for the tests: TIFFs of 16-bit counts, rings about the middle, all distinct.
 *
 *   make_frames PREFIX COUNT ROWS COLUMNS SEED    PREFIX_0001.tif, ...
 *   make_frames PREFIX COUNT ROWS COLUMNS =VALUE  flat frames: every pixel has this value
 *
 * The pixels begin at byte 8, little-endian, row by row: "od -An -v -tu2 -j8 -N$((2 * rows * columns))"
 * shows them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* Mixes a counter to an even 64-bit number (splitmix64, Steele, Lea & Flood, doi:10.1145/2660193.2660195). */
static uint64_t mix(uint64_t x)
{
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

static void put16(unsigned char *at, unsigned x)
{
    at[0] = x & 255;
    at[1] = x >> 8 & 255;
}

static void put32(unsigned char *at, unsigned long x)
{
    put16(at, x & 0xffff);
    put16(at + 2, x >> 16 & 0xffff);
}

/* Two rings on a sloping background; the rings grow brighter from frame to frame. */
static double pattern(double row, double column, double rows, double columns, unsigned frame)
{
    double r = hypot(row - rows / 2, column - columns / 2) / (0.5 * fmin(rows, columns));
    double first = exp(-pow((r - 0.35) / 0.04, 2)), second = exp(-pow((r - 0.7) / 0.05, 2));
    return 200 / (1 + r) + (400 + frame % 97) * first + 150 * second;
}

static void fill(unsigned char *pixels, unsigned rows, unsigned columns, unsigned frame, const char *what)
{
    unsigned flat = what[0] == '=' ? (unsigned)atoi(what + 1) : 0;
    uint64_t seed = mix((uint64_t)strtoull(what, NULL, 10)) + (uint64_t)frame * 0x100000000u;
    for (unsigned r = 0; r < rows; r++)
        for (unsigned c = 0; c < columns; c++, pixels += 2) {
            uint64_t noise = mix(seed + (uint64_t)r * columns + c) % 16;
            put16(pixels, what[0] == '=' ? flat : (unsigned)pattern(r, c, rows, columns, frame) + (unsigned)noise);
        }
}

/* Header, one strip, one directory. */
static int write_frame(const char *path, const unsigned char *pixels, unsigned rows, unsigned columns)
{
    static const unsigned tags[][2] = {{256, 0}, {257, 0}, {258, 16}, {259, 1}, {262, 1},
                                       {273, 8}, {277, 1}, {278, 0},  {279, 0}, {339, 1}};
    enum { TAGS = sizeof tags / sizeof *tags };
    unsigned long bytes = 2ul * rows * columns;
    unsigned char header[8] = {'I', 'I', 42, 0}, directory[2 + 12 * TAGS + 4] = {TAGS, 0};
    put32(header + 4, 8 + bytes);
    for (int i = 0; i < TAGS; i++) {
        unsigned char *entry = directory + 2 + 12 * i;
        unsigned tag = tags[i][0];
        put16(entry, tag);
        put16(entry + 2, 4);
        put32(entry + 4, 1);
        put32(entry + 8, tag == 256 ? columns : tag == 257 || tag == 278 ? rows : tag == 279 ? bytes : tags[i][1]);
    }
    FILE *f = fopen(path, "wb");
    if (!f)
        return 0;
    size_t n = fwrite(header, sizeof header, 1, f) + fwrite(pixels, bytes, 1, f) +
               fwrite(directory, sizeof directory, 1, f);
    return fclose(f) == 0 && n == 3;
}

int main(int argc, char **argv)
{
    if (argc != 6) {
        fprintf(stderr, "usage: make_frames PREFIX COUNT ROWS COLUMNS SEED|=VALUE\n");
        return 2;
    }
    unsigned count = (unsigned)atoi(argv[2]), rows = (unsigned)atoi(argv[3]), columns = (unsigned)atoi(argv[4]);
    unsigned char *pixels = malloc(2ul * rows * columns + 1);
    for (unsigned i = 1; pixels && i <= count; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s_%04u.tif", argv[1], i);
        fill(pixels, rows, columns, i, argv[5]);
        if (!write_frame(path, pixels, rows, columns)) {
            perror(path);
            return 1;
        }
    }
    free(pixels);
    return pixels ? 0 : 1;
}
