# A run in parts: each computes its share, in any order or all at once, and what is left a run of the whole.
# SPDX-License-Identifier: GPL-3.0-or-later
. "$(dirname "$0")/lib.sh"
. "$here/modules.sh"

mkdir raw
frames raw/f 300 24 32 5          # packs of 8 and of 16
frames raw/empty 4 24 32 =1
poni cell.poni 24 32

# Frames with the mean of a few others taken off, a curve and a number of each; the mean of all of them, and
# what is left of each beside it, which comes after that mean.
recipe series.lua <<'E'
local out = frit.folder("out", "out")
local empty = frit.frames { files = "raw/empty*.tif" }:mean()
local curves = frit.frames { files = "raw/f_*.tif", on_error = "mask" }
                 :integrate { poni = "cell.poni", npt = 20, dark = empty }:toil { tag = "curve" }
local height = curves:highest { tag = "height" }
local rest = curves:subtract_background { curves:mean() }:toil { tag = "rest" }
frit.write(out .. "/{name}.xye", curves, { digits = 17 })
frit.table(out .. "/height.csv", { height, rest:highest { tag = "rest_height" }, digits = 17 })
frit.write(out .. "/mean.xye", curves:mean(), { digits = 17 })
E

for threads in 1 2 7; do
    rm -rf "$FRIT_STORE"
    frit run -j $threads series.lua --set out=out$threads
    is "the whole on $threads threads succeeds" "$status" 0
done
is "it writes a file a frame, a table and a mean" "$(ls out1 | wc -l | tr -d ' ')" 302
is "2 threads: the same bytes as 1" "$(digest_of out2)" "$(digest_of out1)"
is "7 threads: the same bytes as 1" "$(digest_of out7)" "$(digest_of out1)"

# ---- One after the other ----

rm -rf "$FRIT_STORE"
forget
frit run --part 1/3 series.lua --set out=parts
is "a part succeeds" "$status" 0
like "it says what it computed, and what is left to whom" "$err" \
    '^part 1 of 3: [0-9]+ elements computed; left: [0-9]+ elements to the other parts; [123] reductions? and 3 lines with files to write to a run without --part$'
ok "it writes nothing" test ! -e parts
share=$(times_of curve)
ok "its share is a third, but for a pack: $share of 300" test "$share" -ge 84 -a "$share" -le 116
is "a number of each of its curves is kept too" "$(times_of height)" "$share"
is "what is behind the mean of all is left alone" "$(times_of rest)" 0
frit run --part 1/3 series.lua --set out=parts
like "again, it has nothing to do" "$err" '^part 1 of 3: 0 elements computed'
is "and does nothing" "$(times_of curve)" "$share"
for k in 3 2; do
    frit run -j 2 --part $k/3 series.lua --set out=parts
    is "part $k succeeds" "$status" 0
done
like "the last one leaves nothing to the others" "$err" '^part 2 of 3: [0-9]+ elements computed; left: [123] reduction'
is "together they have computed each curve once" "$(times_of curve) $(elements_of curve)" "300 300"
frit run -n series.lua --set out=parts
like "-n says that parts were run" "$out" '^of series.lua parts were run$'
like "and that the curves are there" "$out" '^series.lua:4 +toil +300 +0 '
frit run series.lua --set out=parts
is "a run of the whole succeeds" "$status" 0
is "it computes no curve again" "$(times_of curve) $(times_of height)" "300 300"
is "and what was left" "$(times_of rest)" 300
is "the bytes are those of one run" "$(digest_of parts)" "$(digest_of out1)"
frit run --part 2/3 series.lua --set out=parts
is "a part of what is done" "$err" "part 2 of 3: 0 elements computed; left: nothing"

# ---- At once, against one store ----

rm -rf "$FRIT_STORE" parts
forget
for k in 1 2 3 4 5; do
    "$FRIT" run -j 2 --progress none --part $k/5 series.lua --set out=parts 2>part$k.txt &
done
wait
is "five parts at once succeed, and say nothing else" "$(cat part?.txt)" ""
is "each curve was computed once" "$(times_of curve) $(elements_of curve)" "300 300"
frit run series.lua --set out=parts
is "nothing of it was lost" "$(times_of curve)" 300
is "the bytes are those of one run" "$(digest_of parts)" "$(digest_of out1)"

