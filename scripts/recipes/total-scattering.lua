-- Raw frames to S(Q) and G(r), with all corrections: a simulated frame of a Zr52.5Cu17.9Ni14.6Al10Ti5 glass.
-- frit run total-scattering.lua --set data=FOLDER --set out=FOLDER --set frame=clean --set without=compton
-- frame: noisy, clean (no noise), clean_sharp (nor size of the beam).  without: one correction to leave out,
-- oblique, polarization, background, absorption, compton, multiple, fluorescence, laue or resolution.
local frit = require "frit"
local data = frit.folder("data", "data/reference/frame")
local out = frit.folder("out", "out")
local frame = frit.setting("frame", "noisy")
local without, found = frit.setting("without", "nothing"), { nothing = true }

local function unless(correction, value)
    found[correction] = true
    if without ~= correction then return value end
end
local function with(extra, options)
    for name, value in pairs(extra or {}) do options[name] = value end
    return options
end

local glass = frit.sample { composition = "Zr52.5Cu17.9Ni14.6Al10Ti5", density = 6.70, thickness = "0.3 mm" }
local screen = { converter = "CsI", converter_density = 4.51, converter_thickness = "0.6 mm" }
local geometry = with(unless("oblique", screen), {
    poni = data .. "/geometry.poni", mask = data .. "/mask.edf", flat = data .. "/flat.edf",
    dark = data .. (frame == "noisy" and "/dark.tif" or "/dark_clean.tif"),
    npt = 2000, radial_range = { 0.75, 27.5 }, split = frit.setting("split", "no"),
    polarization_factor = unless("polarization", 0.99),
})

-- Frames to intensities.  The empty furnace is the mean of many frames, and counts as exact.
local suffix = (frame == "noisy" and "" or "_" .. frame) .. ".tif"
local sample = frit.frames { files = { data .. "/sample_HPT_303K" .. suffix } }
local furnace = frit.read(data .. "/empty" .. suffix):integrate(with(geometry, { error_model = "none" }))
local background = furnace:attenuate_background { sample = glass }
local iq = sample:integrate(with(geometry, { gain = 0.30, read_noise = 4 }))
                 :subtract_background { background.intensity, bgscale = unless("background", 1) or 0 }
if unless("absorption", true) then iq = iq:correct_absorption { sample = glass }.intensity end

-- What is not coherent and single scattering, in electron units.
local compton = iq:compton { sample = glass, recoil_exponent = frit.setting("recoil", 3) }
                  :compton_attenuation(with(screen, { sample = glass }))
local multiple, fluorescence = iq:multiple_scattering { sample = glass }, iq:fluorescence { sample = glass }

-- The scales of intensity and fluorescence are those by which G(r) is -4 pi rho0 r where no atom can be.
local scaled = iq:normalise { sample = glass, qmax = 24, laue = unless("laue", true) or false,
                              compton = unless("compton", compton.compton),
                              multiple = unless("multiple", multiple.multiple),
                              fluorescence = unless("fluorescence", fluorescence.shape) }
local sq = scaled.structure_factor
-- A beam of 0.20 mm (standard deviation) seen from 350 mm blurs Q, which damps G(r).
local blur = frame == "clean_sharp" and 0 or 2 * math.pi * 0.20 / (0.1173 * 350)
local gr = sq:transform { qmax = 24, rmax = 20, window = frit.setting("window", "none"),
                          resolution = unless("resolution", blur) }
assert(found[without], "there is no correction '" .. without .. "' to leave out")
frit.write(out .. "/{name}.iq", iq)
frit.write(out .. "/{name}.sq", sq)
frit.write(out .. "/{name}.gr", gr)
frit.table(out .. "/scales.csv", { scaled.alpha, scaled.fluorescence_scale, names = { "alpha", "F" } })
frit.figure(out .. "/glass", { panels = { { iq, title = "Simulated frame" }, { sq }, { gr } } })
