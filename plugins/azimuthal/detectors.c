/* Pixel size and number of pixels of detectors that a .poni file names without saying them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "poni.h"

#include <ctype.h>
#include <string.h>

static const struct detector detectors[] = {
    { "pilatus100k", 172e-6, 195, 487 },
    { "pilatus300k", 172e-6, 619, 487 },
    { "pilatus300kw", 172e-6, 195, 1475 },
    { "pilatus1m", 172e-6, 1043, 981 },
    { "pilatus2m", 172e-6, 1679, 1475 },
    { "pilatus6m", 172e-6, 2527, 2463 },
    { "pilatuscdte300k", 172e-6, 619, 487 },
    { "pilatuscdte300kw", 172e-6, 195, 1475 },
    { "pilatuscdte1m", 172e-6, 1043, 981 },
    { "pilatuscdte2m", 172e-6, 1679, 1475 },
    { "eiger500k", 75e-6, 514, 1030 },
    { "eiger1m", 75e-6, 1065, 1030 },
    { "eiger4m", 75e-6, 2167, 2070 },
    { "eiger9m", 75e-6, 3269, 3110 },
    { "eiger16m", 75e-6, 4371, 4150 },
    { "eiger2500k", 75e-6, 512, 1028 },
    { "eiger21m", 75e-6, 1062, 1028 },
    { "eiger24m", 75e-6, 2162, 2068 },
    { "eiger29m", 75e-6, 3262, 3108 },
    { "eiger216m", 75e-6, 4362, 4148 },
    { "eiger2cdte500k", 75e-6, 512, 1028 },
    { "eiger2cdte1m", 75e-6, 1062, 1028 },
    { "eiger2cdte4m", 75e-6, 2162, 2068 },
    { "eiger2cdte9m", 75e-6, 3262, 3108 },
    { "eiger2cdte16m", 75e-6, 4362, 4148 },
    { "perkin", 200e-6, 0, 0 },
    { "perkindetector", 200e-6, 0, 0 },
    { "perkinelmer", 200e-6, 0, 0 },
    { "pixium", 308e-6, 0, 0 },
    { "pixium4700", 308e-6, 0, 0 },
    { "pixium4700detector", 308e-6, 0, 0 },
    { "dexela2923", 75e-6, 3888, 3072 },
};

const struct detector *detector_find(const char *name)
{
    char plain[64];
    size_t n = 0;
    for (; *name && n + 1 < sizeof plain; name++)
        if (isalnum((unsigned char)*name))
            plain[n++] = (char)tolower((unsigned char)*name);
    plain[n] = '\0';
    for (size_t i = 0; i < sizeof detectors / sizeof *detectors; i++)
        if (strcmp(detectors[i].name, plain) == 0)
            return &detectors[i];
    return NULL;
}
