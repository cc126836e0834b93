"""What the measures share: processes and what they took, pairs in turn, medians, rows of bench.csv.
SPDX-License-Identifier: GPL-3.0-or-later"""
import csv, json, os, statistics, subprocess, sys, tempfile

THREADS = os.cpu_count()
HEADING = ["stage", "against", "ours_ms", "theirs_ms", "ratio", "cpu_over_wall", "n"]
# The peers with malloc tuned: without it half of their time are page faults.
TUNED = dict(os.environ, MALLOC_MMAP_THRESHOLD_="1073741824", MALLOC_TRIM_THRESHOLD_="4294967296",
             MALLOC_TOP_PAD_="268435456", OMP_NUM_THREADS=str(THREADS))
# Where less than this part of the processors' time was had, something else ran too.
BUSY = 0.8


class Took:
    """CPU and wall time in ms, of a frame or of all; peak memory of the process in MiB; what it printed."""

    def __init__(self, cpu, wall, peak=0, text=""):
        self.cpu, self.wall, self.peak, self.text = cpu, wall, peak, text

    def each(self, n):
        return Took(self.cpu / n, self.wall / n, self.peak, self.text)


# A small process of its own starts what is measured: a child that a large one starts has that one's memory for its
# peak.
START = """
import json, os, resource, subprocess, sys, time
start = time.perf_counter()
status = subprocess.call(sys.argv[2:])
wall, use = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
json.dump([status, use.ru_utime + use.ru_stime, wall, use.ru_maxrss], open(sys.argv[1], "w"))
"""


def spawn(command, env=os.environ):
    """A process with all that it starts."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile("w+") as errors:
        found = os.path.join(folder, "took")
        ran = subprocess.run([sys.executable, "-S", "-c", START, found] + list(command), env=env, text=True,
                             stdout=subprocess.PIPE, stderr=errors, check=True)
        with open(found) as f:
            status, cpu, wall, peak = json.load(f)
        if status:
            errors.seek(0)
            sys.exit("%s: exit status %d\n%s" % (" ".join(command), status, (ran.stdout + errors.read())[-3000:]))
    return Took(1e3 * cpu, 1e3 * wall, peak / 1024, ran.stdout)


def rounds(name, n, ours, theirs, threads=THREADS):
    """n pairs, in turn.  Where ours lacked processors it is discarded and tried again, n times in all; then
    it stands, which is said, and cpu_over_wall shows."""
    pairs, spare = [], n
    while len(pairs) < n:
        mine = ours()
        share = mine.cpu / mine.wall
        if share < BUSY * threads:
            print("%s: a round %s: CPU over wall %.2f of %d"
                  % (name, "is discarded" if spare else "lacked processors", share, threads), flush=True)
            if spare:
                spare -= 1
                continue
        pairs.append((mine, theirs()))
    return pairs


def median(pairs, what):
    return statistics.median(what(*p) for p in pairs)


def row(stage, against, pairs, n, of=lambda took: took.cpu):
    """As bench.csv has it; ratio: the median of the rounds' own."""
    mine, theirs = median(pairs, lambda a, b: of(a)), median(pairs, lambda a, b: of(b))
    ratio, share = median(pairs, lambda a, b: of(b) / of(a)), median(pairs, lambda a, b: a.cpu / a.wall)
    return [stage, against, "%.4f" % mine, "%.4f" % theirs, "%.2f" % ratio, "%.2f" % share, n]


def add(path, rows):
    new = not os.path.exists(path)
    with open(path, "a", newline="") as f:
        table = csv.writer(f)
        if new:
            table.writerow(HEADING)
        table.writerows(rows)
