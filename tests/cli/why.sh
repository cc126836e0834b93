# frit run -n says why each step would be computed: what has changed since the recipe's last run.
# SPDX-License-Identifier: GPL-3.0-or-later
. "$(dirname "$0")/lib.sh"
. "$here/modules.sh"

mkdir raw
frames raw/f 20 96 128 5
poni cell.poni 96 128
awk 'BEGIN { print "\"T [K]\""; for (i = 0; i < 20; i++) print 300 + i }' >log.csv

recipe series.lua <<'E'
local frames = frit.frames { files = "raw/*.tif", axis = frit.csv("log.csv", "T", "K") }
local curves = frames:integrate { poni = "cell.poni", npt = 20 }
local rest = curves:subtract_background { curves, bgscale = 0.5 }:toil { tag = "rest" }
frit.table("out/height.csv", { rest:highest() })
frit.write("out/mean.xye", rest:mean())
E

# because LINE STEP WHAT NEED WHY: the row of a step in the table of -n.
because()
{
    row=$(printf '%s\n' "$out" | awk -v line="$1" -v step="$2" '$1 == line && $2 == step' | head -n 1)
    is "$3" "$(printf '%s\n' "$row" | awk '{ n = $4; $1 = $2 = $3 = $4 = ""; sub(/^ +/, ""); print n ": " $0 }')" "$4: $5"
}
heading() { is "$1" "$(printf '%s\n' "$out" | head -n 1)" "$2"; }
to_do() { printf '%s\n' "$out" | awk 'NR > 1 && $4 != 0'; }
edit() { sed "$1" series.lua >edited.lua && mv edited.lua series.lua; }
log_reader() { printf '%s\n' "$out" | awk '$1 == "series.lua:2" && /log.csv has other content/ { print $2 }' | tail -n 1; }
columns='line                     step                       elements to compute   why'

# ---- Never, and once ----

frit run -n series.lua
heading "a recipe that is new" "series.lua has not been run yet"
because series.lua:3 integrate "says no more at each step" 20 "not in the store"
frit run -n series.lua
heading "-n keeps nothing: it is new still" "series.lua has not been run yet"
frit run series.lua
is "it is run" "$status" 0
frit run -n series.lua
heading "nothing is to be said after a run" "$columns"
is "nothing is to be computed" "$(to_do)" ""

# ---- Parameters, and what follows ----

edit 's/bgscale = 0.5/bgscale = 0.25/'
frit run -n series.lua
because series.lua:4 subtract_background "a changed parameter is named, from what to what" 20 "bgscale: 0.5 -> 0.25"
because series.lua:4 toil "what follows names the line alone" 20 "its input from series.lua:4 (subtract_background) changes"
because series.lua:5 write_table "as far as the table" 1 "its input from series.lua:4 (subtract_background) changes"
because series.lua:3 integrate "what comes before is there" 0 "not needed, or in the store"
edit 's/npt = 20/npt = 30, radial_range = { 0.5, "5 1\/angstrom" }/'
frit run -n series.lua
because series.lua:3 integrate "two parameters, one of them new, with units" 20 "npt: 20 -> 30; radial_range = [0.5, 5] 1/angstrom is new"
because series.lua:4 subtract_background "its own reason comes before that of its input" 20 "bgscale: 0.5 -> 0.25"
because series.lua:2 read_image "frames are read for it" 20 "to be read for series.lua:3 (integrate)"
edit 's/npt = 30, radial_range = { 0.5, "5 1\/angstrom" }/npt = 20/; s/bgscale = 0.25/bgscale = 0.5/'

# Lines move when a recipe is edited: that alone is no change, and hides none.
edit 's/^local curves/-- a remark\n\nlocal curves/'
frit run -n series.lua
is "lines that moved are no change" "$(to_do)" ""
edit 's/npt = 20/npt = 25/'
frit run -n series.lua
because series.lua:5 integrate "a change in a line that moved" 20 "npt: 20 -> 25"
edit 's/npt = 25/npt = 20/'

# ---- Files ----

cp raw/f_0003.tif kept.tif
frames other 1 96 128 =9 && mv other_0001.tif raw/f_0003.tif
frit run -n series.lua
because series.lua:2 read_image "a frame's content" 1 "f_0003.tif has other content"
because series.lua:5 integrate "and what follows, of this one alone" 1 "its input from series.lua:2 (read_image) changes"
mv kept.tif raw/f_0003.tif
touch raw/f_0003.tif
frit run -n series.lua
is "a new date alone is no change" "$(to_do)" ""
echo "# a remark" >>cell.poni
frit run -n series.lua
because series.lua:5 integrate "a calibration's content" 20 "cell.poni has other content"
poni cell.poni 96 128
mv raw/f_0020.tif g.tif
mv raw/f_0019.tif h.tif
awk 'NR <= 19' log.csv >short.csv && mv log.csv long.csv && mv short.csv log.csv
frit run -n series.lua
because series.lua:2 read_image "frames that are gone" 0 "2 files (f_0019.tif, ...) are gone"
mv long.csv log.csv
mv g.tif raw/f_0020.tif
mv h.tif raw/f_0019.tif

# ---- The axis ----

