# Memory does not grow with the number of frames: 1000 frames, 250 MiB in all, take hardly more than 10; nor
# with the number of curves: 10000 of them, with numbers from each, take hardly more than 100.
# SPDX-License-Identifier: GPL-3.0-or-later
. "$(dirname "$0")/lib.sh"

if sanitized; then
    echo "1..0 # SKIP a sanitizer keeps memory that was freed"
    exit 0
fi
free=$(df -Pk "$work" | awk 'NR == 2 { print $4 }')
if [ "$free" -lt 600000 ]; then
    echo "1..0 # SKIP 600 MB are needed in $work"
    exit 0
fi

mkdir raw
frames raw/f 1000 512 256 1
mkdir ten && cp raw/f_000?.tif raw/f_0010.tif ten
poni cell.poni 512 256
bytes=$(($(ls raw | wc -l) * 2 * 512 * 256))
ok "the frames are clearly more than may be held" test "$bytes" -gt $((3 * 64 * 1024 * 1024))
is "no two are the same" "$(cksum raw/* | awk '{ print $1 }' | sort -u | wc -l | tr -d ' ')" 1000

recipe curves.lua <<'E'
local frames = frit.frames { files = frit.setting("files", "") }
frit.write("out/{name}.xy", frames:integrate { poni = "cell.poni", npt = 200 })
E
recipe mean.lua <<'E'
local mean = frit.frames { files = frit.setting("files", "") }:mean()
frit.write("mean.xy", mean:integrate { poni = "cell.poni", npt = 200 })
E
recipe series.lua <<'E'
local frames = frit.frames { files = frit.setting("files", "") }
frit.write("series.xy", frames:integrate { poni = "cell.poni", npt = 200 }:mean())
E

# peak_of RECIPE FILES: kibibytes, in a fresh store.
peak_of()
{
    rm -rf "$FRIT_STORE" out mean.xy series.xy
    "$tools/peak" kib.txt "$FRIT" run -j 2 --progress none "$1" --set "files=$work/$2" >&2 || echo "failed: $1 $2" >&2
    cat kib.txt
}

for recipe in curves mean series; do
    few=$(peak_of $recipe.lua 'ten/*.tif')
    many=$(peak_of $recipe.lua 'raw/*.tif')
    diag "$recipe: 10 frames: $few KiB; 1000 frames: $many KiB; $((many - few)) KiB more"
    ok "$recipe: 1000 frames take at most 64 MiB more" test "$((many - few))" -le 65536
done
is "all of them were read" "$(numbers series.xy | grep -c .)" 200

# ---- Curves, and numbers of each ----

. "$here/modules.sh"
FRIT_TEST_WITNESS=   # it would hear of each element
rm -rf raw

# A curve of 500 points is 8 kB.  Of each element a mapped chain gives nine numbers, which become columns of
# a table; barriers take the curves and the numbers.
recipe metrics.lua <<'E'
local curves = frit.lines { n = frit.setting("n", 10), points = 500 }:toil()
local columns = {}
for k = 1, 9 do columns[k] = curves:times { factor = k }:highest() end
frit.table("metrics.csv", columns)
frit.write("mean.xy", curves:mean())
E

peak_of_curves()
{
    rm -rf "$FRIT_STORE"
    "$tools/peak" kib.txt "$FRIT" run -j 2 --progress none metrics.lua --set "n=$1" >&2 || echo "failed: $1" >&2
    cat kib.txt
}

# What grows: for each of 20 mapped nodes 17 bytes an element (key and marks); for each of 9 columns a position, a
# value and a mask, in the dataset, in the store's memory and at the port: 60 bytes.  10000 elements: 9 MB.  And
# elements lately used stay in memory, 32 MiB of them; with the gaps that are left between them, twice as much.
# Were curves held, with those made of them, it would be 800 MB.
few=$(peak_of_curves 100)
many=$(peak_of_curves 10000)
diag "figure: memory of 10000 curves beyond that of 100: $((many - few)) KiB (at most 98304)"
ok "10000 curves take at most 96 MiB more than 100: $few, $many KiB" test "$((many - few))" -le 98304
is "each has its row" "$(wc -l <metrics.csv | tr -d ' ')" 10001

plan
