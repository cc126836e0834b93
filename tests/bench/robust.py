"""Averages over rings without outliers, beside pyFAI's: sigma clip, median.
sigma clip: against sigma_clip_ng, by noise (error model poisson) and by spread (azimuthal); median: against
medfilt1d with 512 cells of azimuth.  2048 x 2048 pixels of 400 counts, one in a thousand an outlier, 2,000
bins, solid angle.  SPDX-License-Identifier: GPL-3.0-or-later"""
import os, sys, tempfile

import numpy

import measure

PYFAI = os.path.join(os.path.dirname(os.path.abspath(__file__)), "panel.py")
WAYS = {"sigma clip": (("noise", "sigma_clip_ng poisson"), ("spread", "sigma_clip_ng azimuthal")),
        "median": (("median", "medfilt1d"),)}
OURS, THEIRS = 60, 6    # frames


def make_frames(path, kind):
    random, all_ = numpy.random.default_rng(1), []
    for _ in range(4):
        f = random.poisson(400, (2048, 2048))
        out = random.random(f.shape) < 0.001
        f[out] = random.integers(600, 60000, out.sum())
        all_.append(f.astype("uint16" if kind == "u16" else "float32"))
    numpy.array(all_).tofile(path)


def check(what, ours, theirs):
    """The same curve, but for cells in place of pixels, and the few pixels near the limit, which is lower in
    pyFAI 0.21 where the norm is below one."""
    a, b = numpy.fromfile(ours)[:2000], numpy.fromfile(theirs)
    good = (a > 0) & (b > 0)
    off = numpy.abs(a - b)[good] / b[good]
    print("%s: half of the bins agree within %.1e, nine of ten within %.1e"
          % (what, *numpy.quantile(off, (0.5, 0.9))))
    if numpy.quantile(off, 0.5) > (0.01 if what == "median" else 1e-4):
        sys.exit("the curves are not the same")


def one(folder, name, what, peer, kind, n_rounds):
    frames, a, b = (os.path.join(folder, x) for x in (kind, "ours", "theirs"))

    def ours():
        return measure.tool("robust", what, kind, OURS, measure.THREADS, frames, a)[0]

    def theirs():
        return measure.said([sys.executable, PYFAI, what, kind, THEIRS, frames, b], measure.TUNED)[0]
    pairs = measure.rounds(name, n_rounds, ours, theirs)
    check(what, a, b)
    row = measure.row(name, "pyFAI %s, %s" % (peer, kind), pairs, OURS)
    measure.show(row, pairs)
    return row


def main():
    path, n_rounds, chosen = measure.wanted(*WAYS)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for kind in ("u16", "f32"):
            make_frames(os.path.join(folder, kind), kind)
            rows += [one(folder, name, what, peer, kind, n_rounds)
                     for name in chosen for what, peer in WAYS[name]]
    measure.add(path, rows)


main()
