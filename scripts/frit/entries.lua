-- Do the entries of a table have names that are known?
-- SPDX-License-Identifier: GPL-3.0-or-later

local core = require "frit.core"

local entries = {}

function entries.has(list, name)
    for _, entry in ipairs(list) do
        if entry == name then return true end
    end
    return false
end

-- Every name in t is in the list; `what` is what a sentence calls the table.
function entries.check(t, known, what)
    local given = {}
    for name in pairs(t) do given[#given + 1] = tostring(name) end
    table.sort(given)
    for _, name in ipairs(given) do
        if not entries.has(known, name) then
            local near = core.nearest(name, known)
            core.fail(what .. " has no '" .. name .. "'" .. (near and ": did you mean '" .. near .. "'?"
                      or "; it has " .. table.concat(known, ", ")))
        end
    end
end

return entries
