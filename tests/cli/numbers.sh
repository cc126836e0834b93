# Numbers of a series as curves and tables: one value, a series along its axis, elements that are missing.
# SPDX-License-Identifier: GPL-3.0-or-later
. "$(dirname "$0")/lib.sh"
. "$here/modules.sh"

mkdir raw
frames raw/f 5 24 32 5
poni cell.poni 24 32

recipe numbers.lua <<'E'
local frames = frit.frames { files = "raw/*.tif", on_error = "mask",
                             axis = { 300, 320, 340, 360, 380, name = "T", unit = "K" } }
local curves = frames:integrate { poni = "cell.poni", npt = 9 }
local height = curves:toil { fails_at = frit.setting("fails_at", 0) }:highest()
frit.table("out/height.csv", { height })
frit.table("out/mean.csv", { height:mean() })
frit.table("out/first.csv", { height[1] })
frit.table("out/same.csv", { height:toil():toil() })
frit.write("out/height.xy", height:toil():stack())
E

frit run numbers.lua
is "a recipe of numbers" "$status $(echo "$err" | grep -c .)" "0 1"
column() { sed 1d "$1" | cut -d , -f 1 | tr '\n' ' '; }
is "a series of numbers is a column along its axis" "$(head -n 1 out/height.csv | cut -d , -f 1) $(column out/height.csv)" \
    '"T [K]" 300 320 340 360 380 '
is "so is one that went through steps of any dimensions" "$(cat out/same.csv)" "$(cat out/height.csv)"
is "a single number is a column of one row" "$(wc -l <out/mean.csv | tr -d ' ') $(column out/mean.csv)" "2 1 "
is "so is an element of a series" "$(sed -n 2p out/first.csv | cut -d , -f 2)" "$(sed -n 2p out/height.csv | cut -d , -f 2)"
is "stacked by hand it is a curve" "$(numbers out/height.xy | awk '{ print $1 }' | tr '\n' ' ')" "300 320 340 360 380 "

cp out/height.csv whole.csv
frit run numbers.lua --set fails_at=3
is "an element that fails does not stop the run" "$status" 3
is "it is a masked point" "$(sed -n 4p out/height.csv | cut -d , -f 1-2)" "340,nan"
is "the others are what they were" "$(sed 4d out/height.csv)" "$(sed 4d whole.csv)"
is "it is named once, with position, element and reason" "$(echo "$err" | grep 'left out')" \
    "warning: left out: T = 340 K: numbers.lua:5: toil: element 3 (f_0003.tif): there is no peak
1 element was left out, see above"
recipe refused.lua <<'E'
frit.write("x.xy", frit.constant(3, "1/angstrom"):cut { from = 1, to = 2 })
E
frit run refused.lua
is "where a curve is worked on, a number is refused" "$status" 1

# A corrected axis: failures that are kept are told with the new position.
sed 's/340/345/' numbers.lua >corrected.lua
frit run corrected.lua --set fails_at=3
like "a corrected axis is told with what is kept" "$err" '^warning: left out: T = 345 K: .*: toil: element 3 '

# Stopping: the sentence says the position as well.
sed 's/on_error = "mask"/on_error = "stop"/' numbers.lua >stop.lua
frit run stop.lua --set fails_at=3
is "the sentence of a run that stops names the position" "$status $err" \
    "1 error: stop.lua:5: toil: element 3 (f_0003.tif, T = 340 K): there is no peak"

# A frame that cannot be read: the axis comes after its reader.
head -c 300 raw/f_0004.tif >cut.tif && mv cut.tif raw/f_0004.tif
frit run stop.lua
like "so does that of a reader" "$status $err" \
    '^1 error: stop.lua:2: read_image: element 4 \(f_0004.tif, T = 360 K\): the file ends at byte 300'
frit run numbers.lua
like "and where it goes on" "$status $err" \
    '^3 warning: left out: T = 360 K: numbers.lua:2: read_image: element 4 \(f_0004.tif\): the file ends at byte 300'

plan
