"""Frit and its peers in turn.  A measure is a process: it prints CPU and wall time in ms, for one frame, one
set-up or one curve.  SPDX-License-Identifier: GPL-3.0-or-later"""
import csv, glob, os, statistics, subprocess, sys

here = os.path.dirname(os.path.abspath(__file__))
work, rounds = os.environ["WORK"], int(os.environ["ROUNDS"])
threads = os.cpu_count()
# pyFAI with malloc tuned: without it half of its time are page faults.
TUNED = dict(os.environ, MALLOC_MMAP_THRESHOLD_="1073741824", MALLOC_TRIM_THRESHOLD_="4294967296",
             MALLOC_TOP_PAD_="268435456", OMP_NUM_THREADS=str(threads))
PYFAI = """
import sys, time, numpy
from pyFAI.azimuthalIntegrator import AzimuthalIntegrator
what, kind, n = sys.argv[1], sys.argv[2], int(sys.argv[3])
random = numpy.random.default_rng(1)
frames = [random.integers(200, 700, (2048, 2048)).astype("uint16" if kind == "u16" else "float32") for _ in range(4)]
mask = numpy.zeros((2048, 2048), "int8")
mask[numpy.arange(2048) % 300 < 5] = 1
def integrator():
    return AzimuthalIntegrator(dist=0.35, poni1=0.21, poni2=0.2, rot1=0.005, pixel1=2e-4, pixel2=2e-4,
                               wavelength=1.173e-11)
def one(ai, i):
    return ai.integrate1d_ng(frames[i % 4], 2000, unit="q_A^-1", error_model="poisson",
                             method=("full", "csr", "cython"), mask=mask)
ai = integrator()
first = time.process_time(), time.perf_counter()
one(ai, 0)
first = time.process_time() - first[0], time.perf_counter() - first[1]
one(ai, 1)
start = time.process_time(), time.perf_counter()
for i in range(n):
    one(ai, i)
each = (time.process_time() - start[0]) / n, (time.perf_counter() - start[1]) / n
if what == "set-up":   # the first integration less one that finds everything ready
    each = first[0] - each[0], first[1] - each[1]
print(1e3 * each[0], 1e3 * each[1])
"""


def measure(command, env=os.environ):
    out = subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    return [float(x) for x in out.split()]


def ours(what, kind, n):
    return lambda: measure([work + "/integrate", what, kind, str(n), str(threads)])


def pyfai(what, kind, n):
    return lambda: measure([sys.executable, "-c", PYFAI, what, kind, str(n)], TUNED)


# Name, against, N, ours, theirs.
STAGES = [
    ("one frame", "pyFAI full CSR, malloc tuned, u16", 40, ours("frame", "u16", 40), pyfai("frame", "u16", 8)),
    ("batch u16", "pyFAI full CSR, malloc tuned", 64, ours("batch", "u16", 4), pyfai("frame", "u16", 8)),
    ("batch f32", "pyFAI full CSR, malloc tuned", 64, ours("batch", "f32", 4), pyfai("frame", "f32", 8)),
    ("set-up", "pyFAI full CSR, malloc tuned", 2, ours("set-up", "u16", 2), pyfai("set-up", "u16", 2)),
]
# Stages of other parts: each prints its own, and adds its rows to the file that it is given.
OTHERS = sorted(p for p in glob.glob(here + "/*.py") if os.path.basename(p) != "compare.py")


def machine():
    with open("/proc/cpuinfo") as f:
        model = next((line.split(":", 1)[1].strip() for line in f if line.startswith("model name")), "unknown")
    return "%s, %d processors, load %.1f" % (model, threads, os.getloadavg()[0])


print("machine: " + machine(), flush=True)
rows = []
for stage, against, n, a, b in STAGES:
    pairs = [(a(), b()) for _ in range(rounds)]
    mine, theirs = (statistics.median(p[k][0] for p in pairs) for k in (0, 1))
    ratio = statistics.median(p[1][0] / p[0][0] for p in pairs)
    share = statistics.median(p[0][0] / p[0][1] for p in pairs)
    rows.append([stage, against, "%.3f" % mine, "%.3f" % theirs, "%.2f" % ratio, "%.2f" % share, n])
    traffic = statistics.median(p[0][2] / p[0][0] / 1e6 for p in pairs)
    print("%-10s frit %8.3f ms, %s %8.2f ms of CPU: %.1f times (%d rounds; CPU over wall %.2f%s)"
          % (stage, mine, against, theirs, ratio, rounds, share,
             ", %.1f GB/s of frames and matrix" % traffic if traffic > 0 else ""), flush=True)
with open("bench.csv", "w", newline="") as f:
    table = csv.writer(f)
    table.writerow(["stage", "against", "ours_ms", "theirs_ms", "ratio", "cpu_over_wall", "n"])
    table.writerows(rows)
for script in OTHERS:
    subprocess.run([sys.executable, script, "bench.csv", str(rounds)])
