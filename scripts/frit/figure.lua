-- frit.figure(file, { ... }): curves and series of curves as a figure, in the manner of a journal.
-- Only the layout is made here; numbers, labels and names come from the data (the step `figure`).
-- SPDX-License-Identifier: GPL-3.0-or-later
--
--     frit.figure("OUT/sq", { sq })
--     frit.figure("OUT/waterfall", { iq, offset = 20, xrange = { 0.3, 9 }, ylabel = "intensity" })
--     frit.figure("OUT/glass", { panels = { { sq }, { gr, xrange = { 0, 20 } } } })
--
-- Of a panel (or of the figure, where there is one panel only):
--     [1], [2], ...   the data
--     xlabel, ylabel, title     texts; without them, what the data say.  *Q* is in italics; Å⁻¹, H₂ work
--     xrange, yrange            { from, to }; either may be nil
--     logx, logy                true: logarithmic
--     offset          of each curve of a series from the one before, in units of y
--     colour_by       of a series: "position" (a colour bar says which is which), "index", "none"
--     cblabel         text beside the colour bar
--     labels          { "as cast", "rolled" }: names of the data in the key
--     key             where the key stands, as "top left"; false: no key
--     style           "lines", "points" (with error bars), "both"
--     band            true: a band of one standard uncertainty around each single curve
--     vlines, hlines  { 553, 673 }: dashed lines across the panel
--     linewidth       in points
-- Of the figure:
--     panels, columns           panels go from left to right, then down; columns = 1
--     letters         false: no a, b, c at the panels
--     width           "single" (86 mm), "double" (178 mm), or mm
--     height          mm of one panel
--     fontsize, font, dpi

local core = require "frit.core"

local PANEL = { "xlabel", "ylabel", "title", "xrange", "yrange", "logx", "logy", "offset", "colour_by",
                "cblabel", "labels", "key", "style", "band", "vlines", "hlines", "linewidth" }
local FIGURE = { "panels", "columns", "letters", "width", "height", "fontsize", "font", "dpi" }

-- Okabe and Ito's colours, told apart by all eyes (https://jfly.uni-koeln.de/color/), the yellow left out.
local COLOURS = { "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000" }

