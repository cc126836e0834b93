"""Reading of TIFFs, cached, 2048 x 2048, into memory that was touched before: medians of pairs in turn.
    python3 tests/bench/tiff.py [BENCH.csv [ROUNDS]]
Adds its rows to BENCH.csv.  Uncompressed, CPU time: whole against fabio; whole, and by bands of 32 rows (into
the same memory, as a batch takes them), against plain pread of the whole file.  Compressed, wall time: on all
processors against one.
SPDX: GPL-3.0-or-later"""
import csv, os, statistics, subprocess, sys, tempfile, time

import fabio, numpy as np

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SOURCES = ["tests/bench/tiff_bench.c", "plugins/shared/time_text.c"]
SOURCES += ["plugins/images/%s.c" % s for s in
            ("edf", "file", "fit2d", "header", "pixels", "tiff", "tiff_messages", "tiff_pixels")]
FRAMES = 4
# The peer with malloc tuned: without it half of its time are page faults.
TUNED = {"MALLOC_MMAP_THRESHOLD_": "1073741824", "MALLOC_TRIM_THRESHOLD_": "4294967296",
         "MALLOC_TOP_PAD_": "268435456"}


def build(folder):
    """The plugin's own sources, with the flags that plugins are built with."""
    tool = os.path.join(folder, "tiff_bench")
    libs = subprocess.check_output(["pkg-config", "--cflags", "--libs", "libtiff-4"], text=True)
    flags = ["-std=gnu11", "-O2", "-ffp-contract=off", "-Icore", "-Iplugins"]
    subprocess.run([os.environ.get("CC", "cc")] + flags + SOURCES + ["-o", tool] + libs.split() +
                   ["-lm", "-lpthread"], cwd=ROOT, check=True)
    return tool


def run(*command):
    out = subprocess.check_output([str(c) for c in command], text=True).split()
    return [(float(out[i]), float(out[i + 1])) for i in range(0, len(out), 2)]


def cpu_ms(f, n):
    times = []
    for _ in range(n):
        start = time.process_time()
        f()
        times.append(1e3 * (time.process_time() - start))
    return statistics.median(times)


def frames(folder, dtype):
    random = np.random.default_rng(1)
    paths = [os.path.join(folder, "%s%d.tif" % (dtype, i)) for i in range(FRAMES)]
    for path in paths:
        fabio.tifimage.TifImage(data=random.poisson(1000, (2048, 2048)).astype(dtype)).write(path)
    return paths


def raw(tool, paths, dtype, rounds):
    pairs = {what: [] for what in ("fabio, ", "plain pread, ", "plain pread, by bands of 32 rows, ")}
    for k in range(rounds + 1):
        whole, bands, plain = run(tool, "read", 12, *paths)
        theirs = cpu_ms(lambda: [fabio.open(p).data for p in paths], 3) / FRAMES
        if k:   # the first one warms the page cache
            for of, ours, peer in zip(pairs.values(), (whole, whole, bands), (theirs, plain[0], plain[0])):
                of.append((ours[0], peer, ours[1]))
    return [("tiff", what + dtype, p, FRAMES) for what, p in pairs.items()]


def compressed(tool, path, folder, rounds):
    rows, all_of_them = [], len(os.sched_getaffinity(0))
    for codec in ("lzw", "deflate", "zstd"):
        packed = os.path.join(folder, codec + ".tif")
        if subprocess.run([tool, "compress", codec, path, packed], stderr=subprocess.DEVNULL).returncode:
            continue
        pairs = []
        for k in range(rounds + 1):
            many, one = (run(tool, "decode", 10, n, packed)[0] for n in (all_of_them, 1))
            if k and (many[1] > 1.6 or all_of_them == 1):   # else others had the processors
                pairs.append((many[0], one[0], many[1]))
        if pairs:
            rows.append(("tiff", "one thread (wall), uint16 " + codec, pairs, 1))
    return rows


def main():
    if "MALLOC_TOP_PAD_" not in os.environ:
        os.execve(sys.executable, [sys.executable] + sys.argv, dict(os.environ, **TUNED))
    path = sys.argv[1] if len(sys.argv) > 1 else "bench.csv"
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    with tempfile.TemporaryDirectory() as folder:
        tool, rows = build(folder), []
        for dtype in ("uint16", "float32"):
            paths = frames(folder, dtype)
            rows += raw(tool, paths, dtype, rounds)
            if dtype == "uint16":
                rows += compressed(tool, paths[0], folder, rounds)
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
