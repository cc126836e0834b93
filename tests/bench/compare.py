"""Frit and pyFAI in turn, on the same frames: CPU time a frame, as the difference between a run of all
frames and a run of two, so that start and set-up (given apart) do not count.  SPDX: GPL-3.0-or-later"""
import csv, os, resource, shutil, statistics, subprocess, sys

work, rounds, frames = os.environ["WORK"], int(os.environ["ROUNDS"]), int(os.environ["FRAMES"])
PEER = """
import sys, fabio
from pyFAI.azimuthalIntegrator import AzimuthalIntegrator
ai = AzimuthalIntegrator(dist=0.35, poni1=0.21, poni2=0.2, rot1=0.005, pixel1=2e-4, pixel2=2e-4, wavelength=1.173e-11)
for i in range(1, int(sys.argv[1]) + 1):
    image = fabio.open(sys.argv[2] + "/%d.tif" % i).data
    ai.integrate1d_ng(image, 2000, unit="q_A^-1", error_model="poisson", method=("full", "csr", "cython"))
"""
# pyFAI with malloc tuned: without it half of its time are page faults.
TUNED = dict(os.environ, MALLOC_MMAP_THRESHOLD_="1073741824", MALLOC_TRIM_THRESHOLD_="4294967296",
             MALLOC_TOP_PAD_="268435456")


def cpu(command, env):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, env=env, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def ours(n):
    shutil.rmtree(os.path.join(work, "store"), ignore_errors=True)
    shutil.rmtree(os.path.join(work, "out"), ignore_errors=True)
    return cpu([os.environ["FRIT"], "run", "--set", "n=%d" % n, os.path.join(work, "run.lua")], os.environ)


def theirs(n):
    return cpu([sys.executable, "-c", PEER, str(n), work], TUNED)


rows = []
for r in range(rounds + 1):
    a2, b2, a, b = ours(2), theirs(2), ours(frames), theirs(frames)
    if r:   # the first round warms the caches
        rows.append((1e3 * (a - a2) / (frames - 2), 1e3 * (b - b2) / (frames - 2), 1e3 * a2, 1e3 * b2))
        print("round %d: frit %.1f ms, pyFAI %.1f ms of CPU a frame; with two frames, set-up included, %.0f and %.0f ms"
              % ((r,) + rows[-1]), flush=True)
with open("bench.csv", "w", newline="") as f:
    table = csv.writer(f)
    table.writerow(["stage", "against", "ours_ms", "theirs_ms", "ratio", "n"])
    for stage, i in (("frame", 0), ("two frames with set-up", 2)):
        a, b = statistics.median(x[i] for x in rows), statistics.median(x[i + 1] for x in rows)
        ratio = statistics.median(x[i + 1] / x[i] for x in rows)
        table.writerow([stage, "pyFAI full CSR, malloc tuned", "%.2f" % a, "%.2f" % b, "%.2f" % ratio, frames])
        print("%s: frit %.1f ms, pyFAI %.1f ms of CPU, ratio %.2f (median of %d)" % (stage, a, b, ratio, rounds))
