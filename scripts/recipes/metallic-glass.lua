-- I(Q) to S(Q) and G(r): a Ce70Al10Ni10Cu10 glass in a diamond-anvil cell, and its empty cell.
-- frit run metallic-glass.lua --set data=FOLDER --set out=FOLDER
local frit = require "frit"

local data = frit.folder("data", "data/diffraction/ce70al10ni10cu10_metallic_glass")
local out = frit.folder("out", "out")

local glass = frit.sample { composition = "Ce70Al10Ni10Cu10", number_density = "0.03468 1/angstrom^3" }

local cell = frit.read(data .. "/background.xy", { x_unit = "1/angstrom", x_name = "Q" })
local iq = frit.read(data .. "/Cerium.dat", { x_unit = "1/angstrom", x_name = "Q" })
               :subtract_background { cell, bgscale = 0.927 }

local compton = iq:compton { sample = glass, recoil_exponent = 0 }
local sq = iq:normalise { compton, sample = glass, method = "krogh-moe", qmin = 1.5, qmax = 7.8 }
             :clean_low_r { sample = glass, rmin = 2.2, iterations = 4, qmin = 1.5, qmax = 7.8, edge_points = 1 }
local gr = sq:transform { qmin = 1.5, qmax = 7.8, edge_points = 1, rmax = 20 }

frit.write(out .. "/glass.sq", sq)
frit.write(out .. "/glass.gr", gr)
frit.figure(out .. "/glass", { panels = { { sq, xrange = { 1.5, 7.8 } }, { gr } } })
