-- Fig. 6: how clusters are connected.  A: over 1, 2, 3 or 4 shared atoms.  B: the second shell of g(r) as four
-- Gaussians, one sample at room temperature, with what they leave over.  C: how their shares change with temperature.
-- SPDX-License-Identifier: GPL-3.0-or-later
local frit = require "frit"
local drawing = require "drawing"
local scheme = require "fig6_scheme"

local function second_shell(x, s)
    local fit = x.modes_room
    local p = { { fit.measured, style = "points", colour = "#000000", label = "*g*(*r*), " .. x.name },
                { fit.fitted, colour = "#000000", label = "sum" },
                xlabel = "*r* (Å)", ylabel = "*g*(*r*)", yrange = { -0.1, 2.1 },
                key = "top left maxrows 4" }
    for n, name in ipairs(s.modes) do
        p[#p + 1] = { fit["mode_" .. n], colour = s.mode_colours[n], label = name }
    end
    p[#p + 1] = { fit.residual, colour = "#777777", label = "residual", dash = true }
    return p
end

-- How far one mode's share has changed from room temperature, in percentage points, in all samples.  The shares themselves are uncertain by
-- 0.14, their changes by a hundredth of that.
local function changes(samples, n, s)
    local lines, spans = drawing.transitions(samples)
    local p = { title = s.modes[n], xlabel = "*T* (K)", ylabel = n == 1 and "change of share (points)" or "", vlines = lines,
                vspans = spans, key = n == 1 and "top left", xtics = 100, letter = n == 1 and "C" or false,
                xrange = { s.temperatures[1], 745 } }
    for _, x in ipairs(samples) do
        local share = x.modes["share_" .. n]
        local glass = share:stack():cut { range = { s.temperatures[1] - 1, x.state.tx - 4 } }
        drawing.trend(p, x, 100 * (glass - glass:mean_over { range = s.room }), x.state.colour, x.name)
    end
    return p
end

return function(samples, s, out, note)
    local shown = samples[#samples]
    local a = scheme(74, 44, s.mode_colours)
    local b = second_shell(shown, s)
    a.span, b.span = 2, 2
    local panels = { a, b }
    for n in ipairs(s.modes) do panels[#panels + 1] = changes(samples, n, s) end
    frit.figure(out .. "/fig6", { panels = panels, columns = 4, width = "double", height = { 60, 52 }, letters = "A",
                                  note = note })
    local fit = shown.modes_room
    frit.table(out .. "/fig6b.csv", { fit.measured, fit.fitted, fit.mode_1, fit.mode_2, fit.mode_3, fit.mode_4,
                                      fit.residual, names = { "g", "sum", "1-atom", "2-atom", "3-atom", "4-atom",
                                                              "residual" } })
    for _, x in ipairs(samples) do
        local m = x.modes
        frit.table(out .. "/fig6c-" .. x.name .. ".csv", { m.share_1, m.share_2, m.share_3, m.share_4,
                                                           names = s.modes })
        -- The same with a window that begins or ends 0.2 angstrom earlier or later.
        local window = { names = {} }
        for n, name in ipairs(s.modes) do
            for _, edge in ipairs { "rmin_minus", "rmin_plus", "rmax_minus", "rmax_plus" } do
                window[#window + 1] = m["share_" .. n .. "_" .. edge]
                window.names[#window] = name .. " " .. edge
            end
        end
        frit.table(out .. "/fig6c-" .. x.name .. "-window.csv", window)
    end
end
