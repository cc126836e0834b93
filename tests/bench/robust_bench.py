"""Averages over rings without outliers, beside pyFAI's, in turn, over and over: CPU time a frame, medians.
    python3 tests/bench/robust_bench.py [BENCH.csv [ROUNDS]]
Adds its rows to BENCH.csv.  sigma clip: against sigma_clip_ng, by noise (error model poisson) and by spread
(azimuthal); median: against medfilt1d with 512 cells of azimuth.  2048 x 2048 pixels of 400 counts, one in a
thousand an outlier, 2,000 bins, solid angle.  SPDX-License-Identifier: GPL-3.0-or-later"""
import csv, os, statistics, subprocess, sys, tempfile

import numpy

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
A = "plugins/azimuthal/"
SOURCES = ["tests/bench/robust.c", "plugins/shared/geometry.c", "plugins/shared/values.c"]
SOURCES += [A + s + ".c" for s in ("robust_make", "robust_sum", "robust_ring", "robust_kernel", "processor", "integrator",
                                   "accumulate", "split")]
THREADS = os.cpu_count()
# The peer with malloc tuned: without it much of its time is page faults.
TUNED = dict(os.environ, MALLOC_MMAP_THRESHOLD_="1073741824", MALLOC_TRIM_THRESHOLD_="4294967296",
             MALLOC_TOP_PAD_="268435456", OMP_NUM_THREADS=str(THREADS))
PYFAI = """
import sys, time, numpy, logging
logging.disable(50)
from pyFAI.azimuthalIntegrator import AzimuthalIntegrator
what, kind, n, path, curve = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4], sys.argv[5]
frames = numpy.fromfile(path, "uint16" if kind == "u16" else "float32").reshape(-1, 2048, 2048)
mask = numpy.zeros((2048, 2048), "int8")
mask[numpy.arange(2048) % 300 < 5] = 1
ai = AzimuthalIntegrator(dist=0.35, poni1=0.21, poni2=0.2, rot1=0.005, pixel1=2e-4, pixel2=2e-4,
                         wavelength=1.173e-11)
how = dict(unit="q_A^-1", mask=mask, method=("no", "csr", "cython"))
def one(i):
    f = frames[i % len(frames)]
    if what == "median":
        return ai.medfilt1d(f, 2000, 512, **how)
    return ai.sigma_clip_ng(f, 2000, error_model="poisson" if what == "noise" else "azimuthal", thres=5,
                            max_iter=5, **how)
numpy.asarray(one(0).intensity, float).tofile(curve)
one(1)
start = time.process_time(), time.perf_counter()
for i in range(n):
    one(i)
print(1e3 * (time.process_time() - start[0]) / n, 1e3 * (time.perf_counter() - start[1]) / n)
"""


def build(folder):
    tool = os.path.join(folder, "robust")
    flags = ["-std=gnu11", "-O2", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math", "-Icore"]
    subprocess.run([os.environ.get("CC", "cc")] + flags + ["-Iplugins"] + SOURCES +
                   ["-o", tool, "-lm", "-lpthread"], cwd=ROOT, check=True)
    return tool


def measure(command, env=os.environ):
    out = subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE,
                         stderr=subprocess.DEVNULL).stdout
    return [float(x) for x in out.split()]


def frames(path, kind):
    random, all_ = numpy.random.default_rng(1), []
    for _ in range(4):
        f = random.poisson(400, (2048, 2048))
        out = random.random(f.shape) < 0.001
        f[out] = random.integers(600, 60000, out.sum())
        all_.append(f.astype("uint16" if kind == "u16" else "float32"))
    numpy.array(all_).tofile(path)


def check(what, ours, theirs):
    """The same curve, but for cells in place of pixels, and the few pixels near the limit, which is lower in
    pyFAI 0.21 where the norm is below one."""
    a, b = numpy.fromfile(ours)[:2000], numpy.fromfile(theirs)
    good = (a > 0) & (b > 0)
    off = numpy.abs(a - b)[good] / b[good]
    print("%s: half of the bins agree within %.1e, nine of ten within %.1e"
          % (what, *numpy.quantile(off, (0.5, 0.9))))
    if numpy.quantile(off, 0.5) > (0.01 if what == "median" else 1e-4):
        sys.exit("the curves are not the same")


def stage(tool, folder, what, kind, rounds):
    path, a, b = (os.path.join(folder, name) for name in (kind, "ours", "theirs"))
    pairs = []
    for _ in range(rounds):
        ours = measure([tool, what, kind, "60", str(THREADS), path, a])
        theirs = measure([sys.executable, "-c", PYFAI, what, kind, "6", path, b], TUNED)
        pairs.append((ours[0], theirs[0], ours[0] / ours[1]))
    check(what, a, b)
    return pairs


def main():
    path = sys.argv[1] if len(sys.argv) > 1 else "bench.csv"
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        tool = build(folder)
        for kind in ("u16", "f32"):
            frames(os.path.join(folder, kind), kind)
            for name, what, peer in (("sigma clip", "noise", "sigma_clip_ng poisson"),
                                     ("sigma clip", "spread", "sigma_clip_ng azimuthal"),
                                     ("median", "median", "medfilt1d")):
                rows.append((name, "pyFAI %s, %s" % (peer, kind), stage(tool, folder, what, kind, rounds)))
    new = not os.path.exists(path)
    with open(path, "a", newline="") as f:
        table = csv.writer(f)
        if new:
            table.writerow(["stage", "against", "ours_ms", "theirs_ms", "ratio", "cpu_over_wall", "n"])
        for name, against, pairs in rows:
            a, b, busy = (statistics.median(p[i] for p in pairs) for i in range(3))
            ratio = statistics.median(p[1] / p[0] for p in pairs)
            table.writerow([name, against, "%.3f" % a, "%.3f" % b, "%.2f" % ratio, "%.2f" % busy, 60])
            print("%-10s frit %.3f ms, %s %.2f ms of CPU: %.1f times (CPU over wall %.2f)"
                  % (name, a, against, b, ratio, busy))


main()
