# The integration matrix as a step of a recipe: made once for all samples, kept, and not made again where only the
# noise, or nothing, has changed; the curves are those without it, digit for digit.
# SPDX-License-Identifier: GPL-3.0-or-later
. "$(dirname "$0")/lib.sh"

mkdir raw
frames raw/a 5 96 128 5
frames raw/b 3 96 128 6
frames mask 1 96 128 =0
poni cell.poni 96 128

recipe with.lua <<'E'
local m = frit.integration_matrix { poni = "cell.poni", mask = "mask_0001.tif", npt = 60, split = "full" }
for _, sample in ipairs { "a", "b" } do
    local frames = frit.frames { files = "raw/" .. sample .. "_*.tif" }
    frit.write("with/{name}.xye", frit.integrate { frames, matrix = m, gain = tonumber(frit.setting("gain", "2")) })
end
E
recipe without.lua <<'E'
for _, sample in ipairs { "a", "b" } do
    local frames = frit.frames { files = "raw/" .. sample .. "_*.tif" }
    frit.write("without/{name}.xye", frames:integrate { poni = "cell.poni", mask = "mask_0001.tif", npt = 60,
        split = "full", gain = tonumber(frit.setting("gain", "2")) })
end
E

# needed STEP: how many elements of it -n says are to be computed.
needed() { printf '%s\n' "$out" | awk -v step="$1" '$2 == step { n += $4 } END { print n + 0 }'; }

frit run -n with.lua
is "the matrix is to be made once for both samples" "$(needed integration_matrix)" 1
frit run with.lua
is "it is made, and taken" "$status" 0
diag "$out" "$err"
frit run without.lua
is "each sample makes its own" "$status" 0
for f in with/*.xye; do
    is "$f: the same numbers with the matrix and without it" "$(numbers "$f" | cksum)" \
       "$(numbers "without/${f#with/}" | cksum)"
done
is "all frames are there" "$(ls with/*.xye | wc -l | tr -d ' ')" 8

frit run -n with.lua
is "a second run has nothing to make" "$(needed integration_matrix):$(needed integrate)" 0:0
frit run -n with.lua --set gain=3
is "another gain makes the curves again, not the matrix" "$(needed integration_matrix):$(needed integrate)" 0:8
frit run with.lua --set gain=3
is "and so it runs" "$status" 0
frit run without.lua --set gain=3
is "the curves are those of the other gain" "$(numbers with/a_0001.xye | cksum)" \
   "$(numbers without/a_0001.xye | cksum)"

frames raw/c 1 64 64 5
recipe wrong.lua <<'E'
local m = frit.integration_matrix { poni = "cell.poni", rows = 96, columns = 128, npt = 60 }
frit.write("c.xye", frit.integrate { "raw/c_0001.tif", matrix = m })
E
frit run wrong.lua
like "a frame of another size is refused" "$err" '64 x 64 pixels .*the matrix is for 96 x 128'
plan
