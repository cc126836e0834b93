# A folder of raw files that is not as it should be, through scripts/paper: each run ends with one sentence that names
# the file, the frame or the temperature and says what would be right, or goes on by a rule that it states.
# SPDX-License-Identifier: GPL-3.0-or-later
. "$(dirname "$0")/lib.sh"

# The recipes, for a panel of 256 x 256 pixels: fewer points of Q, so that none is empty.
mkdir paper
cp "$here"/../../scripts/paper/*.lua paper
chmod u+w paper/*.lua
sed 's/npt = 2000/npt = 500/' "$here/../../scripts/paper/settings.lua" >paper/settings.lua
recipe paper/area.lua <<'END'
local s = require "settings"
local raw = require "raw"(frit.folder("raw", "raw"), s)
local x = require "diffraction"("HPT", raw, s, function(_, value) return value end)
frit.table("area.csv", { x.fsdp.intensity })
END

frit simulate bam11 good --samples HPT --frames 10 --size 256 --progress none
is "an experiment is simulated" "$status" 0
frit simulate bam11 coarse --samples HPT --frames 10 --size 64 --progress none
is "and the same with larger pixels" "$status" 0

# fresh: raw/ as it should be.
fresh() { rm -rf "$work/raw" && cp -r "$work/good" "$work/raw"; }

# wrong WHAT PATTERN: the paper of raw/ ends with one sentence, and writes no result.
wrong()
{
    frit run paper/paper.lua --set raw=raw --set out=out --set samples=HPT --progress none
    is "$1: the run fails" "$status" 1
    like "$1: it says why" "$err" "^error: .*$2"
    is "$1: in one sentence" "$(printf '%s\n' "$err" | grep -c '^error: ')" 1
    ok "$1: no verify.csv is left" test ! -e out/verify.csv
    rm -rf "$work/raw" "$work/out"
}

area() { numbers "$work/paper/area.csv"; }

# ---- Frames ----

frit run paper/area.lua --set raw=good
is "the folder as it should be" "$status" 0
unlike "needs no warning" "$err" '^(warning|error):'
is "has ten points" "$(area | grep -c '^[0-9]')" 10
all_but_the_fifth=$(area | grep '^[0-9]' | sed 5d)

fresh
rm raw/HPT_0005.tif
frit run paper/area.lua --set raw=raw
is "a frame is missing: the run goes on" "$status" 0
like "it names the frame, and says how it goes on" "$err" \
    '^warning: .*HPT_0005.tif is missing between HPT_0004.tif and HPT_0006.tif; the others are taken, each at its own'
is "the other frames keep their temperatures and their results" "$(area | grep '^[0-9]')" "$all_but_the_fifth"

frit run paper/paper.lua --set raw=raw --set out=out --set samples=HPT --progress none
is "the study as well; of ten frames some ranges of temperature have none" "$status" 3
ok "and writes its table" test -e out/verify.csv
rm -rf out

fresh
cp raw/HPT_0004.tif raw/HPT_0005.tif
wrong "a frame twice" 'frame 4 \(HPT_0004.tif\) and frame 5 \(HPT_0005.tif\) are the same file .*repeats = "keep"'

fresh
cp raw/HPT_0004.tif raw/HPT_0005.tif
printf '\1\2\3\4' | dd of=raw/HPT_0005.tif bs=1 seek=60000 conv=notrunc 2>/dev/null
wrong "a frame taken again at the same time" \
    'frame 4 \(HPT_0004.tif\) and frame 5 \(HPT_0005.tif\) are both at T = [0-9.]+ K .*repeats = "keep"'

fresh
cp coarse/HPT_0005.tif raw/HPT_0005.tif
wrong "another size in the middle" \
    'element 5 \(HPT_0005.tif.*\): the image is 64 x 64 .*HPT_0001.tif.* is 256 x 256: .*one detector'

fresh
head -c 50000 good/HPT_0005.tif >raw/HPT_0005.tif
wrong "a frame cut off in the middle" 'element 5 \(HPT_0005.tif.*\): the file ends after [0-9]+ of 65536 pixels'

fresh
: >raw/HPT_0005.tif
wrong "an empty frame" 'element 5 \(HPT_0005.tif.*\): the file is empty'

fresh
rm raw/HPT_0*.tif
wrong "no frames" 'no file matches .*HPT_\*\.tif: the folder .* holds'

# ---- Frames and log ----

fresh
head -n 700 good/HPT_log.csv >raw/HPT_log.csv
wrong "a log that ends early" \
    'frame [0-9]+ \(HPT_[0-9]+.tif\), at 2026-01-15 .* lies behind the log, .*outside = "mask" goes on without'

fresh
sed 's/T12:/T09:/' good/HPT_log.csv >raw/HPT_log.csv
wrong "a log of another sample" \
    'frame 1 \(HPT_0001.tif\), at .* the log, which goes from 2026-01-15 09:00:00 .*of 10 frames 10 are not covered'

fresh
sed '500s/,.*/,broken/' good/HPT_log.csv >raw/HPT_log.csv
wrong "a log with a word for a number" 'line 500.*broken'

fresh
rm raw/HPT_log.csv
wrong "no log" 'there is no file .*HPT_log.csv'

# ---- The detector ----

for file in mask flat dark; do
    fresh
    cp coarse/$file.tif raw/$file.tif
    wrong "the $file of another size" "is 256 x 256 .*the $file.* is 64 x 64"
done

fresh
cp coarse/empty.tif raw/empty.tif
wrong "the empty furnace of another size" '64 x 64 .*256 x 256'

for file in dark.tif mask.tif flat.tif empty.tif geometry.poni; do
    fresh
    rm raw/$file
    wrong "no $file" "raw has no $file, [a-z0-9]"
done

wrong "no folder" 'there is no folder .*/raw: raw=FOLDER says'

# ---- What need not be there, and settings ----

fresh
rm -r raw/truth raw/manifest.json
frit run paper/area.lua --set raw=raw
is "measured frames come without a truth and a manifest" "$status" 0

frit run paper/paper.lua --set raw=good --set out=out --set samples=HPT,XX --progress none
like "a sample that settings.lua does not know" "$err" "there is no sample 'XX' in settings.lua"
frit run paper/paper.lua --set raw=good --set out=out --set samples=HPT --set without=gravity --progress none
like "a correction that is not there" "$err" "there is no correction 'gravity' to leave out"

plan
