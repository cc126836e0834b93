"""What the measures share: processes and what they took, pairs in turn, medians, rows of bench.csv.
SPDX-License-Identifier: GPL-3.0-or-later"""
import csv, os, statistics, subprocess, sys, tempfile, time

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


def spawn(command, env=os.environ):
    """A process with all that it starts."""
    start = time.perf_counter()
    errors = tempfile.TemporaryFile("w+")
    child = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=errors, text=True)
    text = child.stdout.read()
    _, status, use = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        errors.seek(0)
        text += errors.read()
        sys.exit("%s: exit status %d\n%s" % (" ".join(command), child.returncode, text[-3000:]))
    cpu, wall = use.ru_utime + use.ru_stime, time.perf_counter() - start
    return Took(1e3 * cpu, 1e3 * wall, use.ru_maxrss / 1024, text)


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
