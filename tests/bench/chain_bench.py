"""Stages of the chain after the integrator, each beside its peer, in turn, over and over: CPU time, medians.
    python3 tests/bench/chain_bench.py [BENCH.csv [ROUNDS [STAGE...]]]
Adds its rows to BENCH.csv.  transform: S(Q) to G(r) with errors, 2,500 to 3,000 points, against numpy's
direct sum.  fit: four Gaussians, 12 bounded parameters, 60 points, noise of one frame, against scipy's
curve_fit with an analytic Jacobian.
SPDX: GPL-3.0-or-later"""
import csv, os, statistics, subprocess, sys, tempfile, time

import numpy as np
from scipy.optimize import curve_fit

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SOURCES = ["tests/bench/chain_bench.c"]
SOURCES += ["plugins/fourier/%s.c" % s for s in
            ("integral", "lanes", "sine_sum", "sine_transform", "sine_covariance")]
SOURCES += ["plugins/connection_modes/peaks.c", "plugins/shared/fit.c", "plugins/shared/normal_fit.c"]
FITS = 50
SQRT_2PI = np.sqrt(2 * np.pi)
# The peers with malloc tuned: without it half of their time are page faults.
TUNED = {"MALLOC_MMAP_THRESHOLD_": "1073741824", "MALLOC_TRIM_THRESHOLD_": "4294967296",
         "MALLOC_TOP_PAD_": "268435456"}


def build(folder):
    """The plugins' own sources, with the flags that plugins are built with."""
    tool = os.path.join(folder, "chain_bench")
    libs = subprocess.check_output(["pkg-config", "--cflags", "--libs", "fftw3", "gsl"], text=True)
    flags = ["-std=gnu11", "-O2", "-ffp-contract=off", "-Icore", "-Iplugins"]
    subprocess.run([os.environ.get("CC", "cc")] + flags + SOURCES + ["-o", tool, "-lfftw3_threads"] +
                   libs.split() + ["-lm"], cwd=ROOT, check=True)
    return tool


def run(*command):
    out = subprocess.check_output(command, text=True).split()
    return [(float(out[i]), float(out[i + 1])) for i in range(0, len(out), 2)]


def cpu_ms(f, n):
    times = []
    for _ in range(n):
        start = time.process_time()
        result = f()
        times.append(1e3 * (time.process_time() - start))
    return statistics.median(times), result


def direct_sum(q, s, sigma, r):
    """As PyStoG does it: one r after the other, the trapezoid and its error in quadrature."""
    weight = np.empty_like(q)
    weight[1:-1] = (q[2:] - q[:-2]) / 2
    weight[0], weight[-1] = (q[1] - q[0]) / 2, (q[-1] - q[-2]) / 2
    f, e = weight * q * (s - 1), weight * q * sigma
    g, error = np.empty_like(r), np.empty_like(r)
    for i, x in enumerate(r):
        kernel = np.sin(q * x)
        g[i] = 2 / np.pi * np.sum(f * kernel)
        error[i] = 2 / np.pi * np.sqrt(np.sum((e * kernel) ** 2))
    return g, error


def transform(tool, folder, rounds):
    q = 0.5 + 0.01 * np.arange(2500)
    s = 1 + np.sin(2.7 * q) * np.exp(-0.1 * q)
    sigma = 0.01 + 0.001 * (np.arange(2500) % 7)
    curve, result = os.path.join(folder, "curve"), os.path.join(folder, "result")
    np.concatenate([q, s, sigma]).tofile(curve)
    r, pairs = 0.02 * np.arange(3000), []
    for k in range(rounds + 1):
        ours = run(tool, "transform", curve, result, "400")[0]
        theirs, (g, error) = cpu_ms(lambda: direct_sum(q, s, sigma, r), 3)
        if k:
            pairs.append((ours[0], theirs, ours[1]))
    found = np.fromfile(result).reshape(2, -1)
    off = max(np.abs(found[0] - g).max() / np.abs(g).max(), np.abs(found[1] - error).max() / error.max())
    print("transform: off the direct sum by %.1e of the maximum" % off)
    if off > 1e-12:
        sys.exit("the transform is not the direct sum")
    return [("transform", "numpy direct sum with errors", pairs, 3000)]


