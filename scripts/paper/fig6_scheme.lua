-- Fig. 6A: two clusters, grey centres, that share 1, 2, 3 or 4 atoms, drawn to scale: each shared atom is R from
-- both centres, which are 2R, sqrt(3)R, sqrt(8/3)R and sqrt(2)R apart.
-- SPDX-License-Identifier: GPL-3.0-or-later

local DISTANCE = { 2, math.sqrt(3), math.sqrt(8 / 3), math.sqrt(2) }     -- over R
local NAME = { "2*R*", "√3 *R*", "√(8/3) *R*", "√2 *R*" }

-- Angles on the ring of shared atoms, in degrees; the ring is seen obliquely, as an ellipse.
local RING = { { 0 }, { 90, 270 }, { 90, 210, 330 }, { 50, 130, 230, 310 } }
local OBLIQUE = 0.33

local function shared_atoms(n, x, y, radius)
    local atoms = {}
    for i, angle in ipairs(RING[n]) do
        local a = math.rad(angle)
        atoms[i] = { x + OBLIQUE * radius * math.cos(a), y + radius * math.sin(a) }
    end
    return atoms
end

-- width, height: of the drawing in mm; the four stand two by two.
return function(width, height, colours)
    local shapes, texts, R = {}, {}, math.min(width / 5.6, height / 4.6)
    for n = 1, 4 do
        local column, row = (n - 1) % 2, (n - 1) // 2
        local x, y = width * (0.25 + 0.5 * column), height * (0.77 - 0.5 * row)
        local half = DISTANCE[n] * R / 2
        local atoms = shared_atoms(n, x, y, math.sqrt(math.max(R * R - half * half, 0)))
        local centres = { x - half, x + half }
        for _, centre in ipairs(centres) do
            for _, atom in ipairs(atoms) do
                shapes[#shapes + 1] = { "line", centre, y, atom[1], atom[2], colour = "#777777", linewidth = 0.75 }
            end
        end
        shapes[#shapes + 1] = { "line", centres[1], y, centres[2], y, colour = "#777777", dash = true }
        for _, centre in ipairs(centres) do
            shapes[#shapes + 1] = { "circle", centre, y, 0.24 * R, fill = "#b5b5b5" }
        end
        for _, atom in ipairs(atoms) do
            shapes[#shapes + 1] = { "circle", atom[1], atom[2], 0.19 * R, fill = colours[n] }
        end
        texts[#texts + 1] = { x / width, (y - 0.235 * height) / height, n .. "-atom, " .. NAME[n], align = "center" }
    end
    return { shapes = shapes, texts = texts }
end