-- Of a series: dark to light at an even pace, in print and for all eyes (matplotlib's plasma up to its yellow).
local PALETTE = "set palette defined (0 '#0d0887', 1 '#5302a3', 2 '#8b0aa5', 3 '#b83289', 4 '#db5c68', " ..
                "5 '#f48849', 6 '#febd2a')"

local WIDTHS = { single = 86, double = 178 }

-- Margins around the axes of a panel, in mm.
local LEFT, RIGHT, BOTTOM, TOP, TITLE, BAR = 12, 2.5, 8.5, 2.5, 4, 14

local function has(list, name)
    for _, entry in ipairs(list) do
        if entry == name then return true end
    end
    return false
end

local function check_names(t, lists, what)
    local known, given = {}, {}
    for _, list in ipairs(lists) do
        for _, name in ipairs(list) do known[#known + 1] = name end
    end
    for name in pairs(t) do
        if type(name) ~= "number" then given[#given + 1] = tostring(name) end
    end
    table.sort(given)
    for _, name in ipairs(given) do
        if not has(known, name) then
            local near = core.nearest(name, known)
            local help = near and ": did you mean '" .. near .. "'?" or "; it has " .. table.concat(known, ", ")
            core.fail("figure: " .. what .. " has no '" .. name .. "'" .. help)
        end
    end
end

local function check_number(value, what)
    if type(value) == "number" then return value end
    core.fail("figure: " .. what .. " is a number, not " .. tostring(value))
end

local function number(value)
    return string.format("%.10g", value)
end

-- The script as it grows, with the texts whose markup is made elsewhere.
local Script = {}
Script.__index = Script

function Script:add(format, ...)
    self.lines[#self.lines + 1] = select("#", ...) > 0 and string.format(format, ...) or format
end

-- The variable that holds a text of the recipe's.
function Script:text(name, text)
    if type(text) ~= "string" then core.fail("figure: a label is a text, not a " .. type(text)) end
    self.texts[#self.texts + 1] = name .. "=" .. text:gsub("\n", " ")
    return name
end

-- ---- One panel ----

local function set_ranges(s, p)
    for _, axis in ipairs { "x", "y" } do
        local range = p[axis .. "range"]
        if range ~= nil then
            if type(range) ~= "table" then core.fail("figure: " .. axis .. "range is { from, to }") end
            local from = range[1] and number(check_number(range[1], axis .. "range")) or "*"
            local to = range[2] and number(check_number(range[2], axis .. "range")) or "*"
            s:add("set %srange [%s:%s] noextend", axis, from, to)
        elseif axis == "x" then
            s:add("set xrange [*:*] noextend")
        else
            s:add("set yrange [*:*] noextend")
        end
        local log = p["log" .. axis]
        s:add(log and "set logscale %s; set m%stics 10" or "unset logscale %s; set m%stics 2", axis, axis)
    end
    s:add(p.yrange and "set offsets 0, 0, 0, 0" or "set offsets graph 0, 0, graph 0.05, graph 0.05")
end

local function set_labels(s, p, first, k)
    s:add("set xlabel %s", p.xlabel and s:text("xlabel_of_panel_" .. k, p.xlabel) or "x_label_" .. first)
    s:add("set ylabel %s", p.ylabel and s:text("ylabel_of_panel_" .. k, p.ylabel) or "y_label_" .. first)
    if p.title then
        s:add("set title %s offset 0,-0.6", s:text("title_of_panel_" .. k, p.title))
    else
        s:add("unset title")
    end
end

-- Dashed lines across the panel, behind the curves.
local DASHED = " nohead back linewidth 0.8 dashtype (8,6) linecolor '#777777'"

local function set_lines(s, p)
    s:add("unset arrow")
    for _, x in ipairs(p.vlines or {}) do
        local at = number(check_number(x, "vlines"))
        s:add("set arrow from %s, graph 0 to %s, graph 1" .. DASHED, at, at)
    end
    for _, y in ipairs(p.hlines or {}) do
        local at = number(check_number(y, "hlines"))
        s:add("set arrow from graph 0, first %s to graph 1, first %s" .. DASHED, at, at)
    end
end

local STYLES = {
    lines = "with lines linewidth %s",
    points = "with points pointtype 7 pointsize 0.25",
    both = "with linespoints linewidth %s pointtype 7 pointsize 0.25",
}

-- What draws dataset number k as one curve of its own: clauses of gnuplot's plot command.
local function single_curve(p, k, colour, width, title)
    local clauses, style = {}, p.style or "lines"
    local where = "table_file index first_" .. k
    if p.band then
        clauses[1] = string.format("%s using 1:($2-$3):($2+$3) with filledcurves fillstyle transparent " ..
                                   "solid 0.25 noborder linecolor '%s' notitle", where, colour)
    end
    -- Bars of their own: gnuplot's yerrorbars leave white around the points.
    if style ~= "lines" then
        clauses[#clauses + 1] = string.format("%s using 1:($2-$3):(0):(2*$3) with vectors nohead " ..
                                              "linewidth 0.8 linecolor '%s' notitle", where, colour)
    end
    clauses[#clauses + 1] = string.format("%s using 1:2 %s linecolor '%s' %s", where,
                                          string.format(STYLES[style], number(width)), colour, title)
    return table.concat(clauses, ", ")
end

-- The same of a series of curves.
local function many_curves(p, k, width)
    local y = "2"
    if p.offset then
        y = string.format("($2 + %s*(column(-2) - first_%d))", number(check_number(p.offset, "offset")), k)
    end
    local by = p.colour_by or "position"
    local colour = by == "none" and "linecolor '" .. COLOURS[1] .. "'" or "linecolor palette"
    local shade = ({ none = "", position = ":4", index = ":(column(-2) - first_" .. k .. " + 1)" })[by]
    return string.format("table_file index first_%d:last_%d using 1:%s%s with lines linewidth %s %s notitle",
                         k, k, y, shade, number(width), colour)
end

-- Whether a node is one curve or many is known when the data are there: a series of numbers is one.
local function plot(s, p, first)
    local clauses, shown, shaded = {}, 0, false
    for _, node in ipairs(p) do shaded = shaded or #node > 1 and p.colour_by ~= "none" end
    for i, node in ipairs(p) do
        local k = first + i - 1
        -- Beside a series in shades, a curve of its own is black.
        local colour = shaded and #node == 1 and "#000000" or COLOURS[(i - 1) % #COLOURS + 1]
        local label = p.labels and p.labels[i]
        local title = "notitle"
        if label then
            title = "title " .. s:text("label_" .. k, label)
        elseif #p > 1 and not p.labels then
            title = "title title_" .. k
        end
        if title ~= "notitle" then shown = shown + 1 end
        local one = single_curve(p, k, colour, 2 * (p.linewidth or 0.75), title)
        if #node > 1 then
            local many = many_curves(p, k, 2 * (p.linewidth or (#node > 40 and 0.25 or 0.5)))
            s:add('draw_%d = curves_%d > 1 ? "%s" \\\n       : "%s"', k, k, many, one)
            clauses[i] = "@draw_" .. k
        else
            clauses[i] = one
        end
    end
    if p.key == false or shown == 0 then
        s:add("unset key")
    else
        s:add("set key %s Left reverse samplen 1.6 spacing 0.95 width -1", p.key or "top right")
    end
    s:add("plot %s", table.concat(clauses, ", \\\n     "))
end

-- The first dataset of a panel that may have a colour bar, and whether it will be there, as an expression.
local function bar_of(p, first)
    local by = p.colour_by or "position"
    for i, node in ipairs(p) do
        local k = first + i - 1
        if #node > 1 and by == "position" then
            return k, string.format("(curves_%d > 1 && position_max_%d > position_min_%d)", k, k, k)
        end
    end
end

-- place: left, right, bottom, top of the axes in mm; the colour bar takes its room from the right.
local function draw_panel(s, p, first, k, place, size)
    s:add("")
    s:add("# panel %d", k)
    local bar, shown = bar_of(p, first)
    s:add("bar = %s", shown or "0")
    s:add("left = %.5f; right = %.5f - (bar ? %.5f : 0)", place.left / size.width, place.right / size.width,
          (BAR - RIGHT) / size.width)
    s:add("bottom = %.5f; top = %.5f", place.bottom / size.height, place.top / size.height)
    s:add("unset object")
    s:add("set margins at screen left, screen right, screen bottom, screen top")
    if bar then
        -- Gnuplot's own bar shows white seams between its steps: steps that overlap are laid over it.
        s:add("bar_left = right + %.5f; bar_right = bar_left + %.5f", 2 / size.width, 2.2 / size.width)
        s:add("if (bar) {")
        s:add("    set colorbox vertical user origin screen bar_left, screen bottom " ..
              "size screen bar_right - bar_left, screen top - bottom noinvert")
        s:add("    do for [i = 0:127] {")
        s:add("        set object i + 1 rectangle from screen bar_left, screen bottom + (top - bottom)*i/128. " ..
              "to screen bar_right, screen top \\")
        s:add("            front fillcolor palette frac i/127. fillstyle solid noborder")
        s:add("    }")
        s:add("    set object 129 rectangle from screen bar_left, screen bottom to screen bar_right, " ..
              "screen top front fillstyle empty border linecolor 'black' linewidth 1")
        s:add("} else { unset colorbox }")
        s:add("set cbrange [bar ? position_min_%d : 0 : bar ? position_max_%d : 1]", bar, bar)
        local label = p.cblabel and s:text("cblabel_of_panel_" .. k, p.cblabel) or "position_label_" .. bar
        s:add("set cblabel %s offset -0.5,0", label)
        s:add("set cbtics autofreq; set cbtics out scale 0.4 offset -0.7,0")
        -- Elements that are only numbered have whole numbers.
        s:add("if (!has_position_%d && position_max_%d - position_min_%d < 10) { set cbtics 1 }", bar, bar, bar)
    else
        s:add("unset colorbox; set cbrange [*:*]")
    end
    set_ranges(s, p)
    set_labels(s, p, first, k)
    set_lines(s, p)
    if size.letters then
        s:add("set label 1 '{/:Bold %s}' at screen %.5f, screen top + %.5f left font ',%s'", string.char(96 + k),
              (place.left - LEFT + 1) / size.width, 0.6 / size.height, number(size.fontsize + 2))
    end
    plot(s, p, first)
end

-- ---- The figure ----

local function check_panel(p, lists, what)
    check_names(p, lists, what)
    if #p == 0 then core.fail("figure: " .. what .. " has no data: { sq, gr, ... } in front") end
    if p.style and not STYLES[p.style] then
        core.fail('figure: style is "lines", "points" or "both", not "' .. tostring(p.style) .. '"')
    end
    if p.colour_by and not has({ "position", "index", "none" }, p.colour_by) then
        core.fail('figure: colour_by is "position", "index" or "none", not "' .. tostring(p.colour_by) .. '"')
    end
end

local function width_of(width)
    if width == nil then return WIDTHS.single end
    if WIDTHS[width] then return WIDTHS[width] end
    if type(width) ~= "number" or width < 20 or width > 1000 then
        core.fail('figure: width is "single" (86 mm), "double" (178 mm), or 20 to 1000 mm')
    end
    return width
end

local function begin(s, t, size)
    -- Pango takes 96 points to an inch: 0.75 makes points of them.  A line of width 2 is a point wide.
    s:add("set terminal pdfcairo enhanced color size %scm,%scm font font_name . ',%s' fontscale 0.75 rounded",
          number(size.width / 10), number(size.height / 10), number(size.fontsize))
    s:add("set output output_file")
    s:add("set border linewidth 1")
    s:add("set tics in scale 0.6, 0.3 nomirror")
    s:add("set xtics mirror offset 0,0.3; set ytics mirror offset 0.4,0")
    s:add("set format x '%h'; set format y '%h'")
    s:add("set xlabel offset 0,0.5; set ylabel offset 0.8,0")
    s:add("set errorbars 0")
    s:add(PALETTE)
end

return function(file, t)
    if type(file) ~= "string" or type(t) ~= "table" then
        core.fail('figure: a path, then the data in braces: frit.figure("OUT/name", { sq })')
    end
    local panels = t.panels
    if panels then
        check_names(t, { FIGURE }, "a figure with panels")
        for k, p in ipairs(panels) do check_panel(p, { PANEL }, "panel " .. k) end
        if #panels == 0 or #panels > 26 then core.fail("figure: panels is a list of 1 to 26 panels") end
    else
        check_panel(t, { PANEL, FIGURE }, "the figure")
        panels = { t }
    end

    local columns = math.min(t.columns or 1, #panels)
    local rows = math.ceil(#panels / columns)
    local size = { width = width_of(t.width), fontsize = t.fontsize or 7,
                   letters = #panels > 1 and t.letters ~= false }
    local titled = false
    for _, p in ipairs(panels) do titled = titled or p.title ~= nil end
    local cell = { width = size.width / columns, top = TOP + ((titled or size.letters) and TITLE - 2 or 0) }
    cell.height = t.height or math.max(35, math.min(0.72 * cell.width, 62))
    size.height = rows * cell.height

    local s = setmetatable({ lines = {}, texts = {} }, Script)
    begin(s, t, size)
    if #panels > 1 then s:add("set multiplot") end
    local curves, first = {}, 1
    for k, p in ipairs(panels) do
        local column, row = (k - 1) % columns, (k - 1) // columns
        local left, top = column * cell.width, size.height - row * cell.height
        draw_panel(s, p, first, k, { left = left + LEFT, right = left + cell.width - RIGHT,
                                     bottom = top - cell.height + BOTTOM, top = top - cell.top }, size)
        for _, node in ipairs(p) do curves[#curves + 1] = node end
        first = first + #p
    end
    if #panels > 1 then s:add("\nunset multiplot") end
    return core.step("figure", { curves = curves, file = file, layout = table.concat(s.lines, "\n") .. "\n",
                                 texts = table.concat(s.texts, "\n"), font = t.font, dpi = t.dpi })
end
