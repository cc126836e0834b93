-- What the figures share: the samples, the experiment, and how it is analysed.
-- SPDX-License-Identifier: GPL-3.0-or-later

-- Okabe and Ito's colours, told apart by all eyes: one for each sample.
local blue, vermilion, green = "#0072B2", "#D55E00", "#009E73"

local s = {
    composition = "Zr52.5Cu17.9Ni14.6Al10Ti5", density = 6.70,               -- g/cm^3
    number_density = 0.0553262, expansion = 1e-5,         -- 1/angstrom^3 at room temperature; linear, 1/K

    -- As cast, cold rolled, after high-pressure torsion; Tg and Tx from calorimetry at 20 K/min, in K; turn: where the
    -- second stage of relaxation begins, as known beforehand, about, around which frames are averaged; turns: what relaxes turns back there.
    order = { "AC", "CR", "HPT" },
    samples = {
        AC  = { thickness = "1 mm", tg = 680, tx = 731, turn = 633, colour = blue },
        CR  = { thickness = "0.3 mm", tg = 674, tx = 724, turn = 583, turns = true, colour = vermilion },
        HPT = { thickness = "0.3 mm", tg = 673, tx = 720, turn = 553, turns = true, colour = green },
    },

    -- The detector.
    screen = { converter = "CsI", converter_density = 4.51, converter_thickness = "0.6 mm" },
    polarization = 0.99,
    gain = 0.30, read_noise = 4,                                              -- ADU a photon, ADU; see raw.lua
    beam = 0.20,                                                              -- mm, standard deviation
    distance = 350, wavelength = 0.1173,                                      -- mm, angstrom

    -- I(Q) to S(Q) and G(r).
    npt = 2000, radial_range = { 0.75, 27.5 }, split = "no",
    qmax = 24, rmax = 17.5, rstep = 0.02,

    -- Metrics.
    room = { 300, 322 },                                                      -- K: the reference, ten frames
    window = { 2.0, 3.3 },                                                    -- of the FSDP, 1/angstrom
    straight = 500,                                                           -- K: <Q> is a line up to here
    peaks = { 4, 16 }, prominence = 0.15,                                     -- angstrom; 1/angstrom^2: peaks of G
    delta_q = 2.3, warm = { 390, 412 },                                       -- where Delta S is followed, 1/angstrom; K:
                                                                              -- another reference for it
    shift = 0.1, second_shell = { 4.0, 6.3 }, radius = 2.969,                 -- of the connection modes, angstrom
    modes = { "1-atom", "2-atom", "3-atom", "4-atom" },
    mode_colours = { "#56B4E9", "#E69F00", "#CC79A7", "#332288" },

    -- By how much what is found may be off, where the truth is known.  moment: the beam's blur alone moves <Q> by -4e-4
    -- (applied to the closed form), and counting by 1e-5.  area, r1: the method's bias; r6: 1.5 % of noise a frame, over
    -- ten of them, twice, and the bias of fixed limits.  scale: twice that where multiple scattering is four times as
    -- strong, in 1 mm.  S, G: one frame's noise, 0.0025 and 0.010, and the blur.  share: of HPT's
    -- changes two stages give 55 to 75 %; of the others' the sign is asked for.  kink, in K: what 100 seeds stay within,
    -- most of them, or twice the uncertainty, whose intervals hold the truth in 91 to 99 of 100 seeds.
    tolerance = {
        moment = 5e-4, area = "0.1 %", r1 = "0.2 %", r6 = "2 %", S = 5e-3, G = 0.013,
        kink = { AC = "5 or 2 sigma", CR = "3 or 2 sigma", HPT = "3 or 2 sigma" },
        scale = { AC = 2e-3, CR = 1e-3, HPT = 1e-3 }, scale_drift = 2e-4,
        share = { AC = "100 %", CR = "100 %", HPT = "45 %" },
    },

    -- Drawing.
    temperatures = { 303, 773 },                                              -- of the colours, K
    stacked = 12,                                                             -- curves in a stack
}

-- The beam's size, seen from the detector, blurs Q by this standard deviation, in 1/angstrom.
s.resolution = 2 * math.pi * s.beam / (s.wavelength * s.distance)

return s
