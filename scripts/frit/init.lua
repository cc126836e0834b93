-- What a recipe sees as `frit`: samples, series of files, figures, tables and files to write.
-- Every step is also here under its name: frit.read_image { files = "*.tif" }.
-- SPDX-License-Identifier: GPL-3.0-or-later

local core = require "frit.core"
local entries = require "frit.entries"
require "frit.operators"        -- a - b, 2 * a
local series = require "frit.series"

local frit = {
    setting = core.setting,     -- setting(name, default): what --set name=value gave
    folder = core.folder,       -- folder(name, default): the same for a path; from the command line it is
                                -- relative to the current folder, in a recipe to the recipe's
    step = core.step,           -- step(name, { ... }): any step by its name
    concat = core.concat,       -- concat { a, b }: several series, one after the other
    constant = core.constant,   -- constant(number or list, unit): the same for all
    numbers = core.numbers,     -- numbers(list, unit): a series, one number an element
    names = core.names,         -- names(x): what the elements are called
    positions = series.positions,       -- positions(x): where they lie, the axis's name, its unit
    from_names = series.from_names,     -- axes of frit.frames: see frit/series.lua
    from_headers = series.from_headers,
    from_log = series.from_log,
}

-- A series that knows its axis: frames:along(...) for what frit.csv read.
local axis_of = setmetatable({}, { __mode = "k" })

-- frit.sample { composition = "Zr52.5Cu17.9Ni14.6Al10Ti5", density = "6.70 g/cm^3" }
-- Given as `sample = ...` it fills the parameters of a step that are the sample's.
function frit.sample(t)
    if type(t) ~= "table" then core.fail('a sample is a table: frit.sample { composition = "SiO2" }') end
    local known = {}
    for name in pairs(core.sample_parameters()) do known[#known + 1] = name end
    table.sort(known)
    entries.check(t, known, "a sample")
    return t
end

local function first_file(files)
    return type(files) == "table" and files[1] or files
end

-- frit.read("curve.xy", { x_unit = "1/angstrom" }): by the reader that knows such files.
function frit.read(files, options)
    local arguments = { files = files }
    for name, value in pairs(options or {}) do arguments[name] = value end
    local first = first_file(files)
    if type(first) ~= "string" then core.fail("frit.read takes the name of a file, a pattern, or a list of names") end
    return core.step(core.reader(first), arguments)
end

-- frit.csv("log.csv", "T", "K"): a column of a table, to be the axis of a series.
function frit.csv(file, column, unit)
    local node = core.step("read_column", { file = file, column = column, unit = unit })
    axis_of[node] = { name = tostring(column), unit = unit or "1", file = file }
    return node
end

-- frit.frames { files = "raw/*.tif", axis = frit.csv("log.csv", "T", "K") }: a series of files.
-- For the axis see frit/series.lua: a list, names, headers, a log, a rate.  repeats = "stop" or "keep": two
-- frames at one position, or one file twice; gaps = "stop", "warn" or "keep": files missing in their numbering.
function frit.frames(t)
    if type(t) ~= "table" or not t.files then core.fail('frames: which files? frit.frames { files = "raw/*.tif" }') end
    local options, own = {}, { files = true, axis = true, repeats = true, gaps = true }
    for name, value in pairs(t) do
        if not own[name] then options[name] = value end
    end
    local frames = frit.read(t.files, options)
    local axis = t.axis
    if axis == nil then return frames end
    if type(axis) ~= "table" and not core.is_node(axis) then
        core.fail("frames: an axis is a list, a column, or one of frit.from_names, from_headers, from_log; " ..
                  "not a " .. type(axis))
    end
    local source = { files = t.files, options = options, reader = core.reader(first_file(t.files)) }
    return series.along(frames, axis, axis_of[axis] or {}, source, t)
end

local function suffix(file)
    return type(file) == "string" and (file:match("%.([^./]+)$") or ""):lower() or ""
end

local NEXUS = { nxs = true, h5 = true, hdf5 = true }

-- frit.write("OUT/{name}.gr", gr): columns of numbers; for a series a file for each element.
-- frit.write("OUT/glass.nxs", { sq, gr }): all of it in one NeXus file (HDF5).
function frit.write(file, data, options)
    local arguments = { data, file = file }
    for name, value in pairs(options or {}) do arguments[name] = value end
    return core.step(NEXUS[suffix(file)] and "write_nexus" or "write_columns", arguments)
end

-- frit.table("OUT/shells.csv", { area, position, names = { "area", "r" } }): curves over one axis, or the
-- numbers of series, as the columns of one table.
function frit.table(file, columns)
    if type(columns) ~= "table" or columns[1] == nil then
        core.fail('table: which columns? frit.table("shells.csv", { shells.area })')
    end
    local arguments = { file = file }
    for name, value in pairs(columns) do arguments[name] = value end
    if type(columns.names) == "table" then arguments.names = table.concat(columns.names, "\n") end
    return core.step("write_table", arguments)
end

-- frit.verify(file, rows): see frit/verify.lua.
function frit.verify(...)
    return require "frit.verify" (...)
end

-- frit.figure(file, { ... }): see frit/figure.lua.
function frit.figure(...)
    return require "frit.figure" (...)
end

return setmetatable(frit, {
    __index = function(_, name)
        for _, step in ipairs(core.steps()) do
            if step == name then
                return function(arguments) return core.step(name, arguments) end
            end
        end
        local names = core.steps()
        for own in pairs(frit) do names[#names + 1] = own end
        table.sort(names)
        local near = core.nearest(tostring(name), names)
        core.fail("frit has no '" .. tostring(name) .. "'" .. (near and ": did you mean '" .. near .. "'?" or ""))
    end,
})