# Two views of one series whose packs do not lie upon each other: parts write to the same packs at once.
recipe shifted.lua <<'E'
local curves = frit.frames { files = "raw/f_*.tif" }:integrate { poni = "cell.poni", npt = 21 }:toil { tag = "shifted", ms = 2 }
local late = frit.concat { curves:select(6, 300), curves:select(1, 5) }
frit.write("shifted/late.xy", late:toil { tag = "late" }:mean(), { digits = 17 })
frit.table("shifted/early.csv", { curves:highest { tag = "early" } })
E
frit run shifted.lua
is "a series and a shifted view of it" "$status" 0
wanted=$(digest_of shifted)
rm -rf "$FRIT_STORE" shifted
for k in 1 2 3; do
    "$FRIT" run -j 2 --progress none --part $k/3 shifted.lua &
done
wait
forget
frit run shifted.lua
is "nothing of what parts wrote to the same packs is lost" "$(times_of late) $(times_of early) $(times_of shifted)" "0 0 0"
is "the bytes are those of one run" "$(digest_of shifted)" "$wanted"

# ---- A part that died ----

rm -rf "$FRIT_STORE" parts
forget
for k in 1 3; do frit run --part $k/3 series.lua --set out=parts; done
sed 's/tag = "curve"/tag = "curve", ms = 5/' series.lua >slow.lua
"$FRIT" run -j 1 --progress none --part 2/3 slow.lua --set out=parts &
sleep 0.3
kill -9 $! 2>/dev/null
wait $! 2>/dev/null
frit run series.lua --set out=parts
is "a run of the whole does what a part that died has left" "$status" 0
is "each curve is there" "$(elements_of curve)" 300
is "the bytes are those of one run" "$(digest_of parts)" "$(digest_of out1)"

# ---- Few elements, many parts; single datasets ----

rm -rf "$FRIT_STORE" parts
frit run --part 77/100 series.lua --set out=parts
is "a part without a share" "$status" 0
like "says so" "$err" '^part 77 of 100: 0 elements computed; left: [0-9]+ elements to the other parts'
frit run --part 1/1 series.lua --set out=parts
like "the only part leaves none" "$err" '^part 1 of 1: [0-9]+ elements computed; left: [123] reduction'
frit run series.lua --set out=parts
is "the bytes are those of one run" "$(digest_of parts)" "$(digest_of out1)"

recipe single.lua <<'E'
local iq = frit.read("raw/f_0001.tif"):integrate { poni = "cell.poni", npt = 22 }:toil { tag = "single" }
frit.write("single.xye", iq)
E
forget
for k in 1 2 3; do frit run --part $k/3 single.lua; done
is "a single dataset is one part's" "$(times_of single)" 1
frit run single.lua
is "and found by the run of the whole" "$(times_of single)" 1

# ---- Failures ----

sed 's/tag = "curve"/tag = "curve", fails_at = 7/' series.lua >fails.lua
frit run --part 1/3 fails.lua --set out=parts
is "a part with an element missing has status 3" "$status" 3
like "and names it" "$err" '^warning: left out: fails.lua:4: toil: element 7 \(f_0007.tif\): there is no peak$'
frit run --part 2/3 fails.lua --set out=parts
is "another one has not" "$status" 0
sed 's/on_error = "mask"/on_error = "stop"/' fails.lua >stops.lua
frit run --part 1/3 stops.lua --set out=parts
is "an error in a part is status 1" "$status" 1
FRIT_STORE=/dev/null/none frit run --part 1/3 series.lua
is "a part without a store is an error" "$status" 1
like "which says why" "$err" '^error: a part of a run keeps its results for the others, and there is nowhere to: '

# ---- Usage ----

usage()
{
    frit run --part "$1" series.lua
    is "--part $1 is wrong usage" "$status $err" "2 error: --part $1: $2"
}
frit run -n --part 1/3 series.lua
is "-n is about the whole" "$status $err" "2 error: -n tells of the whole recipe: leave out --part"
usage 4/3 "there is no part 4: they are 1 to 3"
usage 0/3 "there is no part 0: they are 1 to 3"
usage 1/0 "there may be 1 to 1000000 parts, not 0"
usage 2 "K/N is wanted, part K of N, as in --part 2/3"
usage 1/2/3 "K/N is wanted, part K of N, as in --part 2/3"
usage -1/3 "K/N is wanted, part K of N, as in --part 2/3"
usage 1/3x "K/N is wanted, part K of N, as in --part 2/3"
usage a/b "K/N is wanted, part K of N, as in --part 2/3"
usage 1/99999999999999999999 "K/N is wanted, part K of N, as in --part 2/3"

plan
