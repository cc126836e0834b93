-- Fig. 5: G(r) at temperatures (A-C), and the areas of the shells r1 and r6 against temperature, from 10 % below
-- their mean to 10 % above (D-F).
-- SPDX-License-Identifier: GPL-3.0-or-later
local frit = require "frit"
local drawing = require "drawing"

local NEAR, FAR = "#000000", "#E69F00"

return function(samples, s, out, note)
    local panels = {}
    for _, x in ipairs(samples) do
        drawing.shades(panels, { drawing.every(x.gr, s.stacked), title = x.name, offset = 0.35, xrange = { 1.5, 17 },
                                 xlabel = "*r* (Å)", ylabel = "*G*(*r*) (Å⁻²), offset" })
        frit.table(out .. "/fig5-" .. x.name .. "-G.csv", drawing.columns(x.gr, s.stacked))
    end
    for _, x in ipairs(samples) do
        local lines, spans = drawing.transitions { x }
        local glass = { range = { s.temperatures[1], x.state.tg }, error = "scatter" }
        local p = { relative = { 0.1, x.shells.r1:mean_over(glass), x.shells.r6:mean_over(glass) },
                     xlabel = "*T* (K)", ylabel = "area of *r*₁ (Å⁻¹)", y2label = "area of *r*₆ (Å⁻¹)",
                    vlines = lines, vspans = spans, key = "bottom left", xtics = 100 }
        drawing.trend(p, x, x.shells.r1, NEAR, "*r*₁")
        drawing.trend(p, x, x.shells.r6, FAR, "*r*₆", true)
        drawing.kink(lines, spans, x.kinks.r1, NEAR, 0.94)
        drawing.kink(lines, spans, x.kinks.r6, FAR, 0.86)
        panels[#panels + 1] = p
        frit.table(out .. "/fig5-" .. x.name .. "-shells.csv", {
            x.shells.r1, x.shells.r6, names = { "r1", "r6" } })
        frit.table(out .. "/fig5-" .. x.name .. "-splines.csv", {
            drawing.spline(x, x.shells.r1).fine, drawing.spline(x, x.shells.r6).fine, names = { "r1", "r6" } })
    end
    frit.figure(out .. "/fig5", { panels = panels, columns = #samples, width = "double", height = { 62, 52 },
                                  letters = "A", bar = "shared", note = note })
end
