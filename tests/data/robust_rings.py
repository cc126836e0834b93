"""How robust_rings.csv was made, with pyFAI 0.21.3: what it finds for the frame of azimuthal_robust_steps.c.
SPDX-License-Identifier: GPL-3.0-or-later"""
import numpy as np, pyFAI, logging
logging.disable(50)
from pyFAI.azimuthalIntegrator import AzimuthalIntegrator
rows, cols, npt = 120, 140, 40
i = np.arange(rows * cols, dtype=np.uint64)
def noise(k):
    x = (i * np.uint64(2654435761) + np.uint64(k) * np.uint64(40503)) & np.uint64(0xffffffff)
    x ^= x >> np.uint64(15); x = x * np.uint64(2246822519) & np.uint64(0xffffffff); x ^= x >> np.uint64(13)
    return (x & np.uint64(1023)).astype(float) / 1024
g = noise(1) + noise(2) + noise(3) + noise(4) - 2
frame = np.floor(500 + 39 * g)
frame[noise(5) < 0.01] += 4000
frame[noise(6) < 0.01] = 3
frame = frame.reshape(rows, cols)
mask = (np.arange(rows * cols) % 61 == 7).astype("int8").reshape(rows, cols)
ai = AzimuthalIntegrator(dist=0.2, poni1=0.0125, poni2=0.0143, rot1=0.05, rot2=-0.02, pixel1=4e-4, pixel2=4e-4,
                         wavelength=1.173e-11)
how = dict(unit="q_A^-1", mask=mask, method=("no", "csr", "cython"))
out = []
for model, thres, it in (("poisson", 5, 5), ("azimuthal", 5, 5), ("azimuthal", 0, 2), ("poisson", 4, 1)):
    r = ai.sigma_clip_ng(frame.astype("float32"), npt, error_model=model, thres=thres, max_iter=it,
                         correctSolidAngle=False, **how)
    out += [r.intensity, r.sigma, r.count]
q = r.radial
cells = 262144
for pc in (50, (10, 90), (45, 55)):
    m = ai.medfilt1d(frame.astype("float32"), npt, cells, percentile=pc, correctSolidAngle=False, **how)
    out.append(m.intensity)
t = ai.integrate2d_ng(frame.astype("float32"), npt, cells, correctSolidAngle=False, **how)
out.append(t.count.sum(axis=0)); out.append((t.count > 1).sum(axis=0))
np.savetxt("robust_rings.csv", np.array([q] + out).T, fmt="%.9g", delimiter=",",
           header="pyFAI 0.21.3, by robust_rings.py: Q; I, sigma, pixels of sigma_clip_ng, error model poisson and "
           "threshold 5, azimuthal 5,\nazimuthal 0 (2 turns), poisson 4 (1 turn); medfilt1d of 50, 10-90, 45-55; "
           "pixels; cells with more than one pixel")
