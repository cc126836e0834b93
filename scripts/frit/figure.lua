-- frit.figure(file, { ... }): curves and series of curves as a figure, in the manner of a journal.
-- Only the layout is made here; numbers, labels and names come from the data (the step `figure`).
-- SPDX-License-Identifier: GPL-3.0-or-later
--
--     frit.figure("OUT/sq", { sq })
--     frit.figure("OUT/waterfall", { iq, offset = 20, xrange = { 0.3, 9 }, ylabel = "intensity" })
--     frit.figure("OUT/glass", { panels = { { sq }, { gr, xrange = { 0, 20 } } } })
--     frit.figure("OUT/area", { { area, style = "points" }, { area:spline(), band = true }, vlines = { kink } })
--
-- Of a dataset, { node, ... } in the place of the node alone:
--     style           "lines", "points" (with error bars), "both", "bars", "arrows" (down to each point)
--     band            true: a band of one standard uncertainty around a single curve; 1.96: of so many
--     label           its name in the key; false: none
--     scale           false: it has no say in the range of y
--     colour          "#0072B2"; colours: a list, of bars one after the other
--     right           true: on the axis at the right
--     fade            0.6: the colour lets 60 % of what is behind it through;  errorbars: false: points alone
--     dash, linewidth (in points), pointtype (gnuplot's), offset
-- Of a panel (or of the figure, where there is one panel only):
--     [1], [2], ...   the data
--     xlabel, ylabel, y2label, title    texts; without them, what the data say.  *Q* is in italics, g of *T*~g~
--                     is lowered; Å⁻¹, H₂ work
--     xrange, yrange, y2range           { from, to }; either may be nil
--     relative        0.1: each y axis from 10 % below the mean of its first dataset to 10 % above; { 0.1, a, b }:
--                     about the numbers a, of the left axis, and b, of the right one, which may be nodes
--     logx, logy      true: logarithmic
--     offset          of each curve of a series from the one before, in units of y
--     colour_by       of a series: "position" (a colour bar says which is which), "index", "none"
--     crange          { from, to } of the colours
--     bar             false: no colour bar;  cblabel: the text beside it
--     labels          { "as cast", "rolled" }: names of the data in the key
--     key             where the key stands, as "top left"; false: no key
--     style, band, linewidth, colours   of all its data
--     vlines, hlines  { 553, kink, { tg, label = "*T*~g~", colour = "#D55E00" } }: dashed lines across the panel,
--                     at numbers or nodes; a number that was not found is no line
--     vspans          { { from, to, colour = ... } }: shades over the whole height, numbers or nodes
--     categories      { "AC", "CR" }: names of the numbers 1, 2, ... along x;  xtics: the step of the numbers
--     texts           { { 0.1, 0.9, "text", align = "center", colour = ..., size = ... } }, in parts of the panel
--     shapes          instead of data: { { "circle", x, y, radius, fill = ... }, { "line", x, y, x, y },
--                     { "polygon", x, y, x, y, ... } }, in mm from the lower left corner
--     letter          false, or a text instead of the panel's own letter
--     span            how many columns it takes
-- Of the figure:
--     panels, columns           panels go from left to right, then down; columns = 1
--     letters         false: no a, b, c at the panels; "A": capitals
--     bar             "shared": one colour bar at the right for all panels, which then need one crange
--     note            a small text at the lower right, as "Simulated data"
--     width           "single" (86 mm), "double" (178 mm), or mm
--     height          mm of one panel, or a list of the rows'
--     fontsize, font, dpi

local core = require "frit.core"
local Script = require "frit.figure_script"
local panel = require "frit.figure_panel"
local number = Script.number

local FIGURE = { "panels", "columns", "letters", "width", "height", "fontsize", "font", "dpi", "note", "bar" }

-- Of a series: dark to light at an even pace, in print and for all eyes (matplotlib's plasma up to its yellow).
local PALETTE = "set palette defined (0 '#0d0887', 1 '#5302a3', 2 '#8b0aa5', 3 '#b83289', 4 '#db5c68', " ..
                "5 '#f48849', 6 '#febd2a')"

local WIDTHS = { single = 86, double = 178 }

-- Margins around the axes of a panel, in mm.
local LEFT, RIGHT, BOTTOM, TOP, TITLE, NOTE = 12, 2.5, 8.5, 2.5, 4, 2.5

local function width_of(width)
    if width == nil then return WIDTHS.single end
    if WIDTHS[width] then return WIDTHS[width] end
    if type(width) ~= "number" or width < 20 or width > 1000 then
        core.fail('figure: width is "single" (86 mm), "double" (178 mm), or 20 to 1000 mm')
    end
    return width
end

-- Which row and column each panel begins in; the number of rows.
local function arrange(panels, columns)
    local row, column = 0, 0
    for _, p in ipairs(panels) do
        p.span = p.span or 1
        if math.type(p.span) ~= "integer" or p.span < 1 or p.span > columns then
            core.fail("figure: span is a whole number from 1 to the number of columns, " .. columns)
        end
        if column + p.span > columns then row, column = row + 1, 0 end
        p.row, p.column = row, column
        column = column + p.span
    end
    return row + 1
end

local function heights_of(t, rows, width)
    local heights = {}
    for row = 1, rows do
        local height = type(t.height) == "table" and t.height[row] or t.height
        heights[row] = height and Script.check_number(height, "height") or math.max(35, math.min(0.72 * width, 62))
    end
    return heights
end

local function begin(s)
    -- Pango takes 96 points to an inch: 0.75 makes points of them.  A line of width 2 is a point wide.
    s:add("set terminal pdfcairo enhanced color size %scm,%scm font font_name . ',%s' fontscale 0.75 rounded",
          number(s.width / 10), number(s.height / 10), number(s.fontsize))
    s:add("set output output_file")
    s:add("set border linewidth 1")
    s:add("set tics in scale 0.6, 0.3 nomirror")
    s:add("set xtics mirror offset 0,0.3; set ytics mirror offset 0.4,0")
    s:add("set format x '%h'; set format y '%h'")
    s:add("set xlabel offset 0,0.5; set ylabel offset 0.8,0")
    s:add("set errorbars 0")
    s:add(PALETTE)
end

-- The panels, each a copy: what is worked out of it is no business of the recipe's.
local function panels_of(t)
    local given = t.panels
    if given then
        Script.check_names(t, { FIGURE }, "a figure with panels")
        if #given == 0 or #given > 26 then core.fail("figure: panels is a list of 1 to 26 panels") end
    else
        given = { t }
    end
    local panels = {}
    for k, p in ipairs(given) do
        panel.check(p, given[1] == t and { panel.NAMES, FIGURE } or { panel.NAMES },
                    given[1] == t and "the figure" or "panel " .. k)
        panels[k] = {}
        for name, value in pairs(p) do panels[k][name] = value end
    end
    return panels
end

-- The last panel that may draw the bar that all share.
local function last_with_bar(panels)
    for k = #panels, 1, -1 do
        if panels[k].crange then return k end
    end
    core.fail("figure: bar = \"shared\" needs the range of its colours: give panels crange = { from, to }")
end

return function(file, t)
    if type(file) ~= "string" or type(t) ~= "table" then
        core.fail('figure: a path, then the data in braces: frit.figure("OUT/name", { sq })')
    end
    local panels = panels_of(t)
    local columns = math.min(t.columns or 1, 26)
    local rows = arrange(panels, columns)
    local s = Script.new()
    s.width, s.fontsize = width_of(t.width), t.fontsize or 7
    s.letters = #panels > 1 and t.letters ~= false and (t.letters or "a")
    local titled = false
    for _, p in ipairs(panels) do titled = titled or p.title ~= nil end
    local inner = s.width - (t.bar == "shared" and panel.BAR or 0)
    local cell = { width = inner / columns, top = TOP + ((titled or s.letters) and TITLE - 2 or 0) }
    local heights, top = heights_of(t, rows, cell.width), {}
    s.height = t.note and NOTE or 0
    for row = rows, 1, -1 do
        s.height = s.height + heights[row]
        top[row] = s.height
    end
    panels[#panels].note = t.note
    if t.bar == "shared" then
        s.shared = { left = inner + 0.5, bottom = (t.note and NOTE or 0) + BOTTOM, top = s.height - cell.top }
    end

    begin(s)
    if #panels > 1 then s:add("set multiplot") end
    local last = s.shared and last_with_bar(panels)
    for k, p in ipairs(panels) do
        local outer, up = p.column * cell.width, top[p.row + 1]
        panel.draw(s, p, k, { outer = outer, left = outer + LEFT, right = outer + p.span * cell.width - RIGHT,
                              bottom = up - heights[p.row + 1] + BOTTOM, top = up - cell.top }, k == last)
    end
    if #panels > 1 then s:add("\nunset multiplot") end
    return core.step("figure", { curves = s.curves, marks = s.marks[1] and s.marks, file = file,
                                 layout = table.concat(s.lines, "\n") .. "\n",
                                 texts = table.concat(s.texts, "\n"), font = t.font, dpi = t.dpi })
end
