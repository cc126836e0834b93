-- How one dataset of a panel is drawn: clauses of gnuplot's plot command.
-- SPDX-License-Identifier: GPL-3.0-or-later

local core = require "frit.core"
local Script = require "frit.figure_script"
local number, COLOURS = Script.number, Script.COLOURS

local curve = {}

-- What a dataset may say of itself: { gr, style = "points", colour = "#000000", label = "HPT" }.
local CURVE = { "style", "colour", "colours", "band", "label", "dash", "linewidth", "right", "offset", "pointtype",
                "scale", "fade", "errorbars" }

local LINE = "with lines linewidth %s dashtype %s"
local POINT = "with points pointtype %s pointsize 0.25"
local STYLES = { lines = true, points = true, both = true, bars = true, arrows = true }

local function check_style(style)
    if style and not STYLES[style] then
        core.fail('figure: style is "lines", "points", "both", "bars" or "arrows", not "' .. tostring(style) .. '"')
    end
end

-- A dataset's own label (false: none), else what the panel calls it.
local function labelled(own, of_panel)
    if own ~= nil then return own end
    return of_panel
end

-- Each dataset of the panel as a table of its own; what it does not say the panel says.
function curve.list(p, what)
    check_style(p.style)
    local list = {}
    for i, data in ipairs(p) do
        local c = core.is_node(data) and { data } or data
        if type(c) ~= "table" or c[1] == nil then
            core.fail("figure: dataset " .. i .. " of " .. what .. " is a node, or a table with one in front")
        end
        Script.check_names(c, { CURVE }, "dataset " .. i .. " of " .. what)
        check_style(c.style)
        list[i] = {
            node = c[1], style = c.style or p.style or "lines", colour = Script.check_colour(c.colour),
            colours = c.colours or p.colours, band = c.band == nil and p.band or c.band,
            label = labelled(c.label, p.labels and p.labels[i]), scale = c.scale, dash = c.dash, right = c.right,
            linewidth = c.linewidth or p.linewidth, offset = c.offset or p.offset,
            pointtype = c.pointtype or 7, fade = c.fade, errorbars = c.errorbars,
        }
    end
    return list
end

