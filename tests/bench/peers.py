"""The study of scripts/paper, frame by frame, as one writes it with fabio, pyFAI, numpy and scipy: the peer
of chain.lua.  Prints how long it took, and leaves the numbers that chain.lua leaves, to be compared.
    python3 tests/bench/peers.py RAW THEORY FRAMES OF PROCESSES RESULT
The first FRAMES of a series of OF.  Tuned: pyFAI's engine is called directly with one array of corrections;
PROCESSES of one thread each share the frames; dark, gain and read noise, which are linear, are put in after
the sums; what does not change from frame to frame is made once.  What furnace, absorption, Compton, multiple
scattering and fluorescence are worth, and where the Gaussians lie, is read from THEORY, at no charge.
SPDX-License-Identifier: GPL-3.0-or-later"""
import ctypes, json, multiprocessing, resource, sys, time

import fabio, numpy as np, pyFAI
from scipy.optimize import nnls
from scipy.signal import CZT

BINS, RANGE = 2000, (0.75, 27.5)
SHELLS = (2.85, 5.0, 7.6, 10.1, 12.6, 15.0)
QMAX, RMAX, RSTEP, RESOLUTION = 24, 17.5, 0.02, 2 * np.pi * 0.20 / (0.1173 * 350)
COMPOSITION = {91.224: 52.5, 63.546: 17.9, 58.6934: 14.6, 26.9815384: 10, 47.867: 5}
NUMBER_DENSITY, EXPANSION, DENSITY = 0.0553262, 1e-5, 6.70


class Integration:
    """Counts to I(Q) and its variance."""

    def __init__(self, raw):
        ai = pyFAI.load(raw + "/geometry.poni")
        mask, flat = (fabio.open("%s/%s.tif" % (raw, name)).data for name in ("mask", "flat"))
        dark = fabio.open(raw + "/dark.tif").data
        method = ("full", "csr", "cython")
        self.q = ai.integrate1d_ng(dark, BINS, unit="q_A^-1", method=method, mask=mask.astype("int8"),
                                   radial_range=RANGE).radial
        # CsI, 4.51 g/cm^3, 0.6 mm, under an angle: in one array with flat, solid angle and polarization.
        attenuation = ctypes.CDLL("libxrl.so.11").CS_Total_CP
        attenuation.restype = ctypes.c_double
        attenuation.argtypes = ctypes.c_char_p, ctypes.c_double, ctypes.c_void_p
        alone = np.exp(-attenuation(b"CsI", 12.398419843320026 / 0.1173, None) * 4.51 * 0.06)
        cosine = ai.solidAngleArray(dark.shape) ** (1 / 3)
        oblique = (1 - alone ** (1 / cosine)) / (1 - alone)
        self.norm = (flat * ai.solidAngleArray(dark.shape) * ai.polarization(dark.shape, factor=0.99) *
                     oblique).astype("float32")
        self.engine = next(iter(ai.engines.values())).engine
        manifest = json.load(open(raw + "/manifest.json"))["settings"]
        self.gain, self.noise = manifest["gain_ADU_per_photon"], manifest["read_noise_ADU"]
        of_dark = self.engine.integrate_ng(dark, flat=self.norm, poissonian=True)
        ones = self.engine.integrate_ng(np.ones_like(dark), flat=self.norm, poissonian=True)
        self.dark, self.dark_variance = of_dark.signal, of_dark.variance
        self.squares = ones.variance                                # sum of squared shares
        self.valid = ones.normalization > 0

    def __call__(self, path):
        sums = self.engine.integrate_ng(fabio.open(path).data, flat=self.norm, poissonian=True)
        norm = np.where(self.valid, sums.normalization, 1)
        variance = self.gain * (sums.variance - self.dark_variance) + self.noise ** 2 * self.squares
        return (sums.signal - self.dark) / norm, variance / norm ** 2


def trapezoid(x):
    return np.concatenate([[x[1] - x[0]], x[2:] - x[:-2], [x[-1] - x[-2]]]) / 2


