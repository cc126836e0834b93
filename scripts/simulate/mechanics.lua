-- Indents and micropillars of three metallic glasses: eight indents of each as NanoSuite text, two pillars as
-- FemtoTools text.
--     frit simulate mechanics DIR [--seed N] [--noise on|off] [--samples AC,CR,HPT]
-- Nothing here is measured: hardness, modulus, pop-ins and yield are known, see frit help simulate_indents and
-- frit help simulate_pillars.
-- SPDX-License-Identifier: GPL-3.0-or-later
local frit = require "frit"

local out = frit.folder("out")
local seed = frit.setting("seed", 1)
local noise = frit.setting("noise", true) and 1 or 0

local number = { AC = 1, CR = 2, HPT = 3 }
for name in frit.setting("samples", "AC,CR,HPT"):gmatch "[^,%s]+" do
    local k = number[name] or 0
    local indents = frit.simulate_indents { sample = name, seed = 10 * seed + k, depth_noise = 0.15 * noise,
                                            load_noise = 0.001 * noise }
    local pillars = frit.simulate_pillars { sample = name, seed = 10 * seed + k, load_noise = 0.003 * noise }
    frit.write_nanosuite { indents.load, depth = indents.depth, segment = indents.segment,
                           file = out .. "/mechanics/" .. name .. "_indent_{name}.txt" }
    local hardness, modulus = indents.true_hardness:statistics(), indents.true_modulus:statistics()
    frit.table(out .. "/truth/" .. name .. "-mechanics.csv", {
        hardness.mean, hardness.deviation, modulus.mean, modulus.deviation, indents.true_count:statistics().mean,
        pillars.true_yield:statistics().mean,
        names = { "hardness", "hardness s.d.", "modulus", "modulus s.d.", "pop-ins", "yield" } })
    frit.write_femtotools { pillars.load, depth = pillars.depth,
                            file = out .. "/mechanics/" .. name .. "_pillar_{name}.txt" }
end
