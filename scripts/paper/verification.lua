-- What was found beside what is true, for simulated frames, whose truth lies beside them in truth/.
-- SPDX-License-Identifier: GPL-3.0-or-later
local frit = require "frit"

local changes = require "changes"
local change, stretches = changes.change, changes.stretches

-- Root mean square of a curve over a range of its axis.
local function rms(curve, range)
    return (curve ^ 2):mean_over { range = range, error = "scatter" } ^ 0.5
end

-- The model that the frames were made from, at a temperature.
local function T_of(model, T, options)
    options.temperature = T
    return model(options)
end

local verification = {}

-- One row; truth may be nil, then the row says what was found.
local function row(rows, quantity, sample, found, truth, tolerance)
    rows[#rows + 1] = { quantity = quantity, sample = sample, found = found, truth = truth, tolerance = tolerance }
end

local MEANS = {
    { "FSDP moment", "first_moment", function(x) return x.fsdp.first_moment end, "moment" },
    { "FSDP area", "area", function(x) return x.fsdp.intensity end, "area" },
    { "r1 area", "r1_area", function(x) return x.shells.r1 end, "r1" },
    { "r6 area", "r6_area", function(x) return x.shells.r6 end, "r6" },
}

-- samples, settings, raw files, and the rows to which these are added.
function verification.rows(samples, s, raw, rows)
    for _, x in ipairs(samples) do
        local at, truth = stretches(x, s), x.truth
        for _, m in ipairs(MEANS) do
            row(rows, m[1], x.name, changes.mean(m[3](x), at.room),
                truth and truth[m[2]]:mean_over { range = at.room }, s.tolerance[m[4]])
        end
        -- What the same analysis finds in curves without noise.  r6 bends by too little to be sure of it.
        for _, k in ipairs { { "FSDP area", "area", "area" }, { "<Q>", "moment", "first_moment" },
                             { "r1 area", "r1", "r1_area" }, { "r6 area", "r6" } } do
            row(rows, "T_r (" .. k[1] .. ")", x.name, x.kinks[k[2]].temperature,
                truth and k[3] and truth[k[3]]:transition { tg = x.state.tg }.temperature, s.tolerance.kink[x.name])
        end
        for n, name in ipairs(s.modes) do
            local found, true_share = x.modes["share_" .. n]:stack(), truth and truth["share_" .. n]
            row(rows, "share change " .. name, x.name, change(found, at.room, at.turn),
                truth and change(true_share, at.room, at.turn), s.tolerance.share[x.name])
            if x.state.turns then
                row(rows, "share change " .. name .. " to Tg", x.name, change(found, at.turn, at.late),
                    truth and change(true_share, at.turn, at.late), s.tolerance.share[x.name])
            end
        end
        if truth then
            -- The scale over that of the simulation, 1 at all temperatures; a frame may be missing here, not there.
            local alpha = x.scaled.alpha:stack() / frit.constant(1, "electron/count")
            local true_alpha = (truth.scale / frit.constant(1, "count/electron")) ^ -1
            local scale = alpha:difference { reference = true_alpha }.ratio
            row(rows, "alpha rho0", x.name, scale:mean_over { range = at.room }, 1, s.tolerance.scale[x.name])
            row(rows, "alpha rho0 drift", x.name, change(scale, at.room, at.late), 0, s.tolerance.scale_drift)
            local T = frit.positions(x.sq)[1]
            local S = T_of(frit.model_structure_factor, T, { state = x.name, qmax = s.qmax + 1, qstep = 0.005 })
            local G = T_of(frit.model_pdf, T, { state = x.name, rmax = s.rmax + 1, rstep = 0.005 })
            row(rows, "S rms", x.name, rms(x.sq[1]:difference { reference = S }.difference, { 1, s.qmax }), 0,
                s.tolerance.S)
            row(rows, "G rms", x.name, rms(x.gr[1]:difference { reference = G }.difference, { 2.2, 16 }), 0,
                s.tolerance.G)
        end
    end
end

return verification
