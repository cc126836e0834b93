"""Frit and its peers in turn, a program after the other: python3 compare.py ROUNDS [STAGE...], all stages if
none is named.  Environment: WORK, where the compiled programs are.
SPDX-License-Identifier: GPL-3.0-or-later"""
import csv, os, subprocess, sys

import measure

here = os.path.dirname(os.path.abspath(__file__))
PROGRAMS = {
    "integrate.py": ("batch u16", "batch f32", "one frame", "set-up"),
    "robust.py": ("sigma clip", "median"),
    "tiff.py": ("tiff",),
    "curves.py": ("transform", "fit"),
    "whole.py": ("chain", "cold", "paper", "memory", "graph"),
}
STAGES = [s for stages in PROGRAMS.values() for s in stages]


def machine():
    with open("/proc/cpuinfo") as f:
        names = [line.split(":", 1)[1].strip() for line in f if line.startswith("model name")]
    n = measure.THREADS
    print("machine: %s, %d processors, load %.1f; memory is read at %.1f GB/s by one thread, %.1f GB/s by %d"
          % (names[0] if names else "unknown", n, os.getloadavg()[0], measure.bandwidth(1),
             measure.bandwidth(n), n), flush=True)


def run(program, wanted, n_rounds):
    """Whether it went well, or had nothing to do."""
    stages = [s for s in PROGRAMS[program] if not wanted or s in wanted]
    command = [sys.executable, os.path.join(here, program), "bench.csv", str(n_rounds)] + stages
    return not stages or subprocess.run(command).returncode == 0


def summary():
    """All rows by stage, which bench.csv then has in this order; each figure beside its goal."""
    rows = []
    if os.path.exists("bench.csv"):
        with open("bench.csv", newline="") as f:
            rows = sorted(list(csv.reader(f))[1:], key=lambda r: STAGES.index(r[0]))
        os.remove("bench.csv")
    measure.add("bench.csv", rows)
    lines = [(r[0], "%s ms, %s: %s ms, ratio %s%s" % (r[2], r[1], r[3], r[4], measure.judged(r)))
             for r in rows]
    lines = sorted(lines + measure.figures(), key=lambda line: STAGES.index(line[0]))
    print("all figures [and what is asked of them, with 1,000 frames]:")
    for line in lines:
        print("  %-10s  %s" % tuple(line))
    words = "".join(text for _, text in lines)
    print("goals: %d met, %d missed" % (words.count(": met"), words.count(": missed")))


def main():
    n_rounds, wanted = int(sys.argv[1]), sys.argv[2:]
    unknown = [s for s in wanted if s not in STAGES]
    if unknown:
        sys.exit("there is no stage '%s'; there are: %s" % (unknown[0], ", ".join(STAGES)))
    machine()
    if os.path.exists("bench.csv"):
        os.remove("bench.csv")
    failed = [p for p in PROGRAMS if not run(p, wanted, n_rounds)]
    summary()
    if failed:
        sys.exit("failed: " + ", ".join(failed))


main()
