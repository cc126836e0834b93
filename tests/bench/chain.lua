-- Detector frames to all numbers that Figs 3 to 6 of scripts/paper follow with temperature, as tables.
--     frit run tests/bench/chain.lua --set raw=FOLDER --set out=FOLDER
-- FOLDER of raw files: geometry.poni, mask.tif, flat.tif, dark.tif, empty.tif, manifest.json, as
-- `frit simulate bam11` leaves them, and frames/.  frames: of a sample; samples: how many follow each other;
-- repeats: how often each file stands for a frame, with another monitor each time, so that nothing is known.
-- SPDX-License-Identifier: GPL-3.0-or-later
local frit = require "frit"
local core = require "frit.core"
package.path = package.path .. ";" .. core.recipe_folder .. "/../../scripts/paper/?.lua"
local s = require "settings"

local raw, out = frit.folder("raw", "raw"), frit.folder("out", "out")
local n, n_samples = frit.setting("frames", 1000), frit.setting("samples", 1)
local repeats = frit.setting("repeats", 1)
s.split = frit.setting("split", "full")
s.window[1] = frit.setting("qmin", s.window[1])

local manifest = io.open(raw .. "/manifest.json"):read "a"
local function number(name) return tonumber(manifest:match('"' .. name .. '": *([%d.eE+-]+)')) end

local function files(first)
    local list = {}
    for i = 1, n do list[i] = ("%s/frames/frame_%05d.tif"):format(raw, first + (i - 1) % (n // repeats)) end
    return list
end

local function with_monitor(frames)
    local list = {}
    for i = 1, n do list[i] = 1 + 1e-9 * i end
    return { integrate = function(_, options)
        options.monitor = frit.numbers(list, "1")
        return frames:integrate(options)
    end }
end

-- Samples alike but for their thickness, so that nothing is shared among them.
local function study(k)
    local name = "S" .. k
    s.samples[name] = { thickness = 0.3 + 0.01 * (k - 1) .. " mm", tg = 673, tx = 720 }
    return require "diffraction"(name, {
        geometry = raw .. "/geometry.poni", mask = raw .. "/mask.tif", flat = raw .. "/flat.tif",
        dark = raw .. "/dark.tif", empty = frit.read(raw .. "/empty.tif"),
        gain = number "gain_ADU_per_photon", read_noise = number "read_noise_ADU",
        truth = function() end,
        frames = function()
            local step = (s.temperatures[2] - s.temperatures[1]) / (n - 1)
            local frames = frit.frames { files = files((k - 1) * n + 1),
                                         axis = { start = s.temperatures[1] .. " K", step = step .. " K" },
                                         repeats = repeats > 1 and "keep" or "stop" }
            return repeats > 1 and with_monitor(frames) or frames
        end,
    }, s, function(_, value) return value end)
end

local shown = {}
for k = 1, n_samples do
    local x = study(k)
    local to = out .. "/" .. x.name
    frit.table(to .. "-fsdp.csv", { x.fsdp.first_moment, x.fsdp.intensity, names = { "moment", "area" } })
    frit.table(to .. "-delta-S.csv", { x.delta_at, names = { "Delta S" } })
    frit.table(to .. "-slope.csv", { x.sq:slope(), names = { "dS/dT" } })
    local shells, shares = { names = {} }, { names = s.modes }
    for i = 1, 6 do shells[i], shells.names[i] = x.shells["r" .. i], "r" .. i end
    for i = 1, 4 do shares[i] = x.modes["share_" .. i] end
    frit.table(to .. "-shells.csv", shells)
    frit.table(to .. "-shares.csv", shares)
    shown[k] = x
end

return { settings = s, raw = raw, out = out, shown = shown }   -- for theory.lua