sed 's/305/305.5/' log.csv >new.csv && cp log.csv old.csv && mv new.csv log.csv
frit run -n series.lua
because series.lua:5 integrate "a corrected log integrates nothing again" 0 "not needed, or in the store"
like "which says so in its row" "$out" "^series.lua:2 +$(log_reader) +1 +0   log.csv has other content; in the store$"
because series.lua:8 mean "what sees the positions is computed" 1 "its input from series.lua:2 ($(log_reader)) changes"
mv old.csv log.csv
edit 's/axis = frit.csv("log.csv", "T", "K")/axis = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, name = "t", unit = "s" }/'
frit run -n series.lua
like "an axis in the recipe has a row of its own" "$out" '^series.lua:2 +axis +20 +-   along: T \[K\] -> t \[s\]; its positions are others'
because series.lua:8 mean "which explains what follows" 1 "its input from series.lua:2 (axis) changes"
edit 's/axis = {.*"s" }/axis = frit.csv("log.csv", "T", "K")/'

# ---- Plugins ----

mkdir own
cp "$TEST_MODULES/toil.so" own/
FRIT_PLUGIN_PATH=$work/own frit run -n series.lua
is "a copy of a plugin is the same plugin" "$(to_do)" ""
if sed 's/there is no peak/there is nothing/' "$here/../modules/toil.c" >own/toil.c &&
    compile -D_DEFAULT_SOURCE -I"$here/../modules" own/toil.c -o own/toil.so 2>compile.txt; then
    FRIT_PLUGIN_PATH=$work/own frit run -n series.lua
    because series.lua:6 toil "a plugin that was built anew" 20 "the plugin 'toil' was built anew"
else
    diag "$(cat compile.txt)"
    skip "a plugin that was built anew" "$CC does not build it"
fi

# ---- The recipe itself ----

cp series.lua before.lua
edit 's/bgscale = 0.5 }:toil/bgscale = 0.5 }:toil { tag = "more" }:toil/'
frit run -n series.lua
like "a step between two others is new" "$out" '^series.lua:6 +toil +20 +20   new in the recipe$'
mv before.lua series.lua
echo 'frit.write("out/some/{name}.xye", curves:select(2, 4))' >>series.lua
frit run -n series.lua
because series.lua:9 write_columns "so is a line at the end" 3 "new in the recipe"
because series.lua:6 toil "which changes nothing else" 0 "not needed, or in the store"
frit run series.lua
edit 's/select(2, 4)/select(2, 5)/'
frit run -n series.lua
because series.lua:9 select "other elements of a series" - "elements: 2 to 4 -> 2 to 5"
because series.lua:9 write_columns "and who takes them" 4 "its input from series.lua:9 (select) changes"
edit 's/select(2, 5)/select(2, 4)/; s/rest:mean()/rest:mean { on_error = "mask" }/'
frit run -n series.lua
because series.lua:8 mean "what is to be done about failures" 1 "on_error: stop -> mask"
edit 's/ { on_error = "mask" }/()/'

# ---- Files that were written ----

frit run series.lua
rm out/height.csv
frit run -n series.lua
because series.lua:7 write_table "a file that is gone" 1 "height.csv is gone"
echo more >>out/mean.xye
frit run -n series.lua
because series.lua:8 write_columns "a file that was changed by hand" 1 "mean.xye is not as it was written"
rm -rf out
frit run series.lua

# ---- The store ----

mv "$FRIT_STORE" away
frit run -n series.lua
heading "a store that was emptied" "series.lua has been run, but the store has nothing of it: it was emptied, or is another one"
rm -rf "$FRIT_STORE"
mv away "$FRIT_STORE"
rm -rf "$FRIT_STORE/packs" out
frit run -n series.lua
because series.lua:7 highest "results that are gone from the store" 20 "no longer in the store"
frit run series.lua

# ---- Runs that did not end well ----

edit 's/tag = "rest" }/tag = "rest", fails_at = 11 }/'
frit run series.lua
is "an element fails, and the run stops" "$status" 1
frit run -n series.lua
heading "-n repeats why" "the last run of series.lua failed: series.lua:6: toil: element 11 (f_0011.tif, T = 310 K): there is no peak"
like "and where" "$out" '^series.lua:6 +toil +20 +[0-9]+   failed in the last run$'
edit 's/axis = frit.csv("log.csv", "T", "K")/axis = frit.csv("log.csv", "T", "K"), on_error = "mask"/'
frit run series.lua
is "without that element" "$status" 3
like "it is told with its position" "$err" '^warning: left out: T = 310 K: series.lua:6: toil: element 11 \(f_0011.tif\): there is no peak$'
is "in the table it is a row without a number" "$(awk 'NR == 12' out/height.csv | cut -d , -f 1-2)" "310,nan"
frit run -n series.lua
heading "-n says so" "the last run of series.lua went without some elements"
because series.lua:8 mean "what missed them is tried again" 1 "elements were missing in the last run: they are tried again"
because series.lua:7 write_table "and written again" 1 "elements were left out in the last run"
frit run series.lua
like "the next run tells it with its position, too" "$err" '^warning: left out: T = 310 K: series.lua:6: toil: element 11 \(f_0011.tif\): there is no peak$'
is "and counts it once" "$(printf '%s\n' "$err" | tail -n 1)" "1 element was left out, see above"

recipe slow.lua <<'E'
local curves = frit.frames { files = "raw/*.tif" }:integrate { poni = "cell.poni", npt = 21 }:toil { tag = "slow", ms = 100 }
frit.write("slow.xye", curves:mean())
E
"$FRIT" run -j 1 --progress none slow.lua &
sleep 1.3
kill -9 $! 2>/dev/null
wait $! 2>/dev/null
frit run -n slow.lua
heading "a run that was killed" "the last run of slow.lua did not come to its end"
like "what it finished counts" "$out" '^slow.lua:2 +toil +20 +([0-9]+)   \1 of 20 were not finished$'
like "what it did not begin too" "$out" '^slow.lua:3 +mean +1 +1   not finished in the last run$'

plan
