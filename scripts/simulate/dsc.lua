-- A calorimeter's runs on three metallic glasses, as STARe text: first and second scan of each, sapphire,
-- empty pans.
--     frit simulate dsc DIR [--seed N] [--noise on|off] [--samples AC,CR,HPT]
-- Nothing here is measured: Tg, Tx and the enthalpy of relaxation are known, see frit help simulate_dsc.
-- SPDX-License-Identifier: GPL-3.0-or-later
local frit = require "frit"

local out = frit.folder("out")
local seed = frit.setting("seed", 1)
local noise = frit.setting("noise", true) and 4 or 0      -- uW, standard deviation of a point

local function measure(file, options)
    options.seed, options.noise = seed, noise
    local run = frit.simulate_dsc(options)
    frit.write_stare { run.heat_flow, temperature = run.temperature, file = out .. "/dsc/" .. file .. ".txt" }
    return run
end

for name in frit.setting("samples", "AC,CR,HPT"):gmatch "[^,%s]+" do
    measure(name .. "_first", { sample = name, run = "first" })
    local run = measure(name .. "_second", { sample = name, run = "second" })
    frit.table(out .. "/truth/" .. name .. "-dsc.csv", { run.true_tg, run.true_tx, run.true_enthalpy,
                                                         names = { "Tg", "Tx", "enthalpy" } })
end
measure("sapphire", { run = "sapphire" })
measure("empty", { run = "empty" })
