# A whole run: frames and their darks to curves; what a second run does; the program's options.
# SPDX-License-Identifier: GPL-3.0-or-later
. "$(dirname "$0")/lib.sh"

mkdir data
frames data/dark 1 48 64 =3
frames data/one 1 48 64 =5 && mv data/one_0001.tif data/dark_0002.tif     # 3 and 5: the mean is 4
frames data/flat 3 48 64 =11
frames data/ring 2 48 64 1
poni data/cell.poni 48 64

recipe flat.lua <<'E'
local data, out = frit.folder("data", "data"), frit.folder("out", "out")
local dark = frit.frames { files = data .. "/dark_*.tif" }:mean()
local curves = frit.frames { files = data .. "/flat_*.tif" }:integrate {
    dark = dark, poni = data .. "/cell.poni", npt = frit.setting("npt", 25), solid_angle = false }
frit.write(out .. "/{name}.xye", curves)
frit.write(out .. "/pixels.txt", curves.n_pixels[1])
E

# ---- Numbers ----

frit run flat.lua
is "a first run succeeds" "$status" 0
like "it says what it did" "$err" '^[0-9]+ elements computed, 4 files written$'
is "it warns of nothing" "$(echo "$err" | grep -c .)" 1
is "each frame has a file with its name" "$(ls out)" "flat_0001.xye
flat_0002.xye
flat_0003.xye
pixels.txt"
is "11 counts on a dark of 4 are 7 in every bin, exactly" "$(numbers out/flat_0002.xye | awk '{ print $2 }' | sort -u)" 7

# The dark is the mean of 3 and 5, whose scatter of sqrt(2) gives it a sigma of sqrt(2)/sqrt(2) = 1: a
# pixel has the variance 11 + 1, and a bin of n pixels the sigma sqrt(12/n).  The files have 12 digits.
numbers out/pixels.txt >n.txt
numbers out/flat_0001.xye | paste -d ' ' - n.txt >together.txt
is "each bin has its pixels' number" "$(awk '$5 < 1 || $5 != int($5)' together.txt)" ""
is "every pixel is in a bin" "$(awk '{ n += $2 } END { print n }' n.txt)" 3072
is "sigma is that of the counts and of the dark" \
    "$(awk '{ d = $3 / sqrt(12 / $5) - 1; if (d > 1e-11 || d < -1e-11) print }' together.txt)" ""

# Rings: the same integration, in awk.  Q = 4 pi sin(theta)/lambda, 2 theta = atan(r / dist), r from
# the pixel's centre; a bin is the plain mean of its pixels.  The pixels' sums are whole numbers, so that
# only the printed digits differ: 12, hence 1e-11.
recipe ring.lua <<'E'
local curves = frit.frames { files = "data/ring_*.tif" }:integrate {
    poni = "data/cell.poni", npt = 20, radial_range = { 0.4, 5.4 }, solid_angle = false, error_model = "none" }
frit.write("rings/{name}.xy", curves)
E
frit run ring.lua
is "rings are integrated" "$status" 0
od -An -v -tu2 -w2 -j8 -N6144 data/ring_0002.tif | awk '
    BEGIN { pi = atan2(0, -1) }
    {
        i = NR - 1
        y = (int(i / 64) + 0.5 - 24) * 1e-3; x = (i % 64 + 0.5 - 32) * 1e-3
        q = 4 * pi * sin(0.5 * atan2(sqrt(x * x + y * y), 0.2)) / 0.2
        at = (q - 0.4) / 5 * 20; bin = int(at)
        if (at < 0 || bin >= 20) next
        if (at - bin < 1e-9 || at - bin > 1 - 1e-9) print "a pixel lies on the edge of bin", bin
        n[bin]++; sum[bin] += $1
    }
    END { for (k = 0; k < 20; k++) if (n[k]) printf "%.12g %.12g\n", 0.4 + 5 * (k + 0.5) / 20, sum[k] / n[k] }' >expected.txt
numbers rings/ring_0002.xy | paste -d ' ' - expected.txt >both.txt
is "all bins have pixels" "$(grep -c . both.txt)" 20
is "their means are those of the pixels" "$(awk 'function off(a, b) { return a > b * (1 + 1e-11) || a < b * (1 - 1e-11) }
    NF != 4 || off($1, $3) || off($2, $4)' both.txt)" ""

# ---- Again ----

