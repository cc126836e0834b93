-- What an analysis in numpy needs beside the frames and does not compute itself, as tables: what
-- furnace, absorption, Compton, multiple scattering and fluorescence are worth; where the four Gaussians lie.
--     frit run tests/bench/theory.lua --set raw=FOLDER --set out=FOLDER --set frames=N, as chain.lua
-- SPDX-License-Identifier: GPL-3.0-or-later
local frit = require "frit"
local chain = require "chain"
local s, x = chain.settings, chain.shown[1]
local glass = x.glass

local function with(more, options)
    for name, value in pairs(more) do options[name] = value end
    return options
end

local furnace = frit.read(chain.raw .. "/empty.tif"):integrate(with(s.screen, {
    poni = chain.raw .. "/geometry.poni", mask = chain.raw .. "/mask.tif", flat = chain.raw .. "/flat.tif",
    dark = chain.raw .. "/dark.tif", npt = s.npt, radial_range = s.radial_range, split = s.split,
    polarization_factor = s.polarization, error_model = "none" }))
local compton = furnace:compton { sample = glass, recoil_exponent = 3 }
                       :compton_attenuation(with(s.screen, { sample = glass }))
local f = furnace:form_factors { sample = glass }
local of = { sample = glass }
frit.table(chain.out .. "/theory.csv", {
    furnace:attenuate_background(of).intensity, furnace:correct_absorption(of).absorption, compton.compton,
    furnace:multiple_scattering(of).multiple, furnace:fluorescence(of).shape, f.f_mean_sq, f.f_sq_mean,
    names = { "furnace", "absorption", "compton", "multiple", "shape", "f_mean_sq", "f_sq_mean" } })
frit.table(chain.out .. "/modes.csv", { x.modes_room.centres, x.modes_room.widths,
                                        names = { "centre", "width" } })
