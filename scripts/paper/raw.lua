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

-- What a raw folder holds beside the frames, and what each is.
local NEEDED = {
    ["geometry.poni"] = "the calibration of pyFAI (pyFAI-calib2), for pixels of these frames' size",
    ["mask.tif"] = "1 where a pixel is not to be used, 0 elsewhere, of the frames' size",
    ["flat.tif"] = "the response of each pixel, about 1, of the frames' size",
    ["dark.tif"] = "the mean of frames without beam, with the frames' exposure",
    ["empty.tif"] = "the mean of frames of the furnace without a sample, with the frames' exposure",
}

local function needed(folder, name)
    if not file_in(folder, ".") then
        error("there is no folder " .. folder .. ": raw=FOLDER says where the raw files are", 0)
    end
    return file_in(folder, name) or error(folder .. " has no " .. name .. ", " .. NEEDED[name], 0)
end

-- What is true of simulated frames, as curves over T: truth/HPT.csv.  Measured ones have no such table.
local function truth_in(folder, name)
    local path = file_in(folder, "truth/" .. name .. ".csv")
    return path and setmetatable({}, { __index = function(_, quantity)
        return frit.read(path, { x = "T", y = quantity })
    end })
end

-- A number that is true of simulated tests, of "dsc" or "mechanics": truth/HPT-dsc.csv.
local function known_in(folder, name, kind, quantity)
    local path = file_in(folder, "truth/" .. name .. "-" .. kind .. ".csv")
    return path and frit.read_column { file = path, column = quantity }
                        :mean_over { range = { 0.5, 1.5 }, error = "scatter" }
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

-- The indents and pillars of a sample are numbered from 1.
local function has_mechanics(folder, s)
    for _, name in ipairs(s.order) do
        if file_in(folder, "mechanics/" .. name .. "_indent_1.txt") then return true end
    end
    return false
end

-- folder: the path; s: the settings, for what the folder does not say.
return function(folder, s)
    local manifest = manifest_of(folder)
    return {
        folder = folder,
        has = { fig1 = file_in(folder, "dsc/sapphire.txt") ~= nil, fig2 = has_mechanics(folder, s) },
        gain = manifest.gain or s.gain, read_noise = manifest.read_noise or s.read_noise,
        geometry = needed(folder, "geometry.poni"), mask = needed(folder, "mask.tif"),
        flat = needed(folder, "flat.tif"), dark = needed(folder, "dark.tif"),
        empty = frit.read(needed(folder, "empty.tif")),
        simulated = manifest.simulated,
        truth = function(name) return truth_in(folder, name) end,
        known = function(name, kind, quantity) return known_in(folder, name, kind, quantity) end,
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