-- Colours by the number of the point, as gnuplot's "linecolor rgb variable" takes them.
local function colour_of_point(s, k, colours)
    local words = {}
    for _, colour in ipairs(colours or COLOURS) do
        words[#words + 1] = "0x" .. Script.check_colour(colour):sub(2)
    end
    s:add("array colours_of_%d[%d] = [%s]", k, #words, table.concat(words, ", "))
    return string.format("(colours_of_%d[(int(column(0)) %% %d) + 1])", k, #words)
end

local function bars(s, k, c, where, axes, title)
    local colour = c.colours and colour_of_point(s, k, c.colours)
    local look = colour and "rgb variable" or "'" .. c.colour .. "'"
    -- Bars of uncertainty as arrows with flat heads: gnuplot's yerrorbars leave white around the points.
    return string.format("%s using 1:2:(0.62)%s%s with boxes linecolor %s fillstyle solid 0.75 border " ..
                         "linecolor '#000000' %s, %s using 1:($2-$3):(0):(2*$3)%s with vectors heads " ..
                         "size graph 0.025,90 linewidth 1.5 linecolor '#000000' notitle",
                         where, colour and ":" .. colour or "", axes, look, title, where, axes)
end

-- From above down to each point, as long as an eighth of the range of the panel's first dataset.
local function arrows(c, where, axes, title, first)
    local length = string.format("(y_max_%d - y_min_%d)/8.", first, first)
    if c.offset then length = number(Script.check_number(c.offset, "offset")) end
    return string.format("%s using 1:($2 + %s):(0):(-0.92*(%s))%s with vectors head filled size screen 0.008,20 " ..
                         "linewidth 1.5 linecolor '%s' %s", where, length, length, axes, c.colour, title)
end

-- A colour that lets through so much of what lies behind it.
local function faded(colour, part)
    if not part then return colour end
    part = Script.check_number(part, "fade")
    if part < 0 or part > 1 then core.fail("figure: fade is a number from 0 to 1") end
    return string.format("#%02X%s", math.floor(255 * part + 0.5), colour:sub(2))
end

-- A dataset that is one curve.
local function single(s, k, c, title, first)
    local clauses, width = {}, number(2 * (c.linewidth or 0.75))
    local where, axes = "table_file index first_" .. k, c.right and " axes x1y2" or ""
    if c.style == "bars" then return bars(s, k, c, where, axes, title) end
    if c.style == "arrows" then return arrows(c, where, axes, title, first) end
    if c.band then
        local times = c.band == true and "1" or number(Script.check_number(c.band, "band"))
        clauses[1] = string.format("%s using 1:($2-%s*$3):($2+%s*$3)%s with filledcurves fillstyle transparent " ..
                                   "solid 0.25 noborder linecolor '%s' notitle", where, times, times, axes, c.colour)
    end
    local colour = faded(c.colour, c.fade)
    -- Bars of their own: gnuplot's yerrorbars leave white around the points.
    if c.style ~= "lines" and c.errorbars ~= false then
        clauses[#clauses + 1] = string.format("%s using 1:($2-$3):(0):(2*$3)%s with vectors nohead " ..
                                              "linewidth 0.8 linecolor '%s' notitle", where, axes, colour)
    end
    local draws = {}
    if c.style ~= "points" then draws[1] = string.format(LINE, width, c.dash and "(8,5)" or "1") end
    if c.style ~= "lines" then draws[#draws + 1] = string.format(POINT, c.pointtype) end
    for i, how in ipairs(draws) do
        clauses[#clauses + 1] = string.format("%s using 1:2%s %s linecolor '%s' %s", where, axes, how, colour,
                                              i == #draws and title or "notitle")
    end
    return table.concat(clauses, ", ")
end

-- A series of curves, each in its shade.
local function many(p, k, c)
    local y = "2"
    if c.offset then
        y = string.format("($2 + %s*(column(-2) - first_%d))", number(Script.check_number(c.offset, "offset")), k)
    end
    local by = p.colour_by or "position"
    local colour = by == "none" and "linecolor '" .. (c.colour or COLOURS[1]) .. "'" or "linecolor palette"
    local shade = ({ none = "", position = ":4", index = ":(column(-2) - first_" .. k .. " + 1)" })[by]
    local width = 2 * (c.linewidth or (#c.node > 40 and 0.25 or 0.5))
    return string.format("table_file index first_%d:last_%d using 1:%s%s%s with lines linewidth %s %s notitle",
                         k, k, y, shade, c.right and " axes x1y2" or "", number(width), colour)
end

-- Whether a node is one curve or many is known when the data are there: a series of numbers is one.
function curve.plot(s, p, list, first)
    local clauses, shown, shaded = {}, 0, false
    for _, c in ipairs(list) do shaded = shaded or #c.node > 1 and p.colour_by ~= "none" end
    for i, c in ipairs(list) do
        local k = first + i - 1
        -- Beside a series in shades, a curve of its own is black.
        c.colour = c.colour or shaded and #c.node == 1 and "#000000" or COLOURS[(i - 1) % #COLOURS + 1]
        local title = "notitle"
        if c.label then
            title = "title " .. s:text("label_" .. k, c.label)
        elseif #list > 1 and not p.labels and c.label == nil then
            title = "title title_" .. k
        end
        if title ~= "notitle" then shown = shown + 1 end
        local one = single(s, k, c, title, first)
        if #c.node > 1 and (c.style == "lines" or c.style == "both" or c.style == "points") then
            s:add('draw_%d = curves_%d > 1 ? "%s" \\\n       : "%s"', k, k, many(p, k, c), one)
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

return curve
