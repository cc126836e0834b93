-- The graph's own cost: N cheap steps, one after the other, on each of many numbers.
--     frit run tests/bench/graph.lua --set out=FOLDER --set elements=2000 --set nodes=20
-- SPDX-License-Identifier: GPL-3.0-or-later
local frit = require "frit"
local elements, nodes = frit.setting("elements", 2000), frit.setting("nodes", 20)
local points, keep = frit.setting("points", 1), frit.setting("keep", false)
local out = frit.folder("out", "out")
local one = {}
for i = 1, points do one[i] = i end
local list, at = {}, {}
for i = 1, elements do one[1] = i; list[i], at[i] = frit.constant(points == 1 and i or one, "1"), i end
local x = frit.concat(list):along(at, "i", "1")
local kept = { names = {} }
for k = 1, nodes do
    x = x * (1 + 1 / (k + 1))
    if keep then kept[k], kept.names[k] = x, "x" .. k end
end
if points > 1 then x = x:mean() frit.write(out .. "/graph.csv", x)
else frit.table(out .. "/graph.csv", keep and kept or { x, names = { "x" } }) end
