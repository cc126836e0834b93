# Images that no run has seen are read once, by the step that needs them: their digests are taken on the way, and say
# the same as if they had been read for it.
# SPDX-License-Identifier: GPL-3.0-or-later
. "$(dirname "$0")/lib.sh"

n=24 rows=384 columns=512   # a short series is read for its digests first
mkdir raw
frames raw/f $n $rows $columns 5
poni cell.poni $rows $columns
sleep 2.1   # files changed a moment ago may change again: their digests are not remembered

recipe series.lua <<'E'
local frames = frit.frames { files = frit.setting("raw", "raw") .. "/*.tif" }
local curves = frames:integrate { poni = "cell.poni", npt = 50 }
frit.write("out/mean.xye", curves:mean())
E

# Bytes that processes which have ended, and were waited for, have read.
bytes_read() { awk '$1 == "rchar:" { print $2 }' "/proc/$$/io"; }
# did: how many elements the run says it has computed.
did() { printf '%s\n' "$err" | sed -n 's/^nothing to compute.*/0/p; s/^\([0-9]*\) elements\{0,1\} computed.*/\1/p'; }

# ---- Read once ----

if [ -r "/proc/$$/io" ]; then
    before=$(bytes_read)
    frit run series.lua
    first=$(($(bytes_read) - before))
    is "the first run" "$status" 0
    rm -r out
    before=$(bytes_read)
    frit run series.lua
    again=$(($(bytes_read) - before))   # the program, its plugins, recipe and store
    size=$((n * 2 * rows * columns))
    diag "figure: bytes read for each byte of an image: $(awk "BEGIN { print ($first - $again) / $size }") (at most 1.1)"
    ok "reads each image once" test $((10 * (first - again))) -lt $((11 * size))
else
    skip "reads each image once" "no /proc/PID/io"
    frit run series.lua
    rm -r out
    frit run series.lua
fi
is "what is gone is written again" "$status" 0
ok "from the store" test "$(did)" -le 1

frit run series.lua
like "nothing is to do" "$err" '^nothing to compute'

# ---- Content that is known, under other names: read for its digest, which is the one taken on the way ----

cp -r raw copies
frit run series.lua --set raw=copies
is "copies of the images" "$status" 0
ok "are recognised" test "$(did)" -le 1

# ---- More images, and changed ones ----

mkdir more
frames more/f $((n + 2)) $rows $columns 5
frit run series.lua --set raw=more
is "two more come: these and the mean are computed" "$(did)" 3
printf '\1\2\3\4' | dd of=more/f_0003.tif bs=1 seek=$((rows * columns)) conv=notrunc 2>/dev/null
frit run series.lua --set raw=more
is "one has changed in four bytes of its middle" "$(did)" 2
numbers out/mean.xye >known
rm -r out
FRIT_STORE=$work/other
frit run series.lua --set raw=more
FRIT_STORE=$work/store
is "with a store that knows nothing" "$status" 0
is "all is computed" "$(did)" $((n + 3))
is "to the same numbers" "$(numbers out/mean.xye)" "$(cat known)"

# ---- A run that ends early ----

mkdir late
recipe broken.lua <<'E'
local frames = frit.frames { files = "late/*.tif" }
local curves = frames:integrate { poni = "cell.poni", npt = 40 }
frit.write("late.xye", curves:mean())
E
frames late/g $n $rows $columns 6
cp late/g_0002.tif second.tif
printf 'no image' >late/g_0002.tif
sleep 2.1
frit run -j 1 broken.lua
is "a file of the series is no image" "$status" 1
frit run -n broken.lua
like "-n tells how the last run ended" "$out" 'g_0002.tif'
unlike "and takes no image that was not read for a changed one" "$out" 'ha(s|ve) other content'
cp second.tif late/g_0002.tif
frit run broken.lua
is "the image is mended, and the run goes through" "$status" 0
plan
