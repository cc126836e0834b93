-- Powder rings at known Q, from the detector to I(Q) and back.
-- frit run rings.lua --set out=FOLDER
local frit = require "frit"
local out = frit.folder("out", "out")

local geometry = {
    dist = 0.35, poni1 = 0.103, poni2 = 0.101, rot1 = 0.0052, rot2 = -0.0035,
    wavelength = "0.1173 angstrom", polarization_factor = 0.99,
}
local function with(options)
    for name, value in pairs(geometry) do options[name] = value end
    return options
end

local q = { 2.0, 3.5, 5.0, 7.5, 10.0, 13.0 }
local height = { 3000, 1200, 800, 500, 300, 200 }

local frame = frit.ring_pattern(with { q = q, height = height, width = 0.12, background = 50 })[1]
frame:write_image { file = out .. "/rings.tif" }

local iq = frame:integrate(with { npt = 500, radial_range = { 0.5, 15 }, split = "full", pixel1 = 4e-4, pixel2 = 4e-4 })
frit.write(out .. "/rings.xye", iq)
frit.figure(out .. "/rings", { iq, title = "Simulated powder rings" })
