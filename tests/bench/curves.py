"""Stages of the chain after the integrator: transform, fit.
transform: S(Q) to G(r) with errors, 2,500 to 3,000 points, against numpy's direct sum.  fit: four Gaussians,
12 bounded parameters, 60 points, noise of one frame, against scipy's curve_fit with an analytic Jacobian.
SPDX-License-Identifier: GPL-3.0-or-later"""
import os, sys, tempfile

import numpy as np
from scipy.optimize import curve_fit

import measure

FITS = 50
SQRT_2PI = np.sqrt(2 * np.pi)


def report(stage, against, pairs, n):
    row = measure.row(stage, against, pairs, n)
    measure.show(row, pairs)
    return row


def direct_sum(q, s, sigma, r):
    """As PyStoG does it: one r after the other, the trapezoid and its error in quadrature."""
    weight = np.empty_like(q)
    weight[1:-1] = (q[2:] - q[:-2]) / 2
    weight[0], weight[-1] = (q[1] - q[0]) / 2, (q[-1] - q[-2]) / 2
    f, e = weight * q * (s - 1), weight * q * sigma
    g, error = np.empty_like(r), np.empty_like(r)
    for i, x in enumerate(r):
        kernel = np.sin(q * x)
        g[i] = 2 / np.pi * np.sum(f * kernel)
        error[i] = 2 / np.pi * np.sqrt(np.sum((e * kernel) ** 2))
    return g, error


def transform(folder, n_rounds):
    q = 0.5 + 0.01 * np.arange(2500)
    s = 1 + np.sin(2.7 * q) * np.exp(-0.1 * q)
    sigma = 0.01 + 0.001 * (np.arange(2500) % 7)
    curve, result = os.path.join(folder, "curve"), os.path.join(folder, "result")
    np.concatenate([q, s, sigma]).tofile(curve)
    r, pairs = 0.02 * np.arange(3000), []
    for k in range(n_rounds + 1):
        ours = measure.tool("curves", "transform", curve, result, 400)[0]
        theirs, (g, error) = measure.here(lambda: direct_sum(q, s, sigma, r), 3)
        if k:   # the first one warms both
            pairs.append((ours, theirs))
    found = np.fromfile(result).reshape(2, -1)
    off = max(np.abs(found[0] - g).max() / np.abs(g).max(), np.abs(found[1] - error).max() / error.max())
    print("transform: off the direct sum by %.1e of the maximum" % off)
    if off > 1e-12:
        sys.exit("the transform is not the direct sum")
    return report("transform", "numpy direct sum with errors", pairs, 3000)


def gaussians(r, *p):
    f = np.zeros_like(r)
    for area, centre, width in np.reshape(p, (-1, 3)):
        f += area / (width * SQRT_2PI) * np.exp(-((r - centre) / width) ** 2 / 2)
    return f


def derivatives(r, *p):
    j = np.empty((r.size, len(p)))
    for k, (area, centre, width) in enumerate(np.reshape(p, (-1, 3))):
        z = (r - centre) / width
        shape = np.exp(-z * z / 2) / (width * SQRT_2PI)
        j[:, 3 * k], j[:, 3 * k + 1], j[:, 3 * k + 2] = \
            shape, area * shape * z / width, area * shape * (z * z - 1) / width
    return j


def fit(folder, n_rounds):
    """The second shell of a metallic glass: connections of clusters of 2.969 angstrom, with noise."""
    random, r = np.random.default_rng(1), np.linspace(4.0, 6.3, 60)
    centre = 2.969 * np.sqrt([4, 3, 8 / 3, 2])
    true = np.column_stack([[0.6, 0.9, 0.8, 0.4], centre + [0.02, -0.03, 0.04, -0.02],
                            [0.3, 0.24, 0.26, 0.3]]).ravel()
    start = np.column_stack([np.full(4, 0.7), centre, np.full(4, np.sqrt(0.15 * 0.45))]).ravel()
    lower = np.column_stack([np.zeros(4), centre - 0.1, np.full(4, 0.15)]).ravel()
    upper = np.column_stack([np.full(4, np.inf), centre + 0.1, np.full(4, 0.45)]).ravel()
    curves = [gaussians(r, *true) + random.normal(0, 0.01, r.size) for _ in range(FITS)]
    path, result = os.path.join(folder, "curves"), os.path.join(folder, "parameters")
    np.concatenate([start, lower, upper, r] + curves).tofile(path)
    pairs = []
    for k in range(n_rounds + 1):
        ours = measure.tool("curves", "fit", path, result, 20)[0]
        theirs, found = measure.here(lambda: [curve_fit(gaussians, r, y, start, bounds=(lower, upper),
                                                        jac=derivatives)[0] for y in curves], 1)
        if k:
            pairs.append((ours, theirs.each(FITS)))
    chi2 = [[np.sum((gaussians(r, *p) - y) ** 2) for p, y in zip(ps, curves)]
            for ps in (np.fromfile(result).reshape(FITS, -1), found)]
    # The valley has two sides: either may end on the one that is a little higher.
    higher, lower = (sum(a > b * (1 + 1e-6) for a, b in zip(*two)) for two in (chi2, chi2[::-1]))
    print("fit: of %d minima %d are higher than scipy's, %d lower" % (FITS, higher, lower))
    if higher > FITS / 10:
        sys.exit("the fit has not found the minimum")
    return report("fit", "scipy curve_fit, analytic Jacobian", pairs, FITS)


def main():
    path, n_rounds, chosen = measure.wanted("transform", "fit")
    stages = {"transform": transform, "fit": fit}
    with tempfile.TemporaryDirectory() as folder:
        measure.add(path, [stages[name](folder, n_rounds) for name in chosen])


measure.tune()
main()
