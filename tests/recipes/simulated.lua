-- A simulated experiment's frames of one sample to S(Q) and G(r), and what is true of it.  For simulated.c.
local frit = require "frit"
local raw, out = frit.folder("raw"), frit.folder("out")
local name, size = frit.setting("name", "HPT"), frit.setting("size", 1024)
local beam = frit.setting("beam", 0.20)
local binning = 1024 / size
local glass = frit.sample { composition = "Zr52.5Cu17.9Ni14.6Al10Ti5", density = 6.70,
                            thickness = name == "AC" and "1 mm" or "0.3 mm" }
local function with(extra, options)
    for key, value in pairs(extra) do options[key] = value end
    return options
end
local screen = { converter = "CsI", converter_density = 4.51, converter_thickness = "0.6 mm" }
local geometry = with(screen, { poni = raw .. "/geometry.poni", mask = raw .. "/mask.tif",
                                flat = raw .. "/flat.tif", dark = raw .. "/dark.tif", npt = 2000,
                                radial_range = { 0.75, 27.5 }, polarization_factor = 0.99 })
local axis = frit.from_log { file = raw .. "/" .. name .. "_log.csv", time = "time", value = "temperature",
                             unit = "K", exposure = "1 s" }
local frames = frit.frames { files = raw .. "/" .. name .. "_*.tif", axis = axis }

local background = frit.read(raw .. "/empty.tif"):integrate(with(geometry, { error_model = "none" }))
                       :attenuate_background { sample = glass }
local iq = frames:integrate(with(geometry, { error_model = "poisson", gain = 0.30 / binning ^ 2,
                                             read_noise = 4 / binning }))
                 :subtract_background { background.intensity }:correct_absorption { sample = glass }.intensity
local compton = iq:compton { sample = glass }:compton_attenuation(with(screen, { sample = glass }))
local scaled = iq:normalise { sample = glass, qmax = 24, compton = compton.compton,
                              multiple = iq:multiple_scattering { sample = glass }.multiple,
                              fluorescence = iq:fluorescence { sample = glass }.shape }
local sq = scaled.structure_factor
local gr = sq:transform { qmax = 24, rmax = 20, window = "none",
                          resolution = 2 * math.pi * beam / (0.1173 * 350) }
frit.write(out .. "/found.sq", sq[1])
frit.write(out .. "/found.gr", gr[1])
frit.table(out .. "/scales.csv", { scaled.alpha, scaled.fluorescence_scale, names = { "alpha", "F" } })

local cold = frit.constant(303, "K")
frit.write(out .. "/true.sq", cold:model_structure_factor { state = name, qmax = 28, qstep = 0.002 })
frit.write(out .. "/true.gr", cold:model_pdf { state = name })
