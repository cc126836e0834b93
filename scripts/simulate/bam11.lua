-- Three plates of Zr52.5Cu17.9Ni14.6Al10Ti5 glass, heated at 20 K/min in a furnace at a beamline: raw files.
--     frit simulate bam11 DIR [--frames N] [--size PIXELS] [--seed N] [--noise on|off] [--samples AC,CR,HPT]
-- AC is as cast and 1 mm thick, CR cold rolled, HPT deformed by high-pressure torsion, both 0.3 mm.  Nothing
-- here is measured: manifest.json says so, and truth/ holds what an analysis should find.
local frit = require "frit"
local core = require "frit.core"

local out = frit.folder("out")
local size = frit.setting("size", 512)              -- pixels to a side; the panel's own 1024 have 400 um
local frames = frit.setting("frames", 0)            -- of each sample; 0: all
local seed = frit.setting("seed", 1)
local noise = frit.setting("noise", true)           -- false: expectations, as floating point
local samples = frit.setting("samples", "AC,CR,HPT")
local beam = frit.setting("beam", 0.20)             -- mm, standard deviation; 0: a point
local blur = frit.setting("blur", "q")              -- what its size does: q or beam, see simulate_frame
local motion = frit.setting("motion", 0)            -- mm, of the sample along the beam at 773 K
local multiple = frit.setting("multiple", "own")    -- double scattering: own, free or none
local averaged = { dark = 50, furnace = 40 }        -- frames

-- Fewer, larger pixels give the mean of those that they stand for: as many units (ADU), of more photons.
local binning = 1024 / size
local detector = { dist = 0.35, poni1 = 0.2032, poni2 = 0.2061, rot1 = 0.0052, rot2 = -0.0035, rot3 = 0,
                   wavelength = "0.1173 angstrom", pixel = 4e-4 * binning, rows = size, columns = size }
local reading = { gain = 0.30 / binning ^ 2, read_noise = 4 / binning }
local schedule = { first = 303, last = 773, rate = 20, interval = 6, exposure = 1 }
local log = { first = schedule.first, last = schedule.last, rate = schedule.rate,
              exposure = schedule.exposure }

local function with(...)
    local all = {}
    for _, part in ipairs { ... } do
        for name, value in pairs(part) do all[name] = value end
    end
    return all
end

-- ---- The panel ----

local panel = frit.simulate_panel(with(detector, { seed = seed, dead_row = math.floor(size * 317 / 1024) }))
local shot = with(detector, reading, { flat = panel.flat, dark = panel.dark, noise = noise, seed = seed,
                                       beam_size = beam, blur = blur, exposure = schedule.exposure })
local dark = frit.simulate_frame(with(shot, { kind = "dark", average = averaged.dark })).frame
local empty = frit.simulate_frame(with(shot, { kind = "furnace", average = averaged.furnace })).frame

frit.write_image { panel.mask, file = out .. "/mask.tif" }
frit.write_image { panel.flat, file = out .. "/flat.tif" }
frit.write_image { dark, file = out .. "/dark.tif" }
frit.write_image { empty, file = out .. "/empty.tif" }
frit.record_poni(with(detector, { file = out .. "/geometry.poni" }))

-- ---- The samples ----

local times = frit.heating_schedule(with(schedule, { frames = frames }))
local begin = { AC = "2026-01-15T09:00:00", CR = "2026-01-15T10:30:00", HPT = "2026-01-15T12:00:00" }

local function heat(name)
    if not begin[name] then core.fail("there is no sample '" .. name .. "': AC, CR and HPT are known") end
    local file, called = out .. "/" .. name, name .. "_{name}.tif"
    local frame = times:simulate_frame(with(shot, { number = times.number, state = name, multiple = multiple,
                                                    motion = motion }))
    frit.record_frame { frame.frame, number = times.number, start = times.start, file = out .. "/" .. called,
                        start_time = begin[name], description = "simulated: " .. name .. " of manifest.json" }
    frit.record_list { times.number, start = times.start, file = file .. "_frames.csv", frames = called,
                       start_time = begin[name], exposure = schedule.exposure }
    frit.record_log(with(log, { file = file .. "_log.csv", start_time = begin[name] }))

    local truth, state = times:model_truth { state = name }, times:model_state { state = name }
    local names, columns = {}, {}
    local function column(title, node)
        names[#names + 1] = title
        columns[#columns + 1] = node:along(times.temperature:stack(), "T", "K")
    end
    for _, quantity in ipairs { "first_moment", "area", "r1_area", "r6_area", "share_1", "share_2", "share_3",
                                "share_4" } do
        column(quantity, truth[quantity])
    end
    for _, quantity in ipairs { "number_density", "disorder", "relaxation", "crystal" } do
        column(quantity, state[quantity])
    end
    column("scale", frame.scale)
    frit.table(out .. "/truth/" .. name .. ".csv", with(columns, { names = names }))
end

local given = 0
for name in samples:gmatch "[^,%s]+" do
    heat(name)
    given = given + 1
end
if given == 0 then core.fail("samples: at least one of AC, CR and HPT is needed") end

-- ---- The calorimeter, the indenter and the pillars: files of their own, in dsc/ and mechanics/ ----

require "dsc"
require "mechanics"

-- ---- The manifest ----

-- Fewer frames are spread over the same run, K over K/min.
local run = math.floor((schedule.last - schedule.first) / schedule.rate * 60 / schedule.interval + 0.5) * schedule.interval
local settings = {
    { "experiment", '"bam11"' }, { "samples", '"' .. samples .. '"' }, { "frames_per_sample", #times },
    { "pixels", size }, { "pixel_mm", 0.4 * binning }, { "seed", seed }, { "noise", tostring(noise) },
    { "gain_ADU_per_photon", reading.gain }, { "read_noise_ADU", reading.read_noise },
    { "photons_per_second", "4e11" }, { "exposure_s", schedule.exposure },
    { "interval_s", #times > 1 and run / (#times - 1) or 0 }, { "heating_K_per_min", schedule.rate },
    { "beam_standard_deviation_mm", beam }, { "blur", '"' .. blur .. '"' }, { "motion_mm", motion },
    { "multiple_scattering", '"' .. multiple .. '"' }, { "polarization_factor", 0.99 },
    { "converter", '"CsI 4.51 g/cm^3, 0.6 mm"' }, { "fluorescence_electrons", 1.5 },
    { "density_g_per_cm3", 6.70 }, { "frames_averaged_dark", averaged.dark },
    { "frames_averaged_empty", averaged.furnace },
}
local lines = {}
for i, entry in ipairs(settings) do lines[i] = string.format('  "%s": %s', entry[1], tostring(entry[2])) end
frit.record_manifest { file = out .. "/manifest.json", samples = samples,
                       settings = "{\n" .. table.concat(lines, ",\n") .. "\n }" }
