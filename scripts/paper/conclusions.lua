-- What the study concludes, each as a claim about numbers that holds or not, within their uncertainties.
-- SPDX-License-Identifier: GPL-3.0-or-later
local frit = require "frit"
local changes = require "changes"
local change, mean, stretches = changes.change, changes.mean, changes.stretches

-- Is a below b, and so on, with a probability of 95 % at least?
local function ordered(...)
    return frit.ordered({ ... }).holds
end

-- Do all of the claims hold?
local function all(...)
    local product
    for _, claim in ipairs { ... } do product = product and product * claim or claim end
    return product
end

local function rise(curve, from, to)
    return ordered(mean(curve, from), mean(curve, to))
end

local function fall(curve, from, to)
    return rise(curve, to, from)
end

-- A curve's change in a stretch, a kelvin.
local function rate(curve, from, to)
    return change(curve, from, to) / ((to[1] + to[2] - from[1] - from[2]) / 2)
end

return function(samples, s, rows)
    local by = {}
    for _, x in ipairs(samples) do by[x.name] = x end
    local ac, cr, hpt = by.AC, by.CR, by.HPT

    local function conclude(text, sample, holds)
        rows[#rows + 1] = { quantity = "conclusion: " .. text, sample = sample, found = holds, truth = 1, tolerance = 0 }
    end

    if ac and cr and hpt then
        conclude("T_r in the order HPT, CR, AC", "all",
                 ordered(hpt.kinks.area.temperature, cr.kinks.area.temperature, ac.kinks.area.temperature))
        local function held_back(x)
            local line = x.fsdp.first_moment:residual { range = { s.temperatures[1], s.straight } }
            return mean(line.residual, stretches(x, s).late)
        end
        conclude("<Q> is held back below Tg more in HPT than in CR than in AC", "all",
                 ordered(held_back(ac), held_back(cr), held_back(hpt)))
    end
    if ac then
        local at = stretches(ac, s)
        conclude("<Q> falls up to Tg", "AC", all(fall(ac.fsdp.first_moment, at.room, at.turn),
                                               fall(ac.fsdp.first_moment, at.turn, at.late)))
        local early = rate(ac.delta_at, at.room, at.turn)
        conclude("Delta S at 2.3 1/angstrom grows evenly", "AC", ordered(early / 2, rate(ac.delta_at, at.turn, at.late), early * 2))
    end
    local function turned(x)
        local at = stretches(x, s)
        local early = rate(x.delta_at, at.room, at.turn)
        conclude("FSDP area falls, then rises up to Tg", x.name, all(fall(x.fsdp.intensity, at.room, at.turn),
                                                                    rise(x.fsdp.intensity, at.turn, at.late)))
        conclude("Delta S at 2.3 1/angstrom saturates", x.name, ordered(rate(x.delta_at, at.turn, at.late), early / 2))
        for n, name in ipairs(s.modes) do
            local share = x.modes["share_" .. n]:stack()
            local first, second = rise, fall
            if n > 2 then first, second = fall, rise end
            conclude(name .. " share " .. (n > 2 and "falls, then rises" or "rises, then falls"), x.name,
                     all(first(share, at.room, at.turn), second(share, at.turn, at.late)))
        end
    end
    for _, x in ipairs(samples) do
        if x.state.turns then turned(x) end
    end
    if hpt then
        local at = stretches(hpt, s)
        local function relative(curve) return change(curve, at.room, at.turn) / mean(curve, at.room) end
        conclude("r6 changes by more than r1", "HPT", ordered(relative(hpt.shells.r6), relative(hpt.shells.r1)))
    end
    for _, x in ipairs(samples) do
        local at = stretches(x, s)
        conclude("FSDP area falls in the supercooled liquid", x.name, fall(x.fsdp.intensity, at.melt, at.end_of_melt))
        conclude("FSDP area jumps above Tx", x.name, rise(x.fsdp.intensity, at.end_of_melt, at.crystal))
        conclude("peaks of G split above Tx", x.name, rise(x.peaks, at.end_of_melt, at.crystal))
    end
end
