-- Arithmetic with nodes: a - b, 100 * a / b, a ^ 2 are the steps of the plugin `arithmetic`.
-- SPDX-License-Identifier: GPL-3.0-or-later

local core = require "frit.core"
local node = core.node

local function apply(step, a, b)
    return core.step(step, { a, b })
end

-- What a and b are: a step takes the larger first, and a number on the left is brought to the right.
local function number_first(a)
    return type(a) == "number"
end

function node.__add(a, b)
    if number_first(a) then a, b = b, a end
    return apply("add", a, b)
end

function node.__sub(a, b)
    if number_first(a) then return apply("add", apply("multiply", b, -1), a) end
    return apply("subtract", a, b)
end

function node.__mul(a, b)
    if number_first(a) then a, b = b, a end
    return apply("multiply", a, b)
end

function node.__div(a, b)
    if number_first(a) then return apply("multiply", core.step("power", { b, exponent = -1 }), a) end
    return apply("divide", a, b)
end

function node.__unm(a)
    return apply("multiply", a, -1)
end

function node.__pow(a, n)
    if type(n) ~= "number" then core.fail("a ^ n: n is a number") end
    return core.step("power", { a, exponent = n })
end
