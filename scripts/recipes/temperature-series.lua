-- G(r) against temperature: 17 curves of SrFe2As2, from 150 to 246 K, and the areas of their shells.
-- frit run temperature-series.lua --set data=FOLDER --set out=FOLDER
local frit = require "frit"

local data = frit.folder("data", "data/diffraction/srfe2as2_tseries")
local out = frit.folder("out", "out")

-- The temperature stands in the names of the files.
local gr = frit.frames { files = data .. "/SrFe2As2_*.gr", axis = frit.from_names("SrFe2As2_{T}K.gr", "K") }

-- Shells by the places of their maxima, all integrated between the limits of the highest temperature.
local shells = gr:shells {
    positions = { 2.40, 3.90, 5.33, 6.50, 8.72 }, tolerance = 0.3, limits_from = gr:at("246 K"),
}
local areas = { shells.r1, shells.r2, shells.r3, shells.r4, shells.r5 }

-- In per cent of the area at 246 K, with a smooth curve through the points: its band is one standard
-- uncertainty, which the scatter of the points tells, for the files give none.
local COLOURS = { "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000" }
local LABELS = { "2.40 Å", "3.27, 3.90 Å", "5.33 Å", "6.50 Å", "8.72 Å" }
local changes = {
    ylabel = "change of area (%)", xlabel = "*T* (K)", key = "top right", xrange = { 147, 249 },
}
for k, area in ipairs(areas) do
    local change = 100 * (area / area:at("246 K") - 1)
    table.insert(changes, { change, style = "points", colour = COLOURS[k], label = LABELS[k] })
    table.insert(changes, { change:stack():spline().fine, band = true, colour = COLOURS[k], label = "" })
end

frit.table(out .. "/shells.csv", { shells.r1, shells.r2, shells.r3, shells.r4, shells.r5,
                                   names = { "r1", "r2", "r3", "r4", "r5" } })
frit.write(out .. "/series.nxs", { gr })
frit.figure(out .. "/temperature-series", { width = "double", columns = 2, height = 70, panels = {
    { gr:every(4), offset = 1.5, xrange = { 1.5, 12 }, ylabel = "*G*(*r*) (Å⁻²), shifted" },
    changes,
} })
