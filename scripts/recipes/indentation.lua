-- Indents of one sample, from the instrument's files to hardness and modulus with mean and standard deviation;
-- tests that cannot be used are left out and named.
-- frit run indentation.lua --set data=FOLDER --set out=FOLDER --set files="*.txt" --set area="24.5 1450"
-- area, poisson, frame (stiffness in N/m): where the files do not say it.  NanoSuite's depths are corrected
-- already: corrected=yes.
-- SPDX-License-Identifier: GPL-3.0-or-later
local frit = require "frit"
local data = frit.folder("data", "data/indentation")
local out = frit.folder("out", "out")
local corrected = frit.setting("corrected", false)
local frame = frit.setting("frame", 0)

local tests = frit.read_indentation { files = data .. "/" .. frit.setting("files", "*.txt"), on_error = "mask" }
if not corrected then
    tests = tests:frame_compliance { frame_stiffness = frame > 0 and frame or nil }:drift()
end
local found = tests:oliver_pharr {
    area = frit.setting("area"), beta = frit.setting("beta", 1.0), poisson = frit.setting("poisson"),
    window = { 0, 0.5 }, window_of = "points",
}
local pop_ins, creep = tests:pop_in(), tests:creep()

-- Of each test, and of all of them.
frit.table(out .. "/tests.csv", {
    found.hardness, found.modulus, found.stiffness, found.max_load, found.max_depth, found.exponent, found.p_over_s2,
    found.work_ratio, pop_ins.count, pop_ins.first_load, creep.creep,
    names = { "H", "E", "S", "Pmax", "hmax", "m", "P/S^2", "W_el/W_tot", "pop-ins", "first pop-in", "creep" },
})
local H, E = found.hardness:statistics(), found.modulus:statistics()
frit.table(out .. "/mean.csv", {
    H.mean, H.deviation, E.mean, E.deviation, H.n, H.rejected,
    names = { "H", "s.d. of H", "E", "s.d. of E", "n", "left out" },
})
frit.figure(out .. "/indents", {
    panels = {
        { found.curve, colour_by = "index", xlabel = "depth (nm)", ylabel = "load (mN)", bar = false },
        { { found.unload[1], style = "points", label = "unloading" }, { found.fit[1], label = "power law" },
          xlabel = "depth (nm)", ylabel = "load (mN)", key = "top left" },
    },
    columns = 2, width = "double",
})
