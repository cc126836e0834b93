-- Means over some frames, and how they differ: what conclusions are drawn from.
-- SPDX-License-Identifier: GPL-3.0-or-later

local changes = {}

-- Ranges of temperature, in K: room, around the turn, just below Tg, the melt, just below Tx, and the crystal.
function changes.stretches(x, s)
    local tg, tx, turn = x.state.tg, x.state.tx, x.state.turn
    return { room = s.room, turn = { turn - 10, turn + 10 }, late = { tg - 28, tg - 6 }, melt = { tg + 8, tg + 18 },
             end_of_melt = { tx - 16, tx - 6 }, crystal = { tx + 20, s.temperatures[2] + 1 } }
end

function changes.mean(curve, range)
    return curve:mean_over { range = range, on_error = "mask" }
end

function changes.change(curve, from, to)
    return changes.mean(curve, to) - changes.mean(curve, from)
end

return changes
