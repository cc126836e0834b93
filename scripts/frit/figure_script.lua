-- A script for gnuplot as it grows: its lines, the texts whose markup is made elsewhere, and the data it draws.
-- SPDX-License-Identifier: GPL-3.0-or-later

local core = require "frit.core"
local entries = require "frit.entries"

local Script = {}
Script.__index = Script

-- Okabe and Ito's colours, told apart by all eyes (https://jfly.uni-koeln.de/color/), the yellow left out.
Script.COLOURS = { "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000" }

function Script.new()
    return setmetatable({ lines = {}, texts = {}, curves = {}, marks = {} }, Script)
end

function Script:add(format, ...)
    self.lines[#self.lines + 1] = select("#", ...) > 0 and string.format(format, ...) or format
end

-- The variable that holds a text of the recipe's.
function Script:text(name, text)
    if type(text) ~= "string" then core.fail("figure: a label is a text, not a " .. type(text)) end
    self.texts[#self.texts + 1] = name .. "=" .. text:gsub("\n", " ")
    return name
end

-- The variable that holds the number of a node; a number stands for itself.
function Script:position(at, what)
    if core.is_node(at) then
        self.marks[#self.marks + 1] = at
        return "mark_" .. #self.marks
    end
    return Script.number(Script.check_number(at, what))
end

function Script.check_number(value, what)
    if type(value) == "number" then return value end
    core.fail("figure: " .. what .. " is a number, not " .. tostring(value))
end

function Script.number(value)
    return string.format("%.10g", value)
end

function Script.check_colour(colour)
    if colour == nil or type(colour) == "string" and colour:match "^#%x%x%x%x%x%x$" then return colour end
    core.fail('figure: a colour is written "#0072B2", not ' .. tostring(colour))
end

-- Every name in t that is no number is one of the lists'.
function Script.check_names(t, lists, what)
    local known, named = {}, {}
    for _, list in ipairs(lists) do table.move(list, 1, #list, #known + 1, known) end
    for name, value in pairs(t) do
        if type(name) ~= "number" then named[name] = value end
    end
    entries.check(named, known, "figure: " .. what)
end

return Script
