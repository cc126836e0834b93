-- One panel of a figure: ranges, labels, lines across it, texts and shapes, its colour bar.
-- SPDX-License-Identifier: GPL-3.0-or-later

local core = require "frit.core"
local Script = require "frit.figure_script"
local curve = require "frit.figure_curve"
local entries = require "frit.entries"
local number, check_number = Script.number, Script.check_number

local panel = {}

panel.NAMES = { "xlabel", "ylabel", "y2label", "title", "xrange", "yrange", "y2range", "relative", "logx", "logy",
                "offset", "colour_by", "crange", "cblabel", "bar", "labels", "key", "style", "band", "vlines",
                "hlines", "vspans", "linewidth", "colours", "categories", "xtics", "texts", "shapes", "letter", "span" }

-- Of a colour bar and of a second axis, in mm: what they take from the panel's right.
panel.BAR, panel.SECOND = 14, 11

-- ---- Ranges and labels ----

-- What a relative axis is centred on: a node of the panel's, else the mean of the axis's first dataset.
local function centre_of(s, p, axis, k)
    local centre = type(p.relative) == "table" and p.relative[axis == "y2" and 3 or 2]
    return centre and s:position(centre, "relative") or "y_mean_" .. k
end

-- { from, to }, either nil, or `relative`: the centre, and a share of it either way.
local function range_of(s, p, axis, k)
    local range = p[axis .. "range"]
    if range == nil and p.relative and (axis == "y" or axis == "y2") and k then
        local share = number(check_number(type(p.relative) == "table" and p.relative[1] or p.relative, "relative"))
        local at = centre_of(s, p, axis, k)
        return string.format("[%s - %s*abs(%s):%s + %s*abs(%s)]", at, share, at, at, share, at)
    end
    if range == nil then return "[*:*]" end
    if type(range) ~= "table" then core.fail("figure: " .. axis .. "range is { from, to }") end
    return string.format("[%s:%s]", range[1] and number(check_number(range[1], axis .. "range")) or "*",
                         range[2] and number(check_number(range[2], axis .. "range")) or "*")
end

-- The first dataset on the left axis and the first on the right one.
local function first_of_axes(list, first)
    local left, right
    for i, c in ipairs(list) do
        if c.right then right = right or first + i - 1 else left = left or first + i - 1 end
    end
    return left, right
end

-- The range of y from those datasets alone that are not scale = false, with room for their noise; nil: of all.
local function range_of_some(list, first)
    local low, high, all = nil, nil, true
    for i, c in ipairs(list) do
        local k = first + i - 1
        if c.scale == false then
            all = false
        elseif not c.right then
            low = low and string.format("min(%s, y_min_%d)", low, k) or "y_min_" .. k
            high = high and string.format("max(%s, y_max_%d)", high, k) or "y_max_" .. k
        end
    end
    return not all and low, high
end

local function set_ranges(s, p, list, first, left, right)
    local low, high = range_of_some(list, first)
    s:add("set xrange %s noextend", range_of(s, p, "x"))
    if low and not p.yrange and not p.relative then
        s:add("min(a, b) = a < b ? a : b; max(a, b) = a > b ? a : b")
        s:add("low = %s; high = %s", low, high)
        s:add("set yrange [low - 0.12*(high - low):high + 0.12*(high - low)] noextend")
    else
        s:add("set yrange %s noextend", range_of(s, p, "y", left))
    end
    for _, axis in ipairs { "x", "y" } do
        local log = p["log" .. axis]
        s:add(log and "set logscale %s; set m%stics 10" or "unset logscale %s; set m%stics 2", axis, axis)
    end
    if right then
        s:add("set y2range %s noextend; set ytics nomirror; set y2tics offset -0.6,0; set my2tics 2",
              range_of(s, p, "y2", right))
        s:add("set y2label %s offset -1.2,0", p.y2label and s:text("y2label_" .. right, p.y2label)
              or "y_label_" .. right)
    else
        s:add("unset y2tics; unset my2tics; unset y2label; set ytics mirror")
    end
    local fixed = p.yrange or p.relative or low
    s:add(fixed and "set offsets 0, 0, 0, 0" or "set offsets graph 0, 0, graph 0.05, graph 0.05")
