-- The raw files of the experiment: where they are and what they are called.
-- SPDX-License-Identifier: GPL-3.0-or-later
local frit = require "frit"

-- A file in the folder, or nil.
local function file_in(folder, name)
    local path = folder .. "/" .. name
    local f = io.open(path, "rb")
    if f then f:close() end
    return f and path
end

-- What is true of simulated frames, as curves over T: truth/HPT.csv.  Measured ones have no such table.
local function truth_in(folder, name)
    local path = file_in(folder, "truth/" .. name .. ".csv")
    return path and setmetatable({}, { __index = function(_, quantity)
        return frit.read(path, { x = "T", y = quantity })
    end })
end

-- What the folder's manifest.json says of the detector: binned pixels have another gain.
local function manifest_of(folder)
    local path = file_in(folder, "manifest.json")
    if not path then return {} end
    local f <close> = assert(io.open(path, "rb"))
    local text = f:read "a"
    return { gain = tonumber(text:match '"gain_ADU_per_photon": *([%d.eE+-]+)'),
             read_noise = tonumber(text:match '"read_noise_ADU": *([%d.eE+-]+)'),
             simulated = text:match '"simulated": *true' ~= nil }
end

-- folder: the path; s: the settings, for what the folder does not say.
return function(folder, s)
    local manifest = manifest_of(folder)
    return {
        gain = manifest.gain or s.gain, read_noise = manifest.read_noise or s.read_noise,
        geometry = folder .. "/geometry.poni", mask = folder .. "/mask.tif", flat = folder .. "/flat.tif",
        dark = folder .. "/dark.tif", empty = frit.read(folder .. "/empty.tif"),
        simulated = manifest.simulated,
        truth = function(name) return truth_in(folder, name) end,
        -- Each frame at the furnace's temperature in the middle of its exposure.
        frames = function(name)
            return frit.frames {
                files = folder .. "/" .. name .. "_*.tif",
                axis = frit.from_log { file = folder .. "/" .. name .. "_log.csv", time = "time", value = "temperature",
                                       unit = "K", exposure = "1 s", at = "middle", name = "T" },
            }
        end,
    }
end
