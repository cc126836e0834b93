-- Figures 3 to 6 of a study of the structure of metallic glasses while they are heated, from raw detector frames, with
-- the tables behind them, and, where the frames are simulated, what was found beside what is true.
--     frit run scripts/paper/paper.lua --set raw=FOLDER --set out=FOLDER
-- FOLDER of raw files: see raw.lua; `frit simulate bam11 FOLDER` makes one.  without=compton (oblique, polarization,
-- background, absorption, compton, multiple, fluorescence, laue, resolution) leaves one correction out.
-- SPDX-License-Identifier: GPL-3.0-or-later
local frit = require "frit"
local s = require "settings"
local raw = require "raw"(frit.folder("raw", "raw"), s)
local out = frit.folder("out", "out")
local without, known = frit.setting("without", "nothing"), { nothing = true }

local function unless(correction, value)
    known[correction] = true
    if without ~= correction then return value end
end

-- samples=AC,HPT takes some of them.
local samples = {}
for name in frit.setting("samples", table.concat(s.order, ",")):gmatch "[^,%s]+" do
    if not s.samples[name] then error("there is no sample '" .. name .. "' in settings.lua") end
    samples[#samples + 1] = require "diffraction"(name, raw, s, unless)
end
if not known[without] then error("there is no correction '" .. without .. "' to leave out") end

local note = raw.simulated and "Simulated data" or nil
for _, figure in ipairs { "fig3", "fig4", "fig5", "fig6" } do require(figure)(samples, s, out, note) end

local rows = {}
require "verification".rows(samples, s, raw, rows)
require "conclusions"(samples, s, rows)
frit.verify(out .. "/verify.csv", rows)