class Normalisation:
    """I(Q) to S(Q): scale and fluorescence by the line of G(r) below the first shell."""

    def __init__(self, q, theory):
        self.theory, self.use = theory, q <= QMAX
        self.r = 0.2 + 0.02 * np.arange(83)
        inside = q[self.use]
        window = np.sinc(inside / QMAX)
        m = 2 / np.pi * np.sin(np.outer(self.r, inside)) * inside * window * trapezoid(inside)
        below = np.linspace(0, inside[0], 60)
        kernel = 2 / np.pi * below * np.sinc(below / QMAX) * np.sin(np.outer(self.r, below))
        part = np.trapz(kernel, below, axis=1)
        m[:, :15] += part[:, None] / 15
        self.m = np.zeros((83, q.size))
        self.m[:, self.use] = m
        t = theory
        self.expected = (t["compton"] + t["multiple"] + t["f_sq_mean"]) / t["f_mean_sq"]
        self.shape = -t["shape"] / t["f_mean_sq"]
        self.constant, self.of_shape = self.m @ self.expected, self.m @ self.shape

    def __call__(self, intensity, variance, rho0):
        f = self.theory["f_mean_sq"]
        i = intensity / f
        a = np.stack([self.m @ i, self.of_shape], axis=1)
        y = self.constant - 4 * np.pi * rho0 * self.r
        inverse = np.linalg.inv(a.T @ a)
        x = inverse @ (a.T @ y)
        missed = y - a @ x
        slope = (np.outer(inverse[:, 0], missed) - x[0] * inverse @ a.T) @ self.m / f
        covariance = (slope * variance) @ slope.T
        s = 1 + x[0] * i + x[1] * self.shape - self.expected
        own = x[0] * variance / f * (x[0] / f + 2 * (slope[0] * i + slope[1] * self.shape))
        slopes = np.stack([i, self.shape])
        return s, own + (slopes * (covariance @ slopes)).sum(axis=0)


class Transform:
    """S(Q) to G(r), by the chirp-z transform."""

    def __init__(self, q):
        self.use = q <= QMAX + 1e-9
        q = q[self.use]
        self.r = np.arange(0, RMAX + RSTEP / 2, RSTEP)
        step, n = q[1] - q[0], q.size
        self.weight = 2 / np.pi * q * trapezoid(q)
        factor = np.exp((RESOLUTION * self.r) ** 2 / 2)
        self.factor = np.where(factor <= 10, factor, np.nan)
        self.single = CZT(n, self.r.size, np.exp(-1j * step * RSTEP), 1)
        self.double = CZT(n, self.r.size, np.exp(-2j * step * RSTEP), 1)
        self.turn, self.turn2 = np.exp(-1j * self.r * q[0]), np.exp(-2j * self.r * q[0])
        below = np.linspace(0, q[0], 4001)
        self.low = 2 / np.pi * np.trapz(below * np.sin(np.outer(self.r, below)), below, axis=1)
        self.kernel = self.weight * np.sin(np.outer(self.r, q))         # for what is linear in G
        self.kernel[:, :15] += self.low[:, None] / 15
        self.kernel *= self.factor[:, None]

    def __call__(self, s, variance):
        s, variance = s[self.use] - 1, variance[self.use]
        g = -(self.turn * self.single(self.weight * s)).imag + s[:15].mean() * self.low
        rest = self.weight ** 2 * variance
        rest[:15] = 0
        sigma2 = (rest.sum() - (self.turn2 * self.double(rest)).real) / 2
        sigma2 = sigma2 * self.factor ** 2 + self.kernel[:, :15] ** 2 @ variance[:15]
        return self.factor * g, sigma2, variance


def integral_weights(x, low, high, power):
    """w . y is the integral of x^power y from low to high, y on straight lines."""
    def cumulative(edge, x0, x1):       # of the two points' hats, from x0 to edge
        h, t = x1 - x0, edge - x0
        right = x0 * t ** 2 / 2 / h + t ** 3 / 3 / h if power else t ** 2 / 2 / h
        all_ = x0 * t + t ** 2 / 2 if power else t
        return all_ - right, right
    w = np.zeros_like(x)
    for j in range(max(np.searchsorted(x, low) - 1, 0), min(np.searchsorted(x, high), x.size - 1)):
        a, b = cumulative(min(high, x[j + 1]), x[j], x[j + 1]), cumulative(max(low, x[j]), x[j], x[j + 1])
        w[j] += a[0] - b[0]
        w[j + 1] += a[1] - b[1]
    return w


