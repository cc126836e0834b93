-- frit.verify(file, rows): what was found beside what is true, as one table.
-- SPDX-License-Identifier: GPL-3.0-or-later
--
--     frit.verify("OUT/verify.csv", {
--         { quantity = "T_r", sample = "HPT", found = kink.temperature, truth = model.temperature, tolerance = 3 },
--         { quantity = "conclusion: HPT relaxes first", sample = "all", found = order.holds, truth = 1,
--           tolerance = 0 },
--     })
--
-- found is a node of one number; truth is such a node, or a number, or nothing where it is not known; tolerance is a
-- number, or a part of the truth, as "5 %"; where it is more, so many sigma of what was found: "3 or 2 sigma".

local core = require "frit.core"
local entries = require "frit.entries"

local KNOWN = { "quantity", "sample", "found", "tolerance", "truth" }

local function text_of(row, k, name)
    local text = row[name]
    if type(text) ~= "string" or text == "" or text:find "[\t\n]" then
        core.fail("verify: row " .. k .. ": " .. name .. " is a text on one line")
    end
    return text
end

local function line_of(row, k, truths)
    if type(row) ~= "table" then core.fail("verify: row " .. k .. " is a table with quantity, sample, found, tolerance") end
    entries.check(row, KNOWN, "verify: row " .. k)
    if row.found == nil then core.fail("verify: row " .. k .. ": found = what was found") end
    local tolerance = row.tolerance
    if type(tolerance) == "number" and tolerance >= 0 then
        tolerance = string.format("%.10g", tolerance)
    elseif type(tolerance) ~= "string" or not tolerance:gsub(" or [%d.]+ sigma$", ""):match "^[%d.]+ *%%?$" then
        core.fail("verify: row " .. k .. ': tolerance is a number, not below 0, or a part of the truth, as "5 %", or ' ..
                  'where that is more, so many sigma of what was found: "3 or 2 sigma"')
    end
    local line = text_of(row, k, "quantity") .. "\t" .. text_of(row, k, "sample") .. "\t" .. tolerance
    if core.is_node(row.truth) then
        truths[#truths + 1] = row.truth
        return line .. "\t@" .. #truths
    end
    return row.truth and line .. "\t" .. string.format("%.15g", row.truth) or line
end

return function(file, rows)
    if type(file) ~= "string" or type(rows) ~= "table" or rows[1] == nil then
        core.fail('verify: a path, then rows: frit.verify("OUT/verify.csv", { { quantity = ..., ... } })')
    end
    local found, truths, lines = {}, {}, {}
    for k, row in ipairs(rows) do
        lines[k] = line_of(row, k, truths)
        found[k] = row.found
    end
    return core.step("write_verification", { found = found, truth = truths[1] and truths,
                                             rows = table.concat(lines, "\n"), file = file })
end
