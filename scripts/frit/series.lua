-- Series and their axes: where each frame lies, by names, headers, a log or a rate; frames picked by
-- position. SPDX-License-Identifier: GPL-3.0-or-later
--
-- An axis is what frit.frames { files = ..., axis = ... } takes:
--     frit.from_names("HPT_{T}K.tif", "K")             a number in each file's name
--     frit.from_headers("temperature", "K")            a key of each file's header
--     frit.from_log { file = "log.csv", time = "time", value = "T", unit = "K", exposure = "1 s" }
--     { start = "303 K", rate = "20 K/min", interval = "6 s" }, { start = "303 K", step = "2 K" }
--     frit.csv("log.csv", "T", "K")                    a line of a table for each frame
--     { 300, 320, 340, name = "T", unit = "K" }

local core = require "frit.core"
local entries = require "frit.entries"

local series = {}

-- What makes a table one of these, and not a list.
local Axis = {}

local function choice(value, choices, what)
    if value == nil or entries.has(choices, value) then return value end
    core.fail(what .. " = " .. tostring(value) .. ": it is one of " .. table.concat(choices, ", "))
end

-- A number, or a text with a unit, in `unit`.
local function quantity(value, unit, what, difference)
    local number, why = core.quantity(value, unit, difference)
    if not number then core.fail(what .. ": " .. why) end
    return number
end

local function text(number)
    return string.format("%.10g", number)
end

local function with_unit(number, unit)
    return text(number) .. (unit ~= "1" and " " .. unit or "")
end

-- ---- What the files are called ----

local function base(path)
    return path:match("[^/]*$")
end

-- The file names of a series' elements, or nil where some have none or share one.
local function file_names(frames)
    local paths, names, seen = core.files(frames), {}, {}
    for i, path in ipairs(paths) do
        if not path or seen[path] then return nil end
        seen[path] = true
        names[i] = base(path)
    end
    return names, paths
end

