-- Figures 1 to 6 of a study of metallic glasses that relax while they are heated, from raw files: the structure from
-- detector frames (3 to 6), specific heat (1) and mechanics (2) where there are such files; with the tables behind them,
-- and, where the raw files are simulated, what was found beside what is true.
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
local samples, wanted = {}, frit.setting("samples", table.concat(s.order, ","))
s.order = {}
for name in wanted:gmatch "[^,%s]+" do
    if not s.samples[name] then error("there is no sample '" .. name .. "' in settings.lua") end
    s.order[#s.order + 1] = name
    samples[#samples + 1] = require "diffraction"(name, raw, s, unless)
end
if not known[without] then error("there is no correction '" .. without .. "' to leave out") end

local note = raw.simulated and "Simulated data" or nil
for _, figure in ipairs { "fig3", "fig4", "fig5", "fig6" } do require(figure)(samples, s, out, note) end

local rows = {}
for _, figure in ipairs { "fig1", "fig2" } do
    if raw.has[figure] then require(figure).draw(raw, s, out, note, rows) end
end
require "verification".rows(samples, s, raw, rows)
require "conclusions"(samples, s, rows)
frit.verify(out .. "/verify.csv", rows)