def gaussians(r, *p):
    f = np.zeros_like(r)
    for area, centre, width in np.reshape(p, (-1, 3)):
        f += area / (width * SQRT_2PI) * np.exp(-((r - centre) / width) ** 2 / 2)
    return f


def derivatives(r, *p):
    j = np.empty((r.size, len(p)))
    for k, (area, centre, width) in enumerate(np.reshape(p, (-1, 3))):
        z = (r - centre) / width
        shape = np.exp(-z * z / 2) / (width * SQRT_2PI)
        j[:, 3 * k], j[:, 3 * k + 1], j[:, 3 * k + 2] = \
            shape, area * shape * z / width, area * shape * (z * z - 1) / width
    return j


def fit(tool, folder, rounds):
    """The second shell of a metallic glass: connections of clusters of 2.969 angstrom, with noise."""
    random, r = np.random.default_rng(1), np.linspace(4.0, 6.3, 60)
    centre = 2.969 * np.sqrt([4, 3, 8 / 3, 2])
    true = np.column_stack([[0.6, 0.9, 0.8, 0.4], centre + [0.02, -0.03, 0.04, -0.02],
                            [0.3, 0.24, 0.26, 0.3]]).ravel()
    start = np.column_stack([np.full(4, 0.7), centre, np.full(4, np.sqrt(0.15 * 0.45))]).ravel()
    lower = np.column_stack([np.zeros(4), centre - 0.1, np.full(4, 0.15)]).ravel()
    upper = np.column_stack([np.full(4, np.inf), centre + 0.1, np.full(4, 0.45)]).ravel()
    curves = [gaussians(r, *true) + random.normal(0, 0.01, r.size) for _ in range(FITS)]
    path, result = os.path.join(folder, "curves"), os.path.join(folder, "parameters")
    np.concatenate([start, lower, upper, r] + curves).tofile(path)
    pairs = []
    for k in range(rounds + 1):
        ours = run(tool, "fit", path, result, "20")[0]
        theirs, found = cpu_ms(lambda: [curve_fit(gaussians, r, y, start, bounds=(lower, upper),
                                                  jac=derivatives)[0] for y in curves], 1)
        if k:
            pairs.append((ours[0], theirs / FITS, ours[1]))
    chi2 = [[np.sum((gaussians(r, *p) - y) ** 2) for p, y in zip(ps, curves)]
            for ps in (np.fromfile(result).reshape(FITS, -1), found)]
    # The valley has two sides: either may end on the one that is a little higher.
    higher, lower = (sum(a > b * (1 + 1e-6) for a, b in zip(*two)) for two in (chi2, chi2[::-1]))
    print("fit: of %d minima %d are higher than scipy's, %d lower" % (FITS, higher, lower))
    if higher > FITS / 10:
        sys.exit("the fit has not found the minimum")
    return [("fit", "scipy curve_fit, analytic Jacobian", pairs, FITS)]


def main():
    if "MALLOC_TOP_PAD_" not in os.environ:
        os.execve(sys.executable, [sys.executable] + sys.argv, dict(os.environ, **TUNED))
    path = sys.argv[1] if len(sys.argv) > 1 else "bench.csv"
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    wanted = sys.argv[3:]
    if wanted and not {"transform", "fit"} & set(wanted):
        return
    with tempfile.TemporaryDirectory() as folder:
        tool = build(folder)
        rows = []
        for stage in (transform, fit):
            if not wanted or stage.__name__ in wanted:
                rows += stage(tool, folder, rounds)
    new = not os.path.exists(path)
    with open(path, "a", newline="") as f:
        table = csv.writer(f)
        if new:
            table.writerow(["stage", "against", "ours_ms", "theirs_ms", "ratio", "cpu_over_wall", "n"])
        for stage, against, pairs, n in rows:
            a, b, busy = (statistics.median(p[i] for p in pairs) for i in range(3))
            ratio = statistics.median(p[1] / p[0] for p in pairs)
            table.writerow([stage, against, "%.4f" % a, "%.4f" % b, "%.2f" % ratio, "%.2f" % busy, n])
            print("%s: frit %.4f ms, %s %.4f ms, ratio %.2f" % (stage, a, against, b, ratio))


main()
