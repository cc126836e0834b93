-- Fig. 2: load against depth of one indent of each sample, with the pop-ins of the cast one (A), hardness and modulus
-- (B), stress against strain of two pillars of each (D); and their rows: hardness, modulus, pop-ins, yield.
-- SPDX-License-Identifier: GPL-3.0-or-later
local frit = require "frit"

local fig2 = {}

-- By how much what is found may be off: GPa.
local TOLERANCE = { hardness = 0.02, modulus = 0.5, pop_ins = "15 %", yield = 0.005 }

-- The tip and the pillars, where the settings do not say otherwise.
local TIP = { area = { 24.5, 1450 }, beta = 1.034 }
local PILLAR = { diameter = "2.5 um", height = "5 um", taper = 1.8 }

local function with(options, more)
    local all = {}
    for name, value in pairs(options) do all[name] = value end
    for name, value in pairs(more or {}) do all[name] = value end
    return all
end

-- Indents of one sample: raw curves to H and E, each test that cannot be used left out by name.
local function indents_of(folder, s, x)
    local raw = frit.read_indentation { files = folder .. "/" .. x.name .. "_indent_*.txt", on_error = "mask" }
    local corrected = raw:frame_compliance():drift()
    x.tests = corrected:oliver_pharr(with(TIP, s.tip))
    x.pop_ins = corrected:pop_in()
    x.hardness = x.tests.hardness:statistics { error = "deviation" }
    x.modulus = x.tests.modulus:statistics { error = "deviation" }
    x.events = x.pop_ins.count:statistics()
end

local function pillars_of(folder, s, x)
    local raw = frit.read_indentation { files = folder .. "/" .. x.name .. "_pillar_*.txt" }
    x.pillars = raw:pillar(with(PILLAR, s.pillar))
    x.yield = x.pillars.yield:statistics { error = "deviation" }
end

function fig2.sample(folder, s, name)
    local x = { name = name, state = s.samples[name] }
    indents_of(folder, s, x)
    pillars_of(folder, s, x)
    return x
end

local function add_rows(rows, x, raw)
    local function row(quantity, found, tolerance, truth)
        rows[#rows + 1] = { quantity = quantity, sample = x.name, found = found, truth = truth, tolerance = tolerance }
    end
    local function known(quantity, found, tolerance)
        row(quantity, found, tolerance, raw.known(x.name, "mechanics", quantity))
    end
    known("hardness", x.hardness.mean, TOLERANCE.hardness)
    known("hardness s.d.", x.hardness.deviation, TOLERANCE.hardness)
    known("modulus", x.modulus.mean, TOLERANCE.modulus)
    known("modulus s.d.", x.modulus.deviation, TOLERANCE.modulus)
    known("pop-ins", x.events.mean, TOLERANCE.pop_ins)
    known("yield", x.yield.mean, TOLERANCE.yield)
    -- Beside them, without a truth of their own: what does not depend on the tip, and what the choice of the diameter
    -- does.
    row("P/S^2", x.tests.p_over_s2:statistics().mean, 0)
    row("W_el/W_tot", x.tests.work_ratio:statistics().mean, 0)
    row("yield on half the height", x.pillars.yield_on_mid:statistics().mean, 0)
end

-- One indent of each sample; of the cast glass arrows at its pop-ins.
local function curves(samples, which)
    local panel = { xlabel = "depth (nm)", ylabel = "load (mN)", xrange = { 0, 990 }, yrange = { 0, 118 },
                    key = "top left", letter = "A" }
    for _, x in ipairs(samples) do
        panel[#panel + 1] = { x.tests.curve[which], colour = x.state.colour, label = x.name }
    end
    for _, x in ipairs(samples) do
        if x.name == "AC" then
            panel[#panel + 1] = { x.pop_ins.marks[which], style = "arrows", colour = x.state.colour, label = false }
        end
    end
    return panel
end

local function bars(samples, of, ylabel, yrange, letter)
    local means, names, colours, at = {}, {}, {}, {}
    for i, x in ipairs(samples) do
        means[i], names[i], colours[i], at[i] = of(x).mean, x.name, x.state.colour, i
    end
    return { { frit.concat(means):along(at, "sample", "1"):stack(), style = "bars", colours = colours },
             ylabel = ylabel, xlabel = "", categories = names, xrange = { 0.4, #samples + 0.6 }, yrange = yrange,
             key = false, letter = letter }
end

local function compressions(samples)
    local panel = { xlabel = "strain", ylabel = "stress (GPa)", xrange = { 0, 0.11 }, yrange = { 0, 2.7 },
                    key = "top left", letter = "D" }
    for _, x in ipairs(samples) do
        for i = 1, 2 do
            panel[#panel + 1] = { x.pillars.stress[i], colour = x.state.colour, dash = i == 2 or nil,
                                  label = i == 1 and x.name or false }
        end
    end
    return panel
end

-- raw: the files, as raw.lua finds them: mechanics/NAME_indent_*.txt and NAME_pillar_*.txt.  s: order, samples of name
-- { colour }; tip, pillar: what the analysis is told otherwise; indent: which one is drawn.  Returns the panels (A, B,
-- B continued, D) and the samples; rows are added to.
function fig2.panels(raw, s, rows)
    local samples = {}
    for i, name in ipairs(s.order) do
        samples[i] = fig2.sample(raw.folder .. "/mechanics", s, name)
        add_rows(rows, samples[i], raw)
    end
    return { curves(samples, s.indent or 1),
             bars(samples, function(x) return x.hardness end, "hardness (GPa)", { 5, 7 }, "B"),
             bars(samples, function(x) return x.modulus end, "modulus (GPa)", { 95, 112 }, false),
             compressions(samples) }, samples
end

function fig2.draw(raw, s, out, note, rows)
    local panels, samples = fig2.panels(raw, s, rows)
    frit.figure(out .. "/fig2", {
        panels = panels, columns = 2, width = "double", height = 56, letters = "A", note = note,
    })
    for _, x in ipairs(samples) do
        frit.write(out .. "/fig2-" .. x.name .. "-indent.csv", x.tests.curve[s.indent or 1])
        frit.table(out .. "/fig2-" .. x.name .. "-tests.csv", {
            x.tests.hardness, x.tests.modulus, names = { "hardness", "modulus" },
        })
        frit.write(out .. "/fig2-" .. x.name .. "-pillar-{name}.csv", x.pillars.stress)
    end
end

return fig2