end

-- Names in the place of numbers along x: of bars.
local function set_categories(s, p, k)
    if not p.categories then
        local step = p.xtics and number(check_number(p.xtics, "xtics")) or "auto"
        s:add("set xtics %s mirror; set mxtics 2", step)
        return
    end
    local names = {}
    for i, name in ipairs(p.categories) do
        names[i] = string.format("%s %d", s:text("category_" .. i .. "_of_panel_" .. k, name), i)
    end
    s:add("unset mxtics; set xtics nomirror (%s)", table.concat(names, ", "))
    s:add("set xrange [0.4:%s] noextend", number(#names + 0.6))
end

local function set_labels(s, p, first, k)
    s:add("set xlabel %s", p.xlabel and s:text("xlabel_of_panel_" .. k, p.xlabel) or
          p.categories and "''" or "x_label_" .. first)
    s:add("set ylabel %s", p.ylabel and s:text("ylabel_of_panel_" .. k, p.ylabel) or "y_label_" .. first)
    if p.title then
        s:add("set title %s offset 0,-0.6", s:text("title_of_panel_" .. k, p.title))
    else
        s:add("unset title")
    end
end

-- ---- Lines across the panel, behind the curves ----

local function line(s, p, k, axis, i, entry)
    local t = type(entry) == "table" and not core.is_node(entry) and entry or { entry }
    Script.check_names(t, { { "label", "colour", "height", "align" } }, "a line")
    local at = s:position(t[1], axis .. "lines")
    local colour = Script.check_colour(t.colour) or "#777777"
    local from, to = at .. ", graph 0", at .. ", graph 1"
    if axis == "h" then from, to = "graph 0, first " .. at, "graph 1, first " .. at end
    -- A number that was not found is no line.
    s:add("if (%s == %s) {", at, at)
    s:add("    set arrow from %s to %s nohead back linewidth 0.8 dashtype (8,6) linecolor '%s'", from, to, colour)
    if t.label then
        local name = s:text(string.format("%sline_%d_of_panel_%d", axis, i, k), t.label)
        local left = t.align ~= "right"
        local place = axis == "h" and "graph 0.02, first " .. at .. " left offset 0,0.45"
                      or string.format("%s, graph %s %s offset %s,0", at, number(t.height or 0.94),
                                       left and "left" or "right", left and "0.35" or "-0.35")
        s:add("    set label %s at %s textcolor rgb '%s' font ',%s'", name, place, colour,
              number(s.fontsize - 0.5))
    end
    s:add("}")
end

-- { from, to }: a shade over the whole height.
local function spans(s, p)
    for i, t in ipairs(p.vspans or {}) do
        if type(t) ~= "table" then core.fail("figure: vspans is a list of { from, to }") end
        Script.check_names(t, { { "colour" } }, "a span")
        local from, to = s:position(t[1], "vspans"), s:position(t[2], "vspans")
        s:add("if (%s == %s && %s == %s) {", from, from, to, to)
        s:add("    set object %d rectangle from %s, graph 0 to %s, graph 1 behind fillcolor '%s' " ..
              "fillstyle transparent solid 0.15 noborder", 200 + i, from, to, Script.check_colour(t.colour) or "#777777")
        s:add("}")
    end
end

local function set_lines(s, p, k)
    spans(s, p)
    s:add("unset arrow; unset label")
    for i, entry in ipairs(p.vlines or {}) do line(s, p, k, "v", i, entry) end
    for i, entry in ipairs(p.hlines or {}) do line(s, p, k, "h", i, entry) end
end

-- ---- Texts and shapes ----

-- { x, y, "text" }: in parts of the panel, from its lower left corner.
local function set_texts(s, p, k)
    for i, t in ipairs(p.texts or {}) do
        Script.check_names(t, { { "align", "colour", "size" } }, "a text")
        local align = t.align or "left"
        if not entries.has({ "left", "center", "right" }, align) then
            core.fail('figure: align is "left", "center" or "right", not "' .. tostring(align) .. '"')
        end
        s:add("set label %s at graph %s, graph %s %s textcolor rgb '%s' font ',%s' front",
              s:text("text_" .. i .. "_of_panel_" .. k, t[3]), number(check_number(t[1], "x of a text")),
              number(check_number(t[2], "y of a text")), align, Script.check_colour(t.colour) or "#000000",
              number(t.size or s.fontsize))
    end
    if p.note then
        s:add("set label %s at screen 0.995, screen %.5f right textcolor rgb '#777777' font ',%s'",
              s:text("note", p.note), 1.4 / s.height, number(s.fontsize - 1))
    end
end

-- Of a drawing, in mm from the panel's lower left corner.
local SHAPES = {
    circle = function(s, t, at)
        s:add("set object circle at %s size screen %.5f fillcolor '%s' fillstyle solid 1 border linecolor '%s' front",
              at(t[2], t[3]), check_number(t[4], "radius of a circle") / s.width,
              Script.check_colour(t.fill) or "#ffffff", Script.check_colour(t.colour) or "#000000")
    end,
    line = function(s, t, at)
        s:add("set arrow from %s to %s nohead back linewidth %s linecolor '%s'%s", at(t[2], t[3]), at(t[4], t[5]),
              number(2 * (t.linewidth or 0.5)), Script.check_colour(t.colour) or "#000000",
              t.dash and " dashtype (6,4)" or "")
    end,
    polygon = function(s, t, at)
        local points = {}
        for i = 2, #t - 1, 2 do points[#points + 1] = at(t[i], t[i + 1]) end
        points[#points + 1] = points[1]
        s:add("set object polygon from %s fillcolor '%s' fillstyle transparent solid 0.3 noborder",
              table.concat(points, " to "), Script.check_colour(t.fill) or "#cccccc")
    end,
}

local function set_shapes(s, p, place)
    local function at(x, y)
        return string.format("screen %.5f, screen %.5f", (place.left + check_number(x, "x of a shape")) / s.width,
                             (place.bottom + check_number(y, "y of a shape")) / s.height)
    end
    for _, t in ipairs(p.shapes) do
        local draw = SHAPES[t[1]]
        if not draw then core.fail('figure: a shape is a "circle", a "line" or a "polygon", not ' .. tostring(t[1])) end
        draw(s, t, at)
    end
end

-- ---- The colour bar ----

-- The first dataset of a panel that may have a colour bar, and whether it will be there, as an expression.
local function bar_of(p, list, first)
    local by = p.colour_by or "position"
    for i, c in ipairs(list) do
        local k = first + i - 1
        if #c.node > 1 and by == "position" then
            return k, string.format("(curves_%d > 1 && position_max_%d > position_min_%d)", k, k, k)
        end
    end
end

-- Gnuplot's own bar shows white seams between its steps: steps that overlap are laid over it.
local function set_bar(s, p, k, bar, bottom, top)
    s:add("if (bar) {")
    s:add("    set colorbox vertical user origin screen bar_left, screen %s size screen bar_right - bar_left, " ..
          "screen %s - %s noinvert", bottom, top, bottom)
    s:add("    do for [i = 0:127] {")
    s:add("        set object i + 1 rectangle from screen bar_left, screen %s + (%s - %s)*i/128. to screen " ..
          "bar_right, screen %s \\", bottom, top, bottom, top)
    s:add("            front fillcolor palette frac i/127. fillstyle solid noborder")
    s:add("    }")
    s:add("    set object 129 rectangle from screen bar_left, screen %s to screen bar_right, screen %s front " ..
          "fillstyle empty border linecolor 'black' linewidth 1", bottom, top)
    s:add("} else { unset colorbox }")
    local label = p.cblabel and s:text("cblabel_of_panel_" .. k, p.cblabel) or "position_label_" .. bar
    s:add("set cblabel %s offset -0.5,0", label)
    s:add("set cbtics autofreq; set cbtics out scale 0.4 offset -0.7,0")
    -- Elements that are only numbered have whole numbers.
    s:add("if (!has_position_%d && position_max_%d - position_min_%d < 10) { set cbtics 1 }", bar, bar, bar)
end

local function set_shades(s, p, bar)
    if p.crange then
        s:add("set cbrange %s", range_of(s, p, "c"))
    elseif bar then
        s:add("set cbrange [bar ? position_min_%d : 0 : bar ? position_max_%d : 1]", bar, bar)
    else
        s:add("set cbrange [*:*]")
    end
end

-- ---- The panel ----

function panel.check(p, lists, what)
    Script.check_names(p, lists, what)
    if #p == 0 and not p.shapes then core.fail("figure: " .. what .. " has no data: { sq, gr, ... } in front") end
    if p.colour_by and not entries.has({ "position", "index", "none" }, p.colour_by) then
        core.fail('figure: colour_by is "position", "index" or "none", not "' .. tostring(p.colour_by) .. '"')
    end
end

local function set_letter(s, k, p, place)
    local letter = p.letter
    if letter == nil and s.letters then letter = string.char((s.letters == "A" and 64 or 96) + k) end
    if letter then
        s:add("set label '{/:Bold %s}' at screen %.5f, screen %.5f left font ',%s'", letter,
              (place.outer + 1) / s.width, (place.top + 0.6) / s.height, number(s.fontsize + 2))
    end
end

-- Shapes and texts alone: no axes, and a point outside to make gnuplot draw them.
local function draw_shapes(s, p, k, place)
    s:add("unset object; unset arrow; unset label; unset colorbox; unset key; unset border; unset tics; unset y2tics")
    s:add("unset xlabel; unset ylabel; unset y2label; unset title; unset logscale; set xrange [0:1]; set yrange [0:1]")
    s:add("set margins at screen %.5f, screen %.5f, screen %.5f, screen %.5f", place.left / s.width,
          place.right / s.width, place.bottom / s.height, place.top / s.height)
    set_shapes(s, p, place)
    set_texts(s, p, k)
    set_letter(s, k, p, place)
    s:add("plot NaN notitle")
    s:add("set border; set xtics; set ytics")
end

-- place: outer (of the cell), left, right, bottom, top of the axes in mm; a bar and a second axis take their room
-- from the right.  s.shared: one bar stands for all panels, and this one draws it where `last`.
function panel.draw(s, p, k, place, last)
    local list, first = curve.list(p, "panel " .. k), #s.curves + 1
    for _, c in ipairs(list) do s.curves[#s.curves + 1] = c.node end
    s:add("")
    s:add("# panel %d", k)
    if p.shapes then return draw_shapes(s, p, k, place) end
    local bar, shown = bar_of(p, list, first)
    local left, right = first_of_axes(list, first)
    local own = bar and p.bar ~= false and not s.shared
    s:add("bar = %s", shown or "0")
    s:add("left = %.5f; right = %.5f - (%s ? %.5f : 0)", place.left / s.width,
          (place.right - (right and panel.SECOND or 0)) / s.width, own and "bar" or "0", (panel.BAR - 2.5) / s.width)
    s:add("bottom = %.5f; top = %.5f", place.bottom / s.height, place.top / s.height)
    s:add("unset object")
    s:add("set margins at screen left, screen right, screen bottom, screen top")
    if own then
        s:add("bar_left = right + %.5f; bar_right = bar_left + %.5f", 2 / s.width, 2.2 / s.width)
        set_bar(s, p, k, bar, "bottom", "top")
    elseif bar and s.shared and last then
        s:add("bar_left = %.5f; bar_right = bar_left + %.5f", s.shared.left / s.width, 2.2 / s.width)
        set_bar(s, p, k, bar, string.format("%.5f", s.shared.bottom / s.height),
                string.format("%.5f", s.shared.top / s.height))
    else
        s:add("unset colorbox")
    end
    set_shades(s, p, bar)
    set_ranges(s, p, list, first, left or first, right)
    set_categories(s, p, k)
    set_labels(s, p, left or first, k)
    set_lines(s, p, k)
    set_texts(s, p, k)
    set_letter(s, k, p, place)
    curve.plot(s, p, list, first)
end

return panel