-- A name as its texts and its whole numbers: { "HPT_", ".tif" }, { "0041" }.
local function take_apart(name)
    local texts, numbers, at = {}, {}, 1
    for before, digits, after in name:gmatch("()(%d+)()") do
        texts[#texts + 1] = name:sub(at, before - 1)
        numbers[#numbers + 1] = digits
        at = after
    end
    texts[#texts + 1] = name:sub(at)
    return texts, numbers
end

-- The numbers at the k-th place of all names, where they rise by mostly the same step: a counter.
local function counter_at(apart, k)
    local values, steps, count, common = {}, {}, {}, nil
    for i, name in ipairs(apart) do
        if #name.numbers[k] > 15 then return nil end
        values[i] = tonumber(name.numbers[k])
        if i > 1 then
            local step = values[i] - values[i - 1]
            if step <= 0 then return nil end
            steps[#steps + 1] = step
            count[step] = (count[step] or 0) + 1
        end
    end
    for _, step in ipairs(steps) do
        if not common or count[step] > count[common] or (count[step] == count[common] and step < common) then
            common = step
        end
    end
    if not common or 2 * count[common] < #steps then return nil end
    return values, math.floor(common)
end

-- Is the place of the counter that of the positions themselves: "150" in "SrFe2As2_150K"?
local function holds_positions(values, positions)
    for i, value in ipairs(values) do
        local at = positions and positions[i]
        if not at or value ~= math.floor(math.abs(at)) then return false end
    end
    return positions ~= nil
end

-- The counter of the file names: its values, the step, which place, and the names taken apart; or nil.
local function find_counter(names, positions)
    local apart, best = {}, nil
    for i, name in ipairs(names or {}) do
        local texts, numbers = take_apart(name)
        apart[i] = { texts = texts, numbers = numbers }
        if table.concat(texts, "\0") ~= table.concat(apart[1].texts, "\0") then return nil end
    end
    if #apart < 2 then return nil end
    for k = 1, #apart[1].numbers do
        local values, step = counter_at(apart, k)
        if values and not holds_positions(values, positions) and (not best or step < best.step) then
            best = { values = values, step = step, place = k, apart = apart }
        end
    end
    return best
end

-- "HPT_0041.tif is missing", for the first that is; nil where none is.
local function find_gap(names, counter)
    if not counter or #counter.values < 3 then return nil end
    local missing, first = 0, nil
    for i = 2, #counter.values do
        local between = (counter.values[i] - counter.values[i - 1]) // counter.step - 1
        if between > 0 and not first then first = i end
        missing = missing + math.max(0, between)
    end
    if not first then return nil end
    local before, name = counter.apart[first - 1], {}
    for k, part in ipairs(before.texts) do
        local digits = before.numbers[k] or ""
        if k == counter.place then
            local number = math.tointeger(counter.values[first - 1] + counter.step)
            digits = string.format("%0" .. #digits .. "d", number)
        end
        name[#name + 1] = part .. digits
    end
    return table.concat(name) .. " is missing between " .. names[first - 1] .. " and " .. names[first] ..
           (missing > 1 and string.format(" (%d are, in all)", missing) or "")
end

-- ---- Positions that are known now ----

local function judge_repeats(names, positions, axis)
    local before = {}
    for i, at in ipairs(positions) do
        local first = before[at]
        if first then
            core.fail(string.format('frame %d (%s) and frame %d (%s) are both at %s = %s: was a frame ' ..
                                    'taken twice, or the temperature held? repeats = "keep" takes them as they are',
                                    first, names[first], i, names[i], axis.name, with_unit(at, axis.unit)))
        end
        before[at] = i
    end
end

-- Of "{T}" the name; the rest of the pattern as Lua's.
local function compile(pattern)
    local name, fields = nil, 0
    for field in pattern:gmatch("{([^{}]*)}") do
        name, fields = field, fields + 1
    end
    if fields ~= 1 or name == "" then
        core.fail('from_names: "' .. pattern .. '" needs one field in braces, where the number stands, ' ..
                  'as "HPT_{T}K.tif"')
    end
    local lua = {}
    for before, field in (pattern .. "{}"):gmatch("(.-)({[^{}]*})") do
        lua[#lua + 1] = before:gsub("%p", "%%%0"):gsub("%%%*", ".-"):gsub("%%%?", ".")
        if field ~= "{}" then lua[#lua + 1] = "()([+-]?%d+[.,p]?%d*)" end
    end
    return name, "^" .. table.concat(lua) .. "$"
end

-- "303.5", "303,5", "303p5".  A sign right behind a letter or a digit separates: "run-150K" is 150 K.
local function number_in(name, pattern)
    local at, digits = name:match(pattern)
    if not at then return nil end
    local behind_word = at > 1 and name:sub(at - 1, at - 1):match("%w")
    if behind_word and digits:match("^[+-]") then digits = digits:sub(2) end
    return tonumber((digits:gsub("[,p]", ".")))
end

local function positions_of_names(axis, frames)
    local names = file_names(frames)
    if not names then core.fail("from_names: the elements of this series are not a file each") end
    local positions = {}
    for i, name in ipairs(names) do
        positions[i] = number_in(name, axis.lua) or number_in((name:gsub("%.[^.]*$", "")), axis.lua)
        if not positions[i] then
            core.fail(string.format('from_names: %s (frame %d) does not match "%s", with a number for ' ..
                                    '{%s}; "*" stands for any other text', name, i, axis.pattern, axis.name))
        end
    end
    return positions
end

local function step_of(axis)
    if axis.step ~= nil then return quantity(axis.step, axis.unit, "axis: step", true) end
    if axis.rate == nil or axis.interval == nil then
        core.fail("axis: a start needs a step, or a rate and an interval: " ..
                  '{ start = "303 K", rate = "20 K/min", interval = "6 s" }')
    end
    local seconds = quantity(axis.interval, "s", "axis: interval")
    local unit = core.quantity("1 K", axis.unit) and "K" or axis.unit    -- a rate of degC is one of K
    local rate = quantity(axis.rate, unit .. "/s", "axis: rate")
    return quantity(string.format("%.17g %s", rate * seconds, unit), axis.unit, "axis: rate", true)
end

local RATE = { "start", "step", "rate", "interval", "name", "unit" }

local function complete_rate(axis)
    entries.check(axis, RATE, "an axis with a start")
    local own = type(axis.start) == "string" and axis.start:match("^%s*[%d.eE+-]+%s*(%S.*)$")
    local unit = axis.unit or own or "1"
    local name = core.quantity("1 K", unit) and "T" or core.quantity("1 s", unit) and "time" or "position"
    return { start = axis.start, step = axis.step, rate = axis.rate, interval = axis.interval, unit = unit,
             name = axis.name or name }
end

-- Where a file is missing, gaps = "keep" goes by the numbers of the files: those behind do not move up.
local function places(frames, names, counter)
    local list = {}
    for i = 1, #frames do
        list[i] = counter and (counter.values[i] - counter.values[1]) // counter.step or i - 1
    end
    return list
end

-- ---- What frit.frames does with them ----

function series.from_names(pattern, unit, name)
    if type(pattern) ~= "string" then core.fail('from_names("HPT_{T}K.tif", "K"): the pattern is a text') end
    local field, lua = compile(pattern)
    return setmetatable({ kind = "names", pattern = pattern, lua = lua, name = name or field,
                          unit = unit or "1" }, Axis)
end

function series.from_headers(key, unit, options)
    if type(key) ~= "string" then core.fail('from_headers("temperature", "K"): the key is a text') end
    options = options or {}
    entries.check(options, { "name", "dates" }, "from_headers")
    return setmetatable({ kind = "headers", key = key, unit = unit or "1", name = options.name or key,
                          dates = options.dates }, Axis)
end

local OF_LOG = { "file", "time", "value", "unit", "time_unit", "bad", "dates" }
local OF_FRAMES = { "exposure", "stamp", "at", "offset", "max_gap", "outside", "order", "error", "resolution",
                    "time_uncertainty" }
local OF_TIMES = { "name", "key", "times", "start", "interval", "log" }

function series.from_log(t)
    local known = {}
    for _, list in ipairs { OF_LOG, OF_FRAMES, OF_TIMES } do table.move(list, 1, #list, #known + 1, known) end
    if type(t) ~= "table" or not (t.file or t.log) then
        core.fail('from_log: which log? ' ..
                  'frit.from_log { file = "log.csv", time = "time", value = "T", unit = "K" }')
    end
    entries.check(t, known, "from_log")
    local axis = { kind = "log", given = t, unit = t.unit or "1" }
    axis.file = t.file
    local named = type(t.value) == "string" and not t.value:match("^%d+$")
    axis.name = t.name or named and t.value:gsub("%s*[%[(].*$", "") or "value"
    return setmetatable(axis, Axis)
end

local function pick(t, names, into)
    for _, name in ipairs(names) do into[name] = t[name] end
    return into
end

-- A key of each header: of frames without their pixels, of other files as an attribute.
local function header_values(frames, reader, files, options, key, unit, dates)
    if reader == "read_image" then
        return core.step("read_image_header", { files = files, key = key, unit = unit, dates = dates,
                                                pages = options.pages, on_error = options.on_error })
    end
    return frames:attribute { name = key, unit = unit }
end

local function log_positions(axis, frames, reader, files, options, names, counter)
    local t = axis.given
    local arguments = pick(t, OF_FRAMES, { names = names and table.concat(names, "\n") })
    arguments.log = t.log or core.step("read_log", pick(t, OF_LOG, {}))
    if t.times then
        arguments.time = t.times
    elseif t.interval and counter then
        local seconds, place = quantity(t.interval, "s", "from_log: interval"), places(frames, names, counter)
        if place[#place] ~= #place - 1 then
            if type(t.start) == "string" and not tonumber(t.start) then
                core.fail("from_log: with files missing the start is a number of seconds")
            end
            for i, k in ipairs(place) do place[i] = (tonumber(t.start) or 0) + k * seconds end
            arguments.time = core.constant(place, "s")
        end
    end
    if not arguments.time and t.interval then
        arguments.start = t.start and tostring(t.start)
        arguments.interval, arguments.frames = t.interval, #frames
    elseif not arguments.time then
        arguments.time = header_values(frames, reader, files, options, t.key or "date", "s", t.dates)
    end
    return core.step("interpolate_log", arguments).value
end

-- Numbers that only data know, judged when they are there.
local function judged(node, axis, frames, names, gap, repeats)
    return core.step("series_positions", { node, elements = #frames, axis = axis.name, file = axis.file,
                                           repeats = repeats, gap = gap,
                                           names = names and table.concat(names, "\n") })
end

local function judge_twins(names, paths, repeats)
    if repeats == "keep" or not paths then return end
    local a, b = core.twins(paths)
    if a then
        core.fail(string.format('frame %d (%s) and frame %d (%s) are the same file under two names: ' ..
                                'repeats = "keep" takes both', a, names[a], b, names[b]))
    end
end

local function judge_gap(gap, gaps)
    if not gap or gaps == "keep" then return end
    if gaps == "stop" then
        core.fail("frames: " .. gap .. '; gaps = "keep" takes those that are there, at the places of ' ..
                  'their numbers')
    end
    core.warn("frames: " .. gap .. '; the others are taken, each at its own position; gaps = "stop" ' ..
              'refuses such a series')
end

-- The series `frames` along what the recipe gave as axis.  `known`: name and unit of what frit.csv read.
-- rules.repeats: "stop" (two frames at one position, or one file twice) or "keep"; rules.gaps: "stop", "warn"
-- or "keep".
function series.along(frames, axis, known, source, rules)
    local repeats = choice(rules.repeats, { "stop", "keep" }, "frames: repeats")
    local gaps = choice(rules.gaps, { "stop", "warn", "keep" }, "frames: gaps")
    local names, paths = file_names(frames)
    judge_twins(names, paths, repeats)
    names = names or core.names(frames)
    local counter = find_counter(paths and names)
    local gap = paths and find_gap(names, counter)

    if core.is_node(axis) then
        local node = judged(axis, known, frames, names, gap, repeats)
        return frames:along(node, known.name or "position", known.unit or "1")
    elseif getmetatable(axis) ~= Axis and axis.start == nil then    -- a list
        if #axis == #frames and repeats ~= "keep" then
            judge_repeats(names, axis, { name = axis.name or "position", unit = axis.unit or "1" })
        end
        return frames:along(axis, axis.name or "position", axis.unit or "1")
    elseif getmetatable(axis) ~= Axis then                          -- a start and a step
        axis = complete_rate(axis)
        judge_gap(gap, gaps or "stop")
        local start, step = quantity(axis.start, axis.unit, "axis: start"), step_of(axis)
        local list = places(frames, names, counter)
        for i, k in ipairs(list) do list[i] = start + k * step end
        if step == 0 and repeats ~= "keep" then judge_repeats(names, list, axis) end
        return frames:along(list, axis.name, axis.unit)
    elseif axis.kind == "names" then
        local positions = positions_of_names(axis, frames)
        judge_gap(find_gap(names, find_counter(names, positions)), gaps or "warn")
        if repeats ~= "keep" then judge_repeats(names, positions, axis) end
        return frames:along(positions, axis.name, axis.unit)
    end
    local node
    judge_gap(gap, gaps or (axis.kind == "log" and axis.given.interval and "stop" or "warn"))
    if axis.kind == "headers" then
        node = header_values(frames, source.reader, source.files, source.options, axis.key, axis.unit,
                             axis.dates)
    else
        node = log_positions(axis, frames, source.reader, source.files, source.options, names, counter)
    end
    return frames:along(judged(node, axis, frames, names, nil, repeats), axis.name, axis.unit)
end

-- ---- Elements by their position ----

-- frit.positions(x): the list, the axis's name and its unit.  An element without one is false there.
function series.positions(x)
    local list, name, unit = core.positions(x)
    if not list then
        core.fail("this series has no axis: frit.frames { ..., axis = ... }, " ..
                  "or x:along(positions, name, unit)")
    end
    return list, name, unit
end

local function range_of(list, name, unit)
    local low, high
    for _, at in ipairs(list) do
        if at and (not low or at < low) then low = at end
        if at and (not high or at > high) then high = at end
    end
    return low, high, low and string.format("%s goes from %s to %s", name, text(low), with_unit(high, unit))
           or "no element has a position"
end

local methods = {}

-- x:at("303 K"): the element nearest to it.
function methods.at(x, position)
    local list, name, unit = series.positions(x)
    local wanted, best = quantity(position, unit, "at"), nil
    local low, high, range = range_of(list, name, unit)
    for i, at in ipairs(list) do
        if at and (not best or math.abs(at - wanted) < math.abs(list[best] - wanted)) then best = i end
    end
    local room = low and (high - low) / math.max(1, #list - 1) or 0
    if not best or wanted < low - room or wanted > high + room then
        core.fail(string.format("at: there is no element near %s: %s", with_unit(wanted, unit), range))
    end
    return x[best]
end

-- Elements of a list of numbers, as a series.
local function choose(x, list)
    if list[#list] - list[1] == #list - 1 then return x:select(list[1], list[#list]) end
    local parts = {}
    for i, k in ipairs(list) do parts[i] = x:select(k, k) end
    return core.concat(parts)
end

-- x:between("303 K", "400 K"): the elements from one to the other, both included, in their order.
function methods.between(x, from, to)
    local list, name, unit = series.positions(x)
    local a, b, chosen = quantity(from, unit, "between"), quantity(to, unit, "between"), {}
    if a > b then
        core.fail(string.format("between: %s is more than %s: the lower end comes first", with_unit(a, unit),
                                with_unit(b, unit)))
    end
    local room = 1e-9 * math.max(math.abs(a), math.abs(b))
    for i, at in ipairs(list) do
        if at and at >= a - room and at <= b + room then chosen[#chosen + 1] = i end
    end
    if #chosen == 0 then
        local _, _, range = range_of(list, name, unit)
        core.fail(string.format("between: there is no element from %s to %s: %s", text(a), with_unit(b, unit),
                                range))
    end
    return choose(x, chosen)
end

-- x:every(20): elements 1, 21, 41, ...; x:every(20, 5): from the fifth on.
function methods.every(x, n, first)
    first = first or 1
    if math.type(n) ~= "integer" or n < 1 or math.type(first) ~= "integer" or first < 1 or first > #x then
        core.fail(string.format("every(n, first): whole numbers are wanted, the first from 1 to %d", #x))
    end
    local chosen = {}
    for i = first, #x, n do chosen[#chosen + 1] = i end
    return choose(x, chosen)
end

local index = core.node.__index
core.node.__index = function(x, name)
    return methods[name] or index(x, name)
end

return series
