-- Fig. 1A: specific heat of the samples against temperature, first and second scan, with Tg and Tx as they
-- were read off, and their rows of the table: Tg, Tx, dTx, enthalpy.
-- SPDX-License-Identifier: GPL-3.0-or-later
local frit = require "frit"

local fig1 = {}

-- By how much what is found may be off: K, K, kJ/mol.
local TOLERANCE = { tg = 0.5, tx = 0.2, enthalpy = 0.05 }

-- A run of the calorimeter, straightened through its isothermal parts: the heating, over temperature.
local function scan(folder, file, options)
    local run = frit.read_calorimetry { files = folder .. "/" .. file .. ".txt" }:align_isotherms()
    return run:select_segment(options or {})
end

-- One sample's specific heat and what is read off it. Tg is that of the second scan: the first has an
-- exotherm below it, which pulls the onset down by some three kelvin; it is read off as well.
function fig1.sample(folder, s, name)
    local sapphire, empty = scan(folder, "sapphire"), scan(folder, "empty")
    local function specific_heat(file, which)
        return scan(folder, file, { scan = which }):specific_heat {
            reference = sapphire, blank = empty, composition = s.composition,
            mass = s.mass, reference_mass = s.sapphire_mass,
        }.specific_heat
    end
    local x = { name = name, state = s.samples[name],
                first = specific_heat(name .. "_first", "first"),
                second = specific_heat(name .. "_second", "second") }
    local range = { 610, x.state.tx - 5 }
    x.glass = x.second:glass_transition { range = range }
    x.glass_first = x.first:glass_transition { range = range, glass = { 645, 660 } }
    x.crystal = x.first:crystallisation { range = { 690, 780 }, composition = s.composition }
    local function relaxation(options)
        options.second = not options.reference and x.second or nil
        options.tg, options.tx, options.composition = x.glass.onset, x.crystal.onset, s.composition
        return x.first:relaxation_enthalpy(options)
    end
    x.relaxation = relaxation {}
    x.relaxation_glass = relaxation { reference = "glass" }
    return x
end

local function add_rows(rows, x, raw)
    local function known(quantity) return raw.known(x.name, "dsc", quantity) end
    local function row(quantity, found, truth, tolerance)
        rows[#rows + 1] = { quantity = quantity, sample = x.name, found = found, truth = truth, tolerance = tolerance }
    end
    local tg, tx = known "Tg", known "Tx"
    row("Tg", x.glass.onset, tg, TOLERANCE.tg)
    row("Tx", x.crystal.onset, tx, TOLERANCE.tx)
    row("dTx", x.crystal.onset - x.glass.onset, tg and tx - tg, TOLERANCE.tg + TOLERANCE.tx)
    row("enthalpy", x.relaxation.molar_enthalpy, known "enthalpy", TOLERANCE.enthalpy)
    -- Beside them, without a truth of their own: how the number depends on how it is read off.
    row("Tg, first scan", x.glass_first.onset, nil, TOLERANCE.tg)
    row("enthalpy, glass line", x.relaxation_glass.molar_enthalpy, nil, TOLERANCE.enthalpy)
end

-- The curves of one sample, shifted upwards.
local function add_curves(panel, x, offset)
    local colour = x.state.colour
    local function add(node, options)
        options[1], options.colour = node + frit.constant(offset, "J/(g K)"), colour
        options.label = options.label or false
        panel[#panel + 1] = options
    end
    add(x.first, { label = x.name })
    add(x.second, { dash = true, linewidth = 0.5 })
    add(x.glass.glass_line, { linewidth = 0.35 })
    add(x.glass.tangent, { linewidth = 0.35 })
    add(x.glass.onset_mark, { linewidth = 1 })
    add(x.crystal.line, { linewidth = 0.35 })
    add(x.crystal.onset_mark, { linewidth = 1 })
end

-- raw: the files, as raw.lua finds them: dsc/NAME_first.txt, NAME_second.txt, sapphire.txt, empty.txt. s: composition,
-- order, samples of name { tg, tx, colour }. Returns the panel and the samples; rows are added to.
function fig1.panel(raw, s, rows)
    local panel = { xlabel = "*T* (K)", ylabel = "specific heat (J g⁻¹ K⁻¹)",
                    xrange = { 340, 770 }, yrange = { 0.1, 1.15 },
                    key = "top left",
                    texts = { { 0.74, 0.70, "*T*~g~" }, { 0.925, 0.86, "*T*~x~" },
                              { 0.03, 0.05, "dashed: second scan; shifted by 0.2" } } }
    local samples = {}
    for i, name in ipairs(s.order) do
        local x = fig1.sample(raw.folder .. "/dsc", s, name)
        add_curves(panel, x, 0.2 * (#s.order - i))
        add_rows(rows, x, raw)
        samples[i] = x
    end
    return panel, samples
end

function fig1.draw(raw, s, out, note, rows)
    local panel, samples = fig1.panel(raw, s, rows)
    panel.letter = "A"
    frit.figure(out .. "/fig1", {
        panels = { panel }, width = "single", height = 66, letters = "A", note = note,
    })
    for _, x in ipairs(samples) do
        frit.write(out .. "/fig1-" .. x.name .. "-first.csv", x.first)
        frit.write(out .. "/fig1-" .. x.name .. "-second.csv", x.second)
    end
end

return fig1
