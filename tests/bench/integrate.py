"""Integration of frames that lie in memory, beside pyFAI: batch u16, batch f32, one frame, set-up.
SPDX-License-Identifier: GPL-3.0-or-later"""
import os, sys

import measure

PYFAI = os.path.join(os.path.dirname(os.path.abspath(__file__)), "panel.py")
# N in bench.csv; type; what and how many ours and pyFAI are given; threads.
STAGES = {
    "batch u16": (256, "u16", ("batch", 16), ("frame", 8), measure.THREADS),
    "batch f32": (256, "f32", ("batch", 16), ("frame", 8), measure.THREADS),
    "one frame": (100, "u16", ("frame", 100), ("frame", 8), measure.THREADS),
    "set-up": (2, "u16", ("set-up", 2), ("set-up", 2), 1),
}


def stage(name, n_rounds):
    n, kind, (what, many), (pyfai_what, pyfai_many), threads = STAGES[name]

    def ours():
        return measure.tool("integrate", what, kind, many, measure.THREADS)[0]

    def pyfai():
        return measure.said([sys.executable, PYFAI, pyfai_what, kind, pyfai_many], measure.TUNED)[0]
    pairs = measure.rounds(name, n_rounds, ours, pyfai, threads)
    row = measure.row(name, "pyFAI full CSR, malloc tuned", pairs, n)
    measure.show(row, pairs)
    rate = measure.median(pairs, lambda a, b: a.bytes / a.wall / 1e6)
    if rate > 0:
        share = 100 * rate / measure.bandwidth(threads)
        measure.figure(name, "%% of what memory gives, at %.1f GB/s" % rate, share)
    return row


def main():
    path, n_rounds, chosen = measure.wanted(*STAGES)
    measure.add(path, [stage(name, n_rounds) for name in chosen])


main()
