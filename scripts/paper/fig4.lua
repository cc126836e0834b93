-- Fig. 4: first moment (A) and integrated intensity (B) of the first sharp diffraction peak against temperature.
-- SPDX-License-Identifier: GPL-3.0-or-later
local frit = require "frit"
local drawing = require "drawing"

-- The samples one above the other in one panel, each in its colour; above: the crystal's points lie beyond the panel.
local function panel(samples, of, kink_of, ylabel, above)
    local lines, spans = drawing.transitions(samples)
    local p = { ylabel = ylabel, xlabel = "*T* (K)", vlines = lines, vspans = spans, key = "bottom left",
                texts = { above and { 0.985, 0.95, "↑ crystal", align = "right", colour = "#777777" } } }
    for i, x in ipairs(samples) do
        drawing.trend(p, x, of(x), x.state.colour, x.name)
        drawing.kink(lines, spans, kink_of(x), x.state.colour, 0.97 - 0.06 * i)
    end
    return p
end

return function(samples, s, out, note)
    local moment = function(x) return x.fsdp.first_moment end
    local area = function(x) return x.fsdp.intensity end
    frit.figure(out .. "/fig4", {
        panels = { panel(samples, moment, function(x) return x.kinks.moment end, "⟨*Q*⟩ (Å⁻¹)"),
                   panel(samples, area, function(x) return x.kinks.area end, "FSDP area (Å⁻¹)", true) },
        columns = 2, width = "double", height = 66, letters = "A", note = note,
    })
    for _, x in ipairs(samples) do
        frit.table(out .. "/fig4-" .. x.name .. ".csv", {
            x.fsdp.first_moment, x.fsdp.intensity, names = { "first moment", "area" } })
        -- What a window that begins or ends 0.1 1/angstrom earlier or later changes.
        local window = { names = {} }
        for _, number in ipairs { "first_moment", "intensity" } do
            for _, edge in ipairs { "qmin_minus", "qmin_plus", "qmax_minus", "qmax_plus" } do
                window[#window + 1] = x.fsdp[number .. "_" .. edge]
                window.names[#window] = number .. " " .. edge
            end
        end
        frit.table(out .. "/fig4-" .. x.name .. "-window.csv", window)
        frit.table(out .. "/fig4-" .. x.name .. "-splines.csv", {
            drawing.spline(x, moment(x)).fine, drawing.spline(x, area(x)).fine, names = { "first moment", "area" } })
    end
end