frit run flat.lua
is "a second run succeeds" "$status" 0
is "it computes nothing, and says so" "$err" "nothing to compute: 4 files are up to date"

rm out/flat_0002.xye
before=$(cksum <out/flat_0001.xye)
frit run flat.lua
like "a deleted output is written again without computing" "$err" '^0 elements computed, .* written'
ok "it is there" test -s out/flat_0002.xye
is "with its content" "$(numbers out/flat_0002.xye | awk '{ print $2 }' | sort -u)" 7
is "the others are as they were" "$(cksum <out/flat_0001.xye)" "$before"

frit run flat.lua --set npt=30
is "a changed parameter computes the 3 curves alone, not the dark" "$(echo "$err" | grep -c '^3 elements computed')" 1
is "npt is 30 now" "$(numbers out/flat_0001.xye | grep -c .)" 30
frit run flat.lua
like "back again: everything is in the store" "$err" '^0 elements computed, '

frames data/more 1 48 64 =12 && mv data/more_0001.tif data/flat_0002.tif
frit run flat.lua
is "a changed frame is seen" "$(numbers out/flat_0002.xye | awk '{ print $2 }' | sort -u)" 8
touch data/flat_0001.tif
frit run flat.lua
like "a frame with a new date and the old content computes nothing" "$err" '^nothing to compute'

sed 's/dark = dark, poni/-- a remark\n    dark = dark, poni/' flat.lua >remark.lua
mv remark.lua flat.lua
frit run flat.lua
like "a remark in the recipe computes nothing" "$err" '^(nothing to compute|0 elements computed)'

# ---- Files of the user's ----

echo mine >>out/flat_0003.xye
by_hand=$(cksum <out/flat_0003.xye)
frit run flat.lua --set npt=12
is "a run over a file that was edited by hand succeeds" "$status" 0
is "the file stays" "$(cksum <out/flat_0003.xye)" "$by_hand"
is "the new one stands beside it" "$(numbers out/flat_0003.xye.new | grep -c .)" 12
like "a warning says so" "$err" \
    '^warning: flat.lua:7: write_columns: .*/out/flat_0003.xye was changed by hand .* flat_0003.xye.new beside it'
is "the others are replaced" "$(numbers out/flat_0001.xye | grep -c .)" 12

mkdir theirs
echo "not ours" >theirs/flat_0001.xye
frit run flat.lua --set out=theirs
is "a file that Frit did not write is an error" "$status" 1
is "it stays" "$(cat theirs/flat_0001.xye)" "not ours"
like "the error names it, and says what to do" "$err" \
    '^error: flat.lua:7: write_columns: .*: .*/theirs/flat_0001.xye is there already, and Frit did not write it .*: move it away, or choose another name'

# ---- Dry run ----

rm -rf out "$FRIT_STORE"
frit run -n flat.lua
is "a dry run succeeds" "$status" 0
like "it says how many elements there are to compute" "$out" '^flat.lua:4 +integrate +3 +3 +not in the store'
like "and which files to write" "$out" '^flat.lua:7 +write_columns +3 +3 +to be written'
ok "it writes nothing" test ! -e out
frit run flat.lua
is "a real run after it computes everything" "$status $(echo "$err" | grep -Ec '^4 elements computed, 4 files written')" "0 1"
frit run -n flat.lua
like "a dry run after that has nothing to do" "$out" '^flat.lua:4 +integrate +3 +0 '
like "and no file to write" "$out" '^flat.lua:7 +write_columns +3 +0 +files are up to date'

# ---- Settings and paths ----

mkdir elsewhere
cd elsewhere || exit 1
frit run ../flat.lua
like "paths in a recipe are relative to the recipe" "$err" '^nothing to compute'
ok "nothing is written to the current folder" test ! -e out
frit run ../flat.lua --set out=here
ok "--set is relative to the current folder" test -s here/flat_0001.xye
cd ..
frit run flat.lua --set ntp=4
is "an unknown setting is no error" "$status" 0
like "but a warning, with the settings that there are" "$err" \
    '^warning: --set ntp: this recipe has no setting of that name; it has (data|npt|out), (data|npt|out), (data|npt|out)$'
frit run flat.lua --set npt=many
is "a text for a number is an error" "$status" 1
like "it says what is wanted" "$err" '^error: flat.lua:[456]: --set npt=many: a number is wanted, like the default 25$'
frit run flat.lua --set npt
is "a setting without a value is wrong usage" "$status $err" "2 error: --set npt: NAME=VALUE is wanted"

