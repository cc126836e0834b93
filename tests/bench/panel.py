"""The detector of panel.h as pyFAI has it, and what integration takes: the peer of integrate and robust.
    python3 panel.py WHAT TYPE N [FRAMES CURVE]
WHAT: frame, set-up (the first integration, less one that finds everything ready), noise, spread (what
clipping goes by), median.  TYPE: u16, f32.  FRAMES holds frames one after the other; without it, they are
made.  Prints CPU and wall time in ms, of one of N; the first frame's curve goes to CURVE.
SPDX-License-Identifier: GPL-3.0-or-later"""
import logging, sys, time

import numpy
from pyFAI.azimuthalIntegrator import AzimuthalIntegrator

logging.disable(50)
SIDE, BINS = 2048, 2000
what, dtype, n = sys.argv[1], {"u16": "uint16", "f32": "float32"}[sys.argv[2]], int(sys.argv[3])
if len(sys.argv) > 4:
    frames = numpy.fromfile(sys.argv[4], dtype).reshape(-1, SIDE, SIDE)
else:
    random = numpy.random.default_rng(1)
    frames = [random.integers(200, 700, (SIDE, SIDE)).astype(dtype) for _ in range(4)]
mask = numpy.zeros((SIDE, SIDE), "int8")
mask[numpy.arange(SIDE) % 300 < 5] = 1
ai = AzimuthalIntegrator(dist=0.35, poni1=0.21, poni2=0.2, rot1=0.005, pixel1=2e-4, pixel2=2e-4,
                         wavelength=1.173e-11)


def one(i):
    how = dict(unit="q_A^-1", mask=mask, method=("no", "csr", "cython"))
    f = frames[i % len(frames)]
    if what == "median":
        return ai.medfilt1d(f, BINS, 512, **how)
    if what in ("noise", "spread"):
        return ai.sigma_clip_ng(f, BINS, error_model="poisson" if what == "noise" else "azimuthal", thres=5,
                                max_iter=5, **how)
    how["method"] = "full", "csr", "cython"
    return ai.integrate1d_ng(f, BINS, error_model="poisson", **how)


def clocks():
    return numpy.array([time.process_time(), time.perf_counter()])


first = clocks()
curve = one(0)
first = clocks() - first
if len(sys.argv) > 5:
    numpy.asarray(curve.intensity, float).tofile(sys.argv[5])
one(1)
start = clocks()
for i in range(n):
    one(i)
each = (clocks() - start) / n
print(*1e3 * (first - each if what == "set-up" else each))
