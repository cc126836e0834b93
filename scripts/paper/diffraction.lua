-- Raw frames of one sample to S(Q), G(r), and the numbers that Figs 3 to 6 follow with temperature.
-- SPDX-License-Identifier: GPL-3.0-or-later
local frit = require "frit"

local function with(more, options)
    for name, value in pairs(more or {}) do options[name] = value end
    return options
end

-- How frames become I(Q), made once for all samples; `unless` leaves a correction out.
local function geometry_of(raw, s, unless)
    return { dark = raw.dark, matrix = frit.integration_matrix(with(unless("oblique", s.screen), {
        poni = raw.geometry, mask = raw.mask, flat = raw.flat, dark = raw.dark, npt = s.npt,
        radial_range = s.radial_range, split = s.split, polarization_factor = unless("polarization", s.polarization),
    })) }
end

-- Detector frames to the intensity of what the atoms of the sample scatter.
local function intensity(raw, frames, furnace, glass, geometry, unless)
    local iq = frames:integrate(with(geometry, { gain = raw.gain, read_noise = raw.read_noise }))
                     :subtract_background { furnace:attenuate_background { sample = glass }.intensity,
                                            bgscale = unless("background", 1) or 0 }
    return unless("absorption", true) and iq:correct_absorption { sample = glass }.intensity or iq
end

-- A number for each frame, made of its temperature: f(T), in a unit.
local function of_temperature(series, unit, f)
    local list, name, axis_unit = frit.positions(series)
    local numbers = {}
    for i, at in ipairs(list) do numbers[i] = f(at) end
    return frit.numbers(numbers, unit):along(list, name, axis_unit)
end

-- To S(Q) on an absolute scale.  The theory is the same for all frames: it is made once, on the axis that they share
-- with the furnace's curve, so that it need not wait for a frame.
local function structure_factor(iq, furnace, glass, s, unless)
    local compton = furnace:compton { sample = glass, recoil_exponent = 3 }
                         :compton_attenuation(with(s.screen, { sample = glass }))
    local function density(T) return s.number_density * (1 + s.expansion * (T - s.temperatures[1])) ^ -3 end
    return iq:normalise {
        sample = glass, rho0 = of_temperature(iq, "1/angstrom^3", density), qmax = s.qmax, laue = unless("laue", true) or false,
        compton = unless("compton", compton.compton),
        multiple = unless("multiple", furnace:multiple_scattering { sample = glass }.multiple),
        fluorescence = unless("fluorescence", furnace:fluorescence { sample = glass }.shape),
    }
end

-- The mean of the frames at room temperature, which others are compared with.
local function at_room(series, s)
    return series:between(s.room[1] .. " K", s.room[2] .. " K"):mean()
end

-- name: "AC", ...; raw: the files, as raw.lua finds them; unless(correction, value): value, or nil where the
-- correction is to be left out.
return function(name, raw, s, unless)
    local state = s.samples[name]
    local glass = frit.sample { composition = s.composition, density = s.density, thickness = state.thickness }
    local geometry = geometry_of(raw, s, unless)
    local furnace = raw.empty:integrate(with(geometry, { error_model = "none" }))
    local iq = intensity(raw, raw.frames(name), furnace, glass, geometry, unless)
    local scaled = structure_factor(iq, furnace, glass, s, unless)
    local sq = scaled.structure_factor
    local transformed = sq:transform { qmax = s.qmax, rmax = s.rmax, rstep = s.rstep, window = "none",
                                       resolution = unless("resolution", s.resolution) }
    local x = { name = name, state = state, glass = glass, scaled = scaled, sq = sq, gr = transformed.reduced_pdf,
                truth = raw.truth(name) }
    x.sq_room, x.gr_room = at_room(sq, s), at_room(x.gr, s)
    x.delta = sq:difference { reference = x.sq_room }.difference
    x.fsdp = sq:fsdp { qmin = s.window[1], qmax = s.window[2] }
    x.shells = transformed:shells { limits_from = x.gr_room }
    x.peaks = x.gr:maxima { range = s.peaks, prominence = s.prominence }.count
    local near = { range = { s.delta_q - 0.05, s.delta_q + 0.05 } }
    local warm = sq:between(s.warm[1] .. " K", s.warm[2] .. " K"):mean()
    x.delta_at_warm = sq:difference { reference = warm }.difference:mean_over(near)
    x.delta_at = x.delta:mean_over(near)

    local gr, T = x.gr:pair_distribution { sample = glass }, of_temperature(sq, "K", function(at) return at end)
    local modes = { radius = s.radius, shift = s.shift, rmin = s.second_shell[1], rmax = s.second_shell[2],
                    reference = at_room(gr, s), reference_temperature = at_room(T, s) }
    x.modes = gr:connection_modes(with(modes, { temperature = T, covariance = transformed.covariance }))
    x.modes_room = modes.reference:connection_modes(with(modes, { temperature = modes.reference_temperature }))

    local function kink(curve) return curve:transition { tg = state.tg } end
    x.kinks = { area = kink(x.fsdp.intensity), moment = kink(x.fsdp.first_moment), r1 = kink(x.shells.r1),
                r6 = kink(x.shells.r6) }
    return x
end