class Peak:
    """Area and first moment of the first sharp diffraction peak, and for moved windows."""

    def __init__(self, q):
        windows = [(2.0, 3.3), (1.9, 3.3), (2.1, 3.3), (2.0, 3.2), (2.0, 3.4)]
        self.use = slice(np.searchsorted(q, 1.8), np.searchsorted(q, 3.5))
        q = q[self.use]
        self.w = np.array([[integral_weights(q, *w, power) for w in windows] for power in (0, 1)])

    def __call__(self, s, variance):
        s, variance = s[self.use], variance[self.use]
        area, first = self.w @ s
        moment = first / area
        slope = (self.w[1] - moment[:, None] * self.w[0]) / area[:, None]
        sigmas = [np.sqrt(x ** 2 @ variance) for x in (slope, self.w[0])]
        return np.concatenate([moment, area] + sigmas)


class Shells:
    """Areas of G >= 0 between the limits of a reference, with the covariance of G."""

    def __init__(self, transform, reference):
        r, self.w = transform.r, []
        for nominal in SHELLS:
            near = np.abs(r - nominal) <= 0.8
            first = last = np.flatnonzero(near)[np.argmax(reference[near])]
            while reference[first - 1] >= 0:
                first -= 1
            while reference[last + 1] >= 0:
                last += 1
            low = r[first - 1] - reference[first - 1] * RSTEP / (reference[first] - reference[first - 1])
            high = r[last + 1] - reference[last + 1] * RSTEP / (reference[last + 1] - reference[last])
            self.w.append(integral_weights(r, low, high, 0))
        self.w = np.array(self.w)
        self.good = np.flatnonzero(self.w.any(axis=0))
        self.w = self.w[:, self.good]
        self.slope2 = (self.w @ transform.kernel[self.good]) ** 2

    def __call__(self, g, variance):
        return np.concatenate([self.w @ g[self.good], np.sqrt(self.slope2 @ variance)])


class Modes:
    """Shares of the four Gaussians in the second shell of g(r), by non-negative least squares."""

    WINDOWS = [(4.0, 6.3), (3.8, 6.3), (4.2, 6.3), (4.0, 6.1), (4.0, 6.5)]

    def __init__(self, transform, centres, widths, t_reference):
        number = DENSITY * 0.602214076 / (sum(m * x for m, x in COMPOSITION.items()) / 100)
        self.use = slice(np.searchsorted(transform.r, 3.5), np.searchsorted(transform.r, 7))
        self.r = transform.r[self.use]
        self.per_g = 1 / (4 * np.pi * number * self.r)
        self.kernel = transform.kernel[self.use] * self.per_g[:, None]
        self.centres, self.widths, self.t = centres, widths, t_reference

    def __call__(self, g, variance, temperature):
        k = 1 + EXPANSION * (temperature - self.t)
        y = 1 + k ** 3 * g[self.use] * self.per_g
        z = (self.r[:, None] - k * self.centres) / (k * self.widths)
        columns = np.exp(-z ** 2 / 2) / (np.sqrt(2 * np.pi) * k * self.widths)
        shares, sigma = [], None
        for low, high in self.WINDOWS:
            half = RSTEP / 2
            part = np.minimum(self.r + half, k * high) - np.maximum(self.r - half, k * low)
            part = np.maximum(part, 0) / RSTEP
            inside = part > 0
            root = np.sqrt(part[inside])
            a = columns[inside] * root[:, None]
            areas = nnls(a, y[inside] * root)[0]
            total = areas.sum()
            shares.append(areas / total)
            if sigma is None:
                free = areas > 0
                solve = np.zeros((4, root.size))
                solve[free] = np.linalg.pinv(a[:, free]) * root * k ** 3
                solve = (solve - shares[0][:, None] * solve.sum(axis=0)) / total
                sigma = np.sqrt((solve @ self.kernel[inside]) ** 2 @ variance)
        return np.concatenate([np.concatenate(shares), sigma])


