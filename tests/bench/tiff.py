"""Reading of TIFFs, cached, 2048 x 2048, into memory that was touched before: tiff.
Uncompressed, CPU time: whole against fabio; whole, and by bands of 32 rows (into the same memory, as a batch
takes them), against plain pread of the whole file.  Compressed, wall time: on all processors against one.
SPDX-License-Identifier: GPL-3.0-or-later"""
import os, subprocess, tempfile

import fabio, numpy as np

import measure

FRAMES = 4


def make_frames(folder, dtype):
    random = np.random.default_rng(1)
    paths = [os.path.join(folder, "%s%d.tif" % (dtype, i)) for i in range(FRAMES)]
    for path in paths:
        fabio.tifimage.TifImage(data=random.poisson(1000, (2048, 2048)).astype(dtype)).write(path)
    return paths


def report(against, pairs, n, *of):
    row = measure.row("tiff", against, pairs, n, *of)
    measure.show(row, pairs)
    return row


def raw(paths, dtype, n_rounds):
    pairs = {what: [] for what in ("fabio, ", "plain pread, ", "plain pread, by bands of 32 rows, ")}
    for k in range(n_rounds + 1):
        whole, bands, plain = measure.tool("tiff", "read", 12, *paths)
        theirs = measure.here(lambda: [fabio.open(p).data for p in paths], 3)[0].each(FRAMES)
        if k:   # the first one warms the page cache
            for of, pair in zip(pairs.values(), ((whole, theirs), (whole, plain), (bands, plain))):
                of.append(pair)
    return [report(what + dtype, p, FRAMES) for what, p in pairs.items()]


def compressed(path, folder, n_rounds):
    rows = []
    for codec in ("lzw", "deflate", "zstd"):
        packed = os.path.join(folder, codec + ".tif")
        if subprocess.run([os.path.join(measure.WORK, "tiff"), "compress", codec, path, packed],
                          stderr=subprocess.DEVNULL).returncode:
            continue    # libtiff was made without it

        def on(threads):
            return lambda: measure.tool("tiff", "decode", 10, threads, packed)[0]
        on(1)()     # warms the page cache
        pairs = measure.rounds("tiff " + codec, n_rounds, on(measure.THREADS), on(1))
        rows.append(report("one thread (wall), uint16 " + codec, pairs, 1, lambda took: took.wall))
    return rows


def main():
    path, n_rounds, _ = measure.wanted("tiff")
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for dtype in ("uint16", "float32"):
            paths = make_frames(folder, dtype)
            rows += raw(paths, dtype, n_rounds)
            if dtype == "uint16":
                rows += compressed(paths[0], folder, n_rounds)
    measure.add(path, rows)


measure.tune()
main()