recipe needs.lua <<'E'
frit.folder("raw")
E
frit run needs.lua
is "a folder without a default must be given" "$status $err" "1 error: needs.lua:2: this recipe needs --set raw=FOLDER"

# ---- Usage and exit statuses ----

"$FRIT" >usage.txt 2>&1
is "no command is wrong usage" "$?" 2
like "it says how it is used" "$(cat usage.txt)" '^usage: frit COMMAND'
frit rum flat.lua
is "an unknown command is wrong usage" "$status" 2
like "with a suggestion" "$err" "^error: there is no command 'rum': did you mean 'run'\\?"
frit run
is "no recipe is wrong usage" "$status" 2
frit run a.lua b.lua
is "two recipes are" "$status" 2
frit run --frobnicate flat.lua
is "an unknown option is" "$status" 2
frit run --progress loud flat.lua
is "and an unknown style" "$status $err" "2 error: --progress loud: auto, plain, json or none is wanted"
frit run nowhere.lua
is "a recipe that is not there is an error" "$status" 1
like "which names it" "$err" '^error: there is no file /.*/nowhere.lua$'
frit run flatt.lua
like "and the one that was meant" "$err" '^error: there is no file /.*/flatt.lua; did you mean "flat.lua"'
frit run .
like "a folder is no recipe" "$status $err" '^1 error: /.* is a folder, not a file$'
frit --version
is "--version succeeds" "$status" 0
like "and tells the version" "$out" '^frit [0-9]+\.[0-9]+'
frit --help
is "--help succeeds" "$status" 0
frit run --help
like "so does that of a command" "$status $out" '^0 '

recipe partial.lua <<'E'
local curves = frit.frames { files = "bad/*.tif", on_error = "mask" }:integrate { poni = "data/cell.poni", npt = 9 }
frit.write("partial/{name}.xye", curves)
E
mkdir bad
frames bad/f 3 48 64 2
head -c 1000 bad/f_0002.tif >bad/short && mv bad/short bad/f_0002.tif
frit run partial.lua
is "done, but with a frame missing, is status 3" "$status" 3
is "the others are written" "$(ls partial)" "f_0001.xye
f_0003.xye"
like "a warning names the frame" "$err" '^warning: left out: .*f_0002.tif'
like "and a last line counts" "$err" '^1 element was left out'
frit run partial.lua
is "again: nothing to compute, and still incomplete" "$status" 3

# ---- Progress, threads ----

rm -rf out "$FRIT_STORE"
frit run --progress none flat.lua
is "--progress none says nothing" "$status$err$out" 0
rm -rf out "$FRIT_STORE"
frit run --progress json flat.lua
is "--progress json speaks in lines of JSON" "$(echo "$err" | grep -Evc '^\{"event": "(begin|progress|end|say)".*\}$')" 0
like "with a begin that knows the number of frames" "$err" '"event": "begin", "what": "integrate", "done": 0, "total": 3'
like "and the result" "$err" '"event": "say", "text": "4 elements computed, 4 files written"'
rm -rf out "$FRIT_STORE"
frit run --progress plain flat.lua
is "--progress plain has no escape sequences" "$(printf %s "$err" | LC_ALL=C tr -d '\n -~')" ""
rm -rf out "$FRIT_STORE"
frit run -j 3 flat.lua
is "-j sets the threads" "$status" 0
frit run -j x flat.lua
is "-j wants a number" "$status" 2
FRIT_THREADS=2
export FRIT_THREADS
frit run --set npt=11 flat.lua
is "as does FRIT_THREADS" "$status" 0

# ---- The record ----

record=$(cat out/.frit/flat_0001.xye.json)
like "the record of a file names its recipe" "$record" 'flat.lua'
like "the steps" "$record" 'integrate'
ok "nothing temporary is left" test -z "$(find out/.frit "$FRIT_STORE" -name 'tmp-*')"

# Numbers whose shortest form has an exponent and no point.

for number in 3e-9 5e-8 2e-7 0.25; do
    recipe small.lua <<E
local a = frit.read("small.xy", { x_unit = "1/angstrom" })
frit.write("small/out.xy", a:subtract_background { a, bgscale = $number })
E
    printf '1 10\n2 20\n3 30\n' >small.xy
    frit run small.lua
    is "a record holds any number: $number" "$status" 0
done

plan
