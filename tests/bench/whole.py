"""The whole of a study, from files to metrics, through a recipe: chain, cold, paper, memory, graph.
chain: FRIT_BENCH_FRAMES (1000) frames in the page cache, their digests known, against peers.py in as many
processes as there are processors, on a fifth of the frames, since its time goes with their number.  cold: the
same from the disk, against reading the files and no more.  paper: three samples of 236 frames, with an empty
store, in wall time.  memory: the largest resident set, and all threads against one; with FRIT_LONG=1 also of
10,000 frames.  graph: what an element of a node costs.  Needs 13 MB a frame and 4 GB in TMPDIR, or /var/tmp.
SPDX-License-Identifier: GPL-3.0-or-later"""
import json, os, shutil, sys, tempfile, time

import fabio, numpy as np

import measure
from measure import Took, median

here = os.path.dirname(os.path.abspath(__file__))
FRIT = os.path.join(os.path.dirname(os.path.dirname(here)), "build/core/frit")
N = int(os.environ.get("FRIT_BENCH_FRAMES", "1000"))
PAPER, SAMPLES = min(236, N // 3), 3
PEERS = "fabio, pyFAI, numpy, scipy in %d processes" % measure.THREADS
SIZE, RAMP = 2048, 12


class Place:
    """A folder with raw files and frames, removed at the end; a store and what it is filled with."""

    def __init__(self):
        folder = os.environ.get("TMPDIR", "/var/tmp")
        need = (N * (SIZE * SIZE * 2 + (4 << 20)) + (4 << 30)) / 1e9
        if shutil.disk_usage(folder).free / 1e9 < need:
            sys.exit("%s has less than %.1f GB free: set TMPDIR, or FRIT_BENCH_FRAMES below %d"
                     % (folder, need, N))
        self.at, self.old = tempfile.mkdtemp(dir=folder), 0
        self.raw, self.out, self.store = (os.path.join(self.at, x) for x in ("raw", "out", "store"))
        self.digests = os.path.join(self.at, "digests")
        self.env = dict(os.environ, FRIT_STORE=self.store)

    def remove(self):
        shutil.rmtree(self.at, ignore_errors=True)

    def make_frames(self):
        measure.spawn([FRIT, "simulate", "bam11", self.raw, "--frames", str(RAMP), "--size", str(SIZE),
                       "--noise", "off", "--samples", "HPT"], self.env)
        base = os.path.join(self.at, "base")
        ramp = [fabio.open("%s/HPT_%04d.tif" % (self.raw, i + 1)).data.astype("float32") for i in range(RAMP)]
        np.concatenate(ramp).tofile(base)
        manifest = json.load(open(self.raw + "/manifest.json"))["settings"]
        noise = [str(manifest[k]) for k in ("gain_ADU_per_photon", "read_noise_ADU")]
        pedestal = np.median(fabio.open(self.raw + "/dark.tif").data)
        os.mkdir(self.raw + "/frames")
        measure.spawn([measure.WORK + "/frames", base, str(SIZE), str(RAMP), self.raw + "/frames", "1",
                       str(N)] + noise + [str(pedestal)])
        os.remove(base)
        os.sync()
        time.sleep(3)   # a file that was changed just now is not remembered

    def files(self, n):
        return ["%s/frames/frame_%05d.tif" % (self.raw, i + 1) for i in range(n)]

    def fresh(self, known=True):
        """An empty store, which knows what the files hold or does not."""
        for folder in (self.store, self.out):
            self.put_away(folder)
        os.mkdir(self.store)
        if known:
            shutil.copy(self.digests, self.store + "/digests")

    def put_away(self, folder):
        """Removed at the end: for minutes after many files were removed ext4 is slow at making new ones."""
        if os.path.exists(folder):
            self.old += 1
            os.rename(folder, "%s/old-%d" % (self.at, self.old))

    def recipe(self, name, threads, **settings):
        command = [FRIT, "run", "-j%d" % threads, "%s/%s.lua" % (here, name), "--set", "out=" + self.out]
        for setting in settings.items():
            command += ["--set", "%s=%s" % setting]
        return measure.spawn(command, self.env)

    def run(self, n=N, threads=measure.THREADS, name="chain", **settings):
        return self.recipe(name, threads, raw=self.raw, frames=n, **settings)

    def learn(self):
        """The first run, which takes the digests of the files on the way; what peers need beside the frames."""
        self.fresh(known=False)
        first = self.run()
        shutil.copy(self.store + "/digests", self.digests)
        self.run(name="theory")
        self.theory = os.path.join(self.at, "theory")
        os.rename(self.out, self.theory)
        return first


def warm(files):
    buffer = memoryview(bytearray(8 << 20))
    for name in files:
        with open(name, "rb", buffering=0) as f:
            while f.readinto(buffer):
                pass


def forget(files):
    """Out of the page cache; only these files."""
    for name in files:
        f = os.open(name, os.O_RDONLY)
        os.fsync(f)
        os.posix_fadvise(f, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(f)


def read_only(files):
    """As fast as the disk gives them: large blocks, the kernel told of the next files."""
    forget(files)
    buffer = memoryview(bytearray(8 << 20))
    start, cpu = time.perf_counter(), time.process_time()
    for i, name in enumerate(files):
        for following in files[i + 1:i + 5] if i == 0 else files[i + 4:i + 5]:
            f = os.open(following, os.O_RDONLY)
            os.posix_fadvise(f, 0, 0, os.POSIX_FADV_WILLNEED)
            os.close(f)
        f = os.open(name, os.O_RDONLY)
        os.posix_fadvise(f, 0, 0, os.POSIX_FADV_SEQUENTIAL)
        while os.readv(f, [buffer]):
            pass
        os.close(f)
    return Took(1e3 * (time.process_time() - cpu), 1e3 * (time.perf_counter() - start))


def peers(place, n, of, result="peers"):
    """Set-up and one frame, each as Took."""
    numbers = os.path.join(place.at, result + ".npy")
    env = dict(measure.TUNED, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    text = measure.spawn([sys.executable, here + "/peers.py", place.raw, place.theory, str(n), str(of),
                          str(measure.THREADS), numbers], env).text
    said = json.loads(text.strip().split("\n")[-1])
    return [Took(1e3 * said[k][0], 1e3 * said[k][1]) for k in ("set_up", "frame")]


def check(place):
    """Both must have found the same, else they have not done the same."""
    rows = np.load(place.at + "/peers.npy")

    def column(name, k):
        table = np.genfromtxt("%s/S1-%s.csv" % (place.theory, name), delimiter=",", skip_header=1)
        return table[:len(rows), k]
    for name, k, table, of, limit in (("<Q>", 0, "fsdp", 1, 1e-4), ("area", 5, "fsdp", 3, 2e-3),
                                      ("r1", 20, "shells", 1, 3e-3), ("sigma of r1", 26, "shells", 2, 1e-2),
                                      ("share 1", 32, "shares", 1, 2e-3)):
        a, b = rows[:, k], column(table, of)
        off = np.max(np.abs(a / b - 1))
        print("  %s: peers and frit agree to %.1e" % (name, off))
        if off > limit:
            sys.exit("peers.py and chain.lua do not do the same: %s differs by %.1e" % (name, off))


# ---- Stages ----

def chain(place, n_rounds):
    n_peers, files = max(N // 5, 50), place.files(N)

    def ours():
        place.fresh()
        return place.run().each(N)

    def theirs():
        set_up, frame = peers(place, min(n_peers, N), N)
        return Took(frame.cpu + set_up.cpu / N, frame.wall + set_up.wall / N)
    warm(files)
    pairs = measure.rounds("chain", n_rounds, ours, theirs)
    r = measure.row("chain", PEERS, pairs, N)
    rate, their_rate = median(pairs, lambda a, b: 1e3 / a.wall), median(pairs, lambda a, b: 1e3 / b.wall)
    measure.show(r, pairs)
    measure.figure("chain", "frames/s, peers %.1f" % their_rate, rate)
    print("  a frame, set-up included; peak %.0f MiB; %d frames, peers on %d of them"
          % (median(pairs, lambda a, b: a.peak), N, n_peers), flush=True)
    check(place)
    return [r]


def cold(place, n_rounds):
    files = place.files(N)

    def ours():
        place.fresh()
        forget(files)
        return place.run().each(N)
    pairs = measure.rounds("cold", n_rounds, ours, lambda: read_only(files).each(N), 0)
    r = measure.row("cold", "reading alone, wall", pairs, N, lambda took: took.wall)
    measure.show(r, pairs)
    print("  wall time a frame: %.0f %% of the disk's %.2f GB/s"
          % (100 * float(r[4]), SIZE * SIZE * 2e-6 / float(r[3])), flush=True)
    return [r]


def paper(place, n_rounds):
    n, n_peers = PAPER * SAMPLES, min(64, PAPER)

    def ours():
        place.fresh(known=False)
        return place.run(PAPER, samples=SAMPLES)

    def theirs():
        set_up, frame = peers(place, n_peers, PAPER, "paper")
        return Took(SAMPLES * set_up.cpu + n * frame.cpu, SAMPLES * set_up.wall + n * frame.wall)
    warm(place.files(n))
    pairs = measure.rounds("paper", n_rounds, ours, theirs, 0)
    r = measure.row("paper", PEERS + ", wall", pairs, n, lambda took: took.wall)
    measure.show(r, pairs)
    print("  wall time of %d samples of %d frames, store empty; peak %.0f MiB; peers measured on %d frames, "
          "with a set-up a sample"
          % (SAMPLES, PAPER, median(pairs, lambda a, b: a.peak), n_peers), flush=True)
    return [r]


def memory(place, n_rounds):
    warm(place.files(N))
    one, two = [], []
    for _ in range(n_rounds):
        for threads, list_ in ((measure.THREADS, two), (1, one)):
            place.fresh()
            list_.append(place.run(threads=threads))
    slow, fast = (min(x.wall for x in runs) for runs in (one, two))
    print("memory: %d frames in %.1f s by %d threads, %.1f s by one"
          % (N, fast / 1e3, measure.THREADS, slow / 1e3), flush=True)
    measure.figure("memory", "times as fast by %d threads as by one" % measure.THREADS, slow / fast, 2)
    long = [(10000, 10000 // N)] if os.environ.get("FRIT_LONG") == "1" else []
    for n, repeats in [(n, 1) for n in sorted({min(100, N), N})] + long:
        place.fresh()
        measure.figure("memory", "MiB at most, %d frames" % n, place.run(n, repeats=repeats).peak)
    return []


def graph(place, n_rounds):
    """CPU time of many cheap steps on many elements, less that of none."""
    def cost(elements, nodes, **settings):
        place.fresh(known=False)
        return place.recipe("graph", 1, elements=elements, nodes=nodes, **settings).cpu
    for elements, points, keep in ((1000, 1, "false"), (1000, 1, "true"), (1000, 100, "false"),
                                   (10000, 1, "false"), (10000, 1, "true")):
        each = [1e3 * (cost(elements, 20, points=points, keep=keep) - cost(elements, 0, points=points)) /
                (elements * 20) for _ in range(n_rounds)]
        measure.figure("graph", "us an element and node: %d elements, 20 nodes, values of %d points%s"
                       % (elements, points, ", all kept in the store" if keep == "true" else ""),
                       sorted(each)[len(each) // 2], 1)
    return []


def main():
    stages = {"graph": graph, "chain": chain, "cold": cold, "paper": paper, "memory": memory}
    path, n_rounds, chosen = measure.wanted(*stages)
    place, rows = Place(), []
    try:
        if chosen != ["graph"]:
            place.make_frames()
            first = place.learn().each(N)
            print("digests unknown: %.2f ms of CPU, %.2f ms of wall time a frame, %d frames"
                  % (first.cpu, first.wall, N), flush=True)
        for s in chosen:
            rows += stages[s](place, n_rounds)
    finally:
        place.remove()
    measure.add(path, rows)


main()
