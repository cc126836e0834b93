"""Frit and its peers in turn: python3 compare.py ROUNDS [STAGE...], all stages if none is named.
Environment: WORK, where the programs of tests/bench are.  SPDX-License-Identifier: GPL-3.0-or-later"""
import csv, os, subprocess, sys

import measure

here = os.path.dirname(os.path.abspath(__file__))
work, n_rounds, wanted = os.environ["WORK"], int(sys.argv[1]), sys.argv[2:]
STAGES = ["batch u16", "batch f32", "one frame", "set-up", "sigma clip", "median", "tiff", "transform", "fit",
          "chain", "cold", "paper", "memory", "graph"]
PYFAI = """
import sys, time, numpy
from pyFAI.azimuthalIntegrator import AzimuthalIntegrator
what, kind, n = sys.argv[1], sys.argv[2], int(sys.argv[3])
random = numpy.random.default_rng(1)
dtype = "uint16" if kind == "u16" else "float32"
frames = [random.integers(200, 700, (2048, 2048)).astype(dtype) for _ in range(4)]
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


def said(command, env=os.environ):
    """A process that prints CPU and wall time in ms, and bytes."""
    numbers = [float(x) for x in measure.spawn(command, env).text.split()]
    took = measure.Took(*numbers[:2])
    took.bytes = numbers[2] if len(numbers) > 2 else 0
    return took


def ours(what, kind, n):
    return lambda: said([work + "/integrate", what, kind, str(n), str(measure.THREADS)])


def pyfai(what, kind, n):
    return lambda: said([sys.executable, "-c", PYFAI, what, kind, str(n)], measure.TUNED)


# Name, N, ours, theirs: frames in memory, no graph.
INTEGRATION = [
    ("batch u16", 256, ours("batch", "u16", 16), pyfai("frame", "u16", 8)),
    ("batch f32", 256, ours("batch", "f32", 16), pyfai("frame", "f32", 8)),
    ("one frame", 100, ours("frame", "u16", 100), pyfai("frame", "u16", 8)),
    ("set-up", 2, ours("set-up", "u16", 2), pyfai("set-up", "u16", 2)),
]


best = {}


def rate(threads):
    """GB/s that so many threads read from memory: the most that was seen, for others may read too."""
    now = float(measure.spawn([work + "/memory", str(threads)]).text.split()[0])
    best[threads] = max(best.get(threads, 0), now)
    return best[threads]


def machine():
    with open("/proc/cpuinfo") as f:
        names = [line.split(":", 1)[1].strip() for line in f if line.startswith("model name")]
    n = measure.THREADS
    print("machine: %s, %d processors, load %.1f; memory is read at %.1f GB/s by one thread, %.1f GB/s by %d"
          % (names[0] if names else "unknown", n, os.getloadavg()[0], rate(1), rate(n), n), flush=True)


def integration(name, n, a, b):
    threads = measure.THREADS if name != "set-up" else 1
    pairs = measure.rounds(name, n_rounds, a, b, threads)
    row = measure.row(name, "pyFAI full CSR, malloc tuned", pairs, n)
    share = measure.median(pairs, lambda x, y: x.bytes / x.wall / 1e6)
    print("%s: frit %s ms, pyFAI %s ms of CPU: %s times (%d rounds of %d; CPU over wall %s)"
          % (name, row[2], row[3], row[4], len(pairs), n, row[5]), flush=True)
    if share > 0:
        print("  %.1f GB/s, %.0f %% of what memory gives" % (share, 100 * share / rate(threads)), flush=True)
    return row


def others():
    """Programs NAME.py bench.csv ROUNDS [STAGE...], with the names of their stages as strings in them."""
    for name in sorted(os.listdir(here)):
        if name in ("compare.py", "measure.py", "peers.py") or not name.endswith(".py"):
            continue
        with open(os.path.join(here, name)) as f:
            text = f.read()
        stages = [s for s in STAGES if '"%s"' % s in text and (not wanted or s in wanted)]
        if stages:
            yield [sys.executable, os.path.join(here, name), "bench.csv", str(n_rounds)] + stages


def main():
    unknown = [s for s in wanted if s not in STAGES]
    if unknown:
        sys.exit("there is no stage '%s'; there are: %s" % (unknown[0], ", ".join(STAGES)))
    machine()
    if os.path.exists("bench.csv"):
        os.remove("bench.csv")
    measure.add("bench.csv", [integration(*x) for x in INTEGRATION if not wanted or x[0] in wanted])
    failed = [os.path.basename(c[1]) for c in others() if subprocess.run(c).returncode]
    with open("bench.csv", newline="") as f:
        rows = [r for r in list(csv.reader(f))[1:] if not wanted or r[0] in wanted]
    os.remove("bench.csv")
    measure.add("bench.csv", sorted(rows, key=lambda r: STAGES.index(r[0]) if r[0] in STAGES else 99))
    for r in rows:
        print("  %-10s  %s ms, %s: %s ms, ratio %s" % (r[0], r[2], r[1], r[3], r[4]))
    if failed:
        sys.exit("failed: " + ", ".join(failed))


main()