class Study:
    def __init__(self, raw, theory, of):
        self.raw, self.of = raw, of
        self.integrate = Integration(raw)
        q = self.q = self.integrate.q
        table = np.genfromtxt(theory + "/theory.csv", delimiter=",", skip_header=1)
        names = ["q", "furnace", "absorption", "compton", "multiple", "shape", "f_mean_sq", "f_sq_mean"]
        columns = dict(zip(names, table.T))
        self.theory = {k: np.interp(q, columns["q"], columns[k]) for k in names[1:]}
        self.normalise, self.transform, self.peak = Normalisation(q, self.theory), Transform(q), Peak(q)
        self.modes_at = np.genfromtxt(theory + "/modes.csv", delimiter=",", skip_header=1)[:, [1, 3]].T
        self.near = np.abs(q - 2.3) <= 0.05

    def temperature(self, i):
        return 303 + 470 * i / (self.of - 1)

    def structure(self, i):
        """The part of a frame before it is compared with others: S and G, with variances."""
        counts, variance = self.integrate("%s/frames/frame_%05d.tif" % (self.raw, i + 1))
        t = self.theory
        intensity = (counts - t["furnace"]) / t["absorption"]
        rho0 = NUMBER_DENSITY * (1 + EXPANSION * (self.temperature(i) - 303)) ** -3
        s, sigma2 = self.normalise(intensity, variance / t["absorption"] ** 2, rho0)
        return s, sigma2, self.transform(s, sigma2)

    def refer(self, room):
        s, g = (np.mean([x[k] for x in room], axis=0) for k in (1, 2))
        self.variance_room = np.mean([x[3] for x in room], axis=0) / len(room)
        t = np.mean([self.temperature(x[0]) for x in room])
        self.s_room = s
        self.shells, self.modes = Shells(self.transform, g), Modes(self.transform, *self.modes_at, t)

    def numbers(self, i, s, sigma2, transformed):
        g, _, variance = transformed
        delta = (s - self.s_room)[self.near].mean()
        sigma = np.sqrt((sigma2 + self.variance_room)[self.near].sum()) / self.near.sum()
        return np.concatenate([self.peak(s, sigma2), self.shells(g, variance),
                               self.modes(g, variance, self.temperature(i)), [delta, sigma]])


study = None


def now():
    return sum(resource.getrusage(resource.RUSAGE_SELF)[:2])


def first(i):
    start = now()
    s, sigma2, transformed = study.structure(i)
    return i, s, transformed[0], sigma2, transformed, now() - start


def rest(job):
    i, kept = job
    start = now()
    s, sigma2, transformed = kept if kept else study.structure(i)
    return i, study.numbers(i, s, sigma2, transformed), s, sigma2, now() - start


def main():
    global study
    raw, theory, n, of, processes, result = sys.argv[1:]
    n, of, processes = int(n), int(of), int(processes)
    fabio.open("%s/frames/frame_00001.tif" % raw)
    start = now(), time.perf_counter()
    study = Study(raw, theory, of)
    set_up = now() - start[0], time.perf_counter() - start[1]
    is_room = [study.temperature(i) <= 322 + 1e-9 for i in range(n)]
    fork = multiprocessing.get_context("fork")
    start, cpu = (now(), time.perf_counter()), 0
    with fork.Pool(processes) as pool:
        room = pool.map(first, [i for i in range(n) if is_room[i]], chunksize=1)
    study.refer(room)
    kept = {x[0]: (x[1], x[3], x[4]) for x in room}
    mean = np.mean([study.temperature(i) for i in range(n)])
    rows, slope, slope2 = np.empty((n, 20 + 12 + 24 + 2)), 0, 0
    with fork.Pool(processes) as pool:
        for i, numbers, s, sigma2, took in pool.imap(rest, [(i, kept.get(i)) for i in range(n)], chunksize=4):
            rows[i] = numbers
            t = study.temperature(i) - mean
            slope, slope2 = slope + t * s, slope2 + t ** 2 * sigma2
            cpu += took
    each = (cpu + sum(x[5] for x in room) + now() - start[0]) / n, (time.perf_counter() - start[1]) / n
    np.save(result, rows)
    print(json.dumps({"set_up": set_up, "frame": each}))


main()
