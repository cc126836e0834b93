-- Real calorimetry: the three curves of a Setaram (sample, sapphire, empty pans), straightened and not, to
-- the specific heat; and a polymer, PMMA, from five laboratories, with its glass transition.
-- frit run calorimetry.lua --set data=FOLDER --set out=FOLDER
-- SPDX-License-Identifier: GPL-3.0-or-later
local frit = require "frit"
local data = frit.folder("data", "data/calorimetry")
local out = frit.folder("out", "out")
local COLOURS = { "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00" }

-- ---- Three curves, in steps of 100 K with holds of an hour ----

-- The files do not say in which direction exothermic is (Setaram's own is upwards), nor how much sapphire
-- there was: with the sample's own mass the result is that of the sample times m/m_r.
local function run(name)
    return frit.read_calorimetry { files = data .. "/dsc_setaram_threecurve/" .. name .. ".txt", exo = "up" }
end
local sample, sapphire, empty = run "sample", run "sapphire", run "zero"
local mass = "58.3 mg"

local scanned = { xlabel = "*T* (K)", ylabel = "*m C*~p~/*m*~r~ (J g⁻¹ K⁻¹)", yrange = { 0, 2 },
                  key = "top right" }
for i = 2, 5 do
    local function part(r) return r:align_isotherms():select_segment { segment = "heating " .. i } end
    local cp = part(sample):specific_heat { reference = part(sapphire), blank = part(empty), mass = mass,
                                            reference_mass = mass }
    -- until the rate is reached, and where it ends, nothing is steady
    local from = 260 + 100 * i
    table.insert(scanned, { cp.specific_heat:cut { range = { from - 55, from - 3 } }, colour = COLOURS[1],
                            label = i == 2 and "scanned" or false })
end
local steps = frit.specific_heat_steps {
    sample.heat_flow, temperature = sample.temperature, reference = sapphire.heat_flow,
    reference_temperature = sapphire.temperature,
    blank = empty.heat_flow, blank_temperature = empty.temperature,
    mass = mass, reference_mass = mass,
}
table.insert(scanned, { steps, style = "points", colour = COLOURS[2], label = "by steps" })
frit.table(out .. "/steps.csv", { steps })

-- ---- Five laboratories ----

-- Name, file, and whether the glass transition stands out of the curve's own bends: in two it does not.
local LABS = {
    { "NIST", "NIST_DSC_N2_10K_1.csv", true }, { "FSRI", "FSRI_DSC_N2_20K_1.csv", true },
    { "DBI Lund", "DBI_Lund_DSC_N2_20K_1.csv", true }, { "TIFP", "TIFP_DSC_N2_10K_4.csv" },
    { "Sandia", "Sandia_DSC_Ar_10K_1.csv" },
}
local five = { xlabel = "*T* (K)", ylabel = "heat flow (W/g), endothermic upwards", xrange = { 310, 460 },
               yrange = { -0.6, 1.2 }, key = "top left" }
local onsets, heights = {}, {}
for i, lab in ipairs(LABS) do
    -- endothermic is positive by the agreement of these laboratories; their files do not say it
    local curve = frit.read_calorimetry { files = data .. "/dsc_macfp_pmma/" .. lab[2], exo = "down" }
                      :select_segment { segment = "heating" }
    table.insert(five, { curve, colour = COLOURS[i], label = lab[1] })
    if lab[3] then
        local glass = curve:glass_transition { glass = { 360, 382 }, liquid = { 408, 430 }, significance = 3 }
        table.insert(five, { glass.onset_mark, colour = COLOURS[i], linewidth = 1.2, label = false })
        onsets[#onsets + 1], heights[#heights + 1] = glass.onset, glass.step
    end
end
frit.table(out .. "/pmma.csv", { frit.concat(onsets), frit.concat(heights), names = { "Tg", "step" } })
frit.figure(out .. "/calorimetry", { panels = { scanned, five }, columns = 2, width = "double" })
