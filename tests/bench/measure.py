"""What the measures share: processes and what they took, pairs in turn, medians, rows of bench.csv, goals.
Stages are measured by programs NAME.py bench.csv ROUNDS [STAGE...]; our part is done by what run compiled
from NAME.c to WORK/NAME, or by Frit itself.  SPDX-License-Identifier: GPL-3.0-or-later"""
import csv, json, os, statistics, subprocess, sys, tempfile, time

THREADS = os.cpu_count()
WORK = os.environ.get("WORK", "")
HEADING = ["stage", "against", "ours_ms", "theirs_ms", "ratio", "cpu_over_wall", "n"]
# The peers with malloc tuned: without it half of their time are page faults.
TUNED = dict(os.environ, MALLOC_MMAP_THRESHOLD_="1073741824", MALLOC_TRIM_THRESHOLD_="4294967296",
             MALLOC_TOP_PAD_="268435456", OMP_NUM_THREADS=str(THREADS))
AT_LEAST, AT_MOST = "at least", "at most"
# Stage, how the figure's name begins, and what it is to reach.
GOALS = (
    ("batch u16", "ratio", AT_LEAST, 70), ("batch u16", "% of", AT_LEAST, 50),
    ("batch f32", "ratio", AT_LEAST, 40), ("batch f32", "% of", AT_LEAST, 50),
    ("one frame", "ratio", AT_LEAST, 25),
    ("set-up", "ratio", AT_LEAST, 7),
    ("sigma clip", "ratio", AT_LEAST, 50),
    ("median", "ratio", AT_LEAST, 10),
    ("tiff", "ratio to fabio", AT_LEAST, 4), ("tiff", "ratio to plain pread", AT_LEAST, 0.85),
    ("transform", "ratio", AT_LEAST, 1000), ("transform", "ms", AT_MOST, 0.07),
    ("fit", "ratio", AT_LEAST, 35), ("fit", "ms", AT_MOST, 0.05),
    ("chain", "ratio", AT_LEAST, 50), ("chain", "frames/s", AT_LEAST, 600),
    ("cold", "ratio", AT_LEAST, 0.85),
    ("paper", "ratio", AT_LEAST, 20),
    ("memory", "MiB", AT_MOST, 250), ("memory", "times as fast", AT_LEAST, 1.8),
    ("graph", "us", AT_MOST, 20),
)
# Where less than this part of the processors' time was had, something else ran too.
BUSY = 0.8


class Took:
    """CPU and wall time in ms, of a frame or of all; peak memory of the process in MiB; what it printed."""

    def __init__(self, cpu, wall, peak=0, text=""):
        self.cpu, self.wall, self.peak, self.text = cpu, wall, peak, text

    def each(self, n):
        return Took(self.cpu / n, self.wall / n, self.peak, self.text)


# A small process of its own starts what is measured: a child that a large one starts has that one's memory
# for its peak.
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
            last_words = (ran.stdout + errors.read())[-3000:]
            sys.exit("%s: exit status %d\n%s" % (" ".join(command), status, last_words))
    return Took(1e3 * cpu, 1e3 * wall, peak / 1024, ran.stdout)


def said(command, env=os.environ):
    """A process that prints a line for each thing that it times: CPU and wall time in ms, perhaps bytes."""
    result = []
    for line in spawn([str(c) for c in command], env).text.splitlines():
        numbers = [float(x) for x in line.split()]
        result.append(Took(*numbers[:2]))
        result[-1].bytes = numbers[2] if len(numbers) > 2 else 0
    return result


def tool(name, *arguments):
    """What the program WORK/NAME says."""
    return said([os.path.join(WORK, name), *arguments])


def here(work, n):
    """The median time of `work` in this process, and what it returned."""
    cpu, wall = [], []
    for _ in range(n):
        start = time.process_time(), time.perf_counter()
        result = work()
        cpu.append(1e3 * (time.process_time() - start[0]))
        wall.append(1e3 * (time.perf_counter() - start[1]))
    return Took(statistics.median(cpu), statistics.median(wall)), result


best = {}


def bandwidth(threads):
    """GB/s that so many threads read from memory: the most that was seen, for others may read too."""
    now = float(spawn([os.path.join(WORK, "bandwidth"), str(threads)]).text.split()[0])
    best[threads] = max(best.get(threads, 0), now)
    return best[threads]


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


def show(row, pairs):
    """As soon as it is measured."""
    stage, against, mine, theirs, ratio, share, n = row
    print("%s: frit %s ms, %s %s ms: %s times%s (%d rounds of %d; CPU over wall %s)"
          % (stage, mine, against, theirs, ratio, judged(row), len(pairs), n, share), flush=True)


def goals(stage, name, value):
    """What the goals say of a figure: none, one or several."""
    for of, begins, bound, limit in GOALS:
        if of == stage and name.startswith(begins):
            met = value >= limit if bound == AT_LEAST else value <= limit
            yield "%s %g: %s" % (bound, limit, "met" if met else "missed")


def in_brackets(found):
    return " [%s]" % "; ".join(found) if found else ""


def judged(row):
    stage, against, mine, _, ratio = row[:5]
    return in_brackets([g for g in goals(stage, "ratio to " + against, float(ratio))] +
                       [g.replace(":", " ms:") for g in goals(stage, "ms", float(mine))])


def figure(stage, name, value, digits=0):
    """One that bench.csv has no column for: printed now, and kept for the end."""
    line = "%.*f %s%s" % (digits, value, name, in_brackets(list(goals(stage, name, value))))
    print("  " + line, flush=True)
    with open(os.path.join(WORK, "figures"), "a") as f:
        f.write(json.dumps([stage, line]) + "\n")


def figures():
    path = os.path.join(WORK, "figures")
    if not os.path.exists(path):
        return []
    with open(path) as f:
        return [json.loads(line) for line in f]


def add(path, rows):
    new = not os.path.exists(path)
    with open(path, "a", newline="") as f:
        table = csv.writer(f)
        if new:
            table.writerow(HEADING)
        table.writerows(rows)


def wanted(*stages):
    """bench.csv, the number of rounds, and those of the stages that are asked for."""
    path, n, chosen = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    return path, n, [s for s in stages if not chosen or s in chosen]


def tune():
    """Where peers run in this process: it starts again with malloc tuned."""
    if "MALLOC_TOP_PAD_" not in os.environ:
        os.execve(sys.executable, [sys.executable] + sys.argv, TUNED)
