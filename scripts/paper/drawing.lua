-- What several of the figures draw alike.
-- SPDX-License-Identifier: GPL-3.0-or-later
local frit = require "frit"
local s = require "settings"

local drawing = {}

-- Which ones: n of a series, evenly from the first to the last.
local function choose(series, n)
    n = math.min(n, #series)
    local chosen = {}
    for k = 1, n do
        chosen[k] = n == 1 and 1 or 1 + math.floor((k - 1) * (#series - 1) / (n - 1) + 0.5)
    end
    return chosen
end

function drawing.every(series, n)
    local list = {}
    for k, i in ipairs(choose(series, n)) do list[k] = series[i] end
    return frit.concat(list)
end

-- The same as columns of a table, each under its temperature.
function drawing.columns(series, n)
    local t, at, _, unit = { names = {} }, frit.positions(series)
    for k, i in ipairs(choose(series, n)) do
        t[k], t.names[k] = series[i], string.format("%.6g %s", at[i], unit)
    end
    return t
end

-- A quantity of a sample against temperature: its points, and the spline through those of the glass and its melt,
-- with the 95 % band.  A crystal is no continuation of these.
function drawing.spline(x, curve)
    return curve:cut { range = { s.temperatures[1] - 1, x.state.tx - 6 } }:spline()
end

function drawing.trend(t, x, curve, colour, label, right)
    t[#t + 1] = { curve, style = "points", colour = colour, right = right, label = false, scale = false,
                  fade = 0.65, errorbars = false }
    t[#t + 1] = { drawing.spline(x, curve).fine, band = 1.96, colour = colour, label = label or false, right = right }
end

-- Tg and Tx of one sample, or as shades where those of several lie close together.
function drawing.transitions(samples)
    local function span(name)
        local low, high = math.huge, -math.huge
        for _, x in ipairs(samples) do
            low, high = math.min(low, x.state[name]), math.max(high, x.state[name])
        end
        return low, high
    end
    local lines, spans = {}, {}
    for _, mark in ipairs { { "tg", "*T*~g~" }, { "tx", "*T*~x~" } } do
        local name, label = mark[1], mark[2]
        local low, high = span(name)
        lines[#lines + 1] = { low, label = label, height = 0.05, align = "right" }
        if high > low then
            lines[#lines + 1] = { high }
            spans[#spans + 1] = { low, high }
        end
    end
    table.sort(lines, function(a, b) return a[1] < b[1] end)
    return lines, spans
end

-- T_r where it was found, in the sample's colour, with its interval.
function drawing.kink(lines, spans, kink, colour, height)
    lines[#lines + 1] = { kink.temperature, label = "*T*~r~", colour = colour, height = height }
    spans[#spans + 1] = { kink.lower, kink.upper, colour = colour }
end

function drawing.shades(t, panel)
    panel.crange = s.temperatures
    panel.cblabel = "*T* (K)"
    t[#t + 1] = panel
end

return drawing
