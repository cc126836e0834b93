-- Detector frames to I(Q): four frames of an in-situ series from beamline I12 at Diamond.
-- frit run i12-frames.lua --set data=FOLDER --set out=FOLDER --set split=full
local frit = require "frit"

local data = frit.folder("data", "data/diffraction/i12_pixium")
local out = frit.folder("out", "out")

local frames = frit.frames { files = data .. "/pixium_*.tif" }

local iq = frames:integrate {
    poni = data .. "/DLS_CeO2_1200mm_pyFAI.poni",
    npt = 2000,
    radial_range = { 0.3, 9 },
    split = frit.setting("split", "full"),
    polarization_factor = 0.99,
    error_model = "poisson",
}

frit.write(out .. "/{name}.xye", iq)
frit.figure(out .. "/waterfall", { iq, title = "I12, Pixium RF4343, 89 keV", offset = 20, cblabel = "frame" })
