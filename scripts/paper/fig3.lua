-- Fig. 3: S(Q) at temperatures (A-C), and its difference from room temperature up to crystallisation (D-F).
-- SPDX-License-Identifier: GPL-3.0-or-later
local frit = require "frit"
local drawing = require "drawing"

return function(samples, s, out, note)
    local panels = {}
    for _, x in ipairs(samples) do
        drawing.shades(panels, { drawing.every(x.sq, s.stacked), title = x.name, offset = 0.3, xrange = { 1, 12 },
                                 xlabel = "*Q* (Å⁻¹)", ylabel = "*S*(*Q*), offset" })
        frit.table(out .. "/fig3-" .. x.name .. "-S.csv", drawing.columns(x.sq, s.stacked))
    end
    for _, x in ipairs(samples) do
        local glass = x.delta:between(s.temperatures[1] - 1 .. " K", x.state.tx - 4 .. " K")
        drawing.shades(panels, { drawing.every(glass, s.stacked), offset = 0.04, xrange = { 1, 12 },
                                 xlabel = "*Q* (Å⁻¹)", ylabel = "Δ*S*(*Q*), offset",
                                 vlines = { { s.delta_q, label = s.delta_q .. " Å⁻¹", height = 0.95 } } })
        frit.table(out .. "/fig3-" .. x.name .. "-delta-S.csv", drawing.columns(glass, s.stacked))
        frit.table(out .. "/fig3-" .. x.name .. "-delta-S-at-" .. s.delta_q .. ".csv", {
            x.delta_at, x.delta_at_warm, names = { "from room temperature", "from " .. s.warm[1] + 10 .. " K" } })
    end
    frit.figure(out .. "/fig3", { panels = panels, columns = #samples, width = "double", height = { 62, 56 },
                                  letters = "A", bar = "shared", note = note })
end
