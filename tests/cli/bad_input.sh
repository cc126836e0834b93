# What is wrong is told in one sentence: the recipe's line, the step, the element, the file, and what
# would be right; and what was finished is kept.
# SPDX-License-Identifier: GPL-3.0-or-later
. "$(dirname "$0")/lib.sh"

mkdir raw
frames raw/f 4 48 64 1
poni cell.poni 48 64

# refused WHAT PATTERN: the recipe in the file `body` ends with status 1 and one line, an error that
# matches the pattern.  In it LINE stands for the recipe and "x.lua:2: ".
refused()
{
    recipe x.lua <body
    frit run --progress plain x.lua
    pattern=$(printf '%s' "$2" | sed 's/LINE/x.lua:2: /')
    if [ "$status" -eq 1 ] && [ "$(printf '%s\n' "$err" | wc -l)" -eq 1 ]; then
        like "$1" "$err" "^error: $pattern"
    else
        is "$1: status 1 and one line" "status $status: $err" "error: $pattern"
    fi
}

# chain FRAMES OPTIONS PARAMETERS: a recipe of one line.
chain()
{
    echo "frit.write('out/{name}.xy', frit.frames { files = '$1'${2-} }:integrate { poni = 'cell.poni', npt = 20${3-} })"
}

# ---- Images ----

chain raw/g_0001.tif >body
refused "a missing file" 'LINEread_image: files: there is no file /.*/raw/g_0001.tif; did you mean "f_0001.tif"\?$'
chain 'raw/g_*.tif' >body
refused "a pattern without a match" \
    'LINEread_image: files: no file matches /.*/raw/g_\*.tif: the folder /.*/raw holds 4 names, such as "f_0001.tif"'
chain 'row/*.tif' >body
refused "a missing folder" 'LINEread_image: files: there is no folder /.*/row$'

for kind in truncated empty size folder text; do
    mkdir $kind
    cp raw/* $kind
    rm $kind/f_0003.tif
done
head -c 3000 raw/f_0003.tif >truncated/f_0003.tif
: >empty/f_0003.tif
frames s 1 48 32 1 && mv s_0001.tif size/f_0003.tif
mkdir folder/f_0003.tif
echo "the beam was off" >text/f_0003.tif
chain 'truncated/*.tif' >body
refused "a truncated file" \
    'LINEread_image: element 3 \(f_0003.tif\): the file ends at byte 3000, but .* at byte 6152: it is still being written, or was cut$'
chain 'empty/*.tif' >body
refused "an empty file" 'LINEread_image: element 3 \(f_0003.tif\): the file is empty \(0 bytes\)'
chain 'folder/*.tif' >body
refused "a folder among the files" 'LINEread_image: files: /.*/folder/f_0003.tif is a folder, not a file$'
chain 'folder/f_0003.tif' >body
refused "a folder for a file" 'LINEread_image: files: /.*/folder/f_0003.tif is a folder, not a file$'
chain 'text/*.tif' >body
refused "a text for an image" 'LINEread_image: element 3 \(f_0003.tif\): .*text.*TIFF.* was expected$'

chain 'size/*.tif' >body
refused "a frame of another size" \
    'LINEread_image: element 3 \(f_0003.tif\): the image is 48 x 32 pixels .*, but f_0001.tif, the first of the series, is 48 x 64'
sed 's/null/[48, 64]/' cell.poni >sized.poni
chain 'size/f_0003.tif' | sed 's/cell/sized/' >body
refused "frames of another size than the calibration" 'LINEintegrate: f_0003.tif: .*48 x 32 .*48 x 64'

# ---- Calibration ----

# poni_with WHAT SED PATTERN
poni_with()
{
    sed "$2" cell.poni >bad.poni
    chain 'raw/*.tif' | sed 's/cell/bad/' >body
    refused "$1" "LINEintegrate: .*$3"
}
poni_with "a letter in a number" 's/0.2$/0.2x/' 'bad.poni, line 4: Distance is "0.2x", which is not a number'
poni_with "an unknown version" 's/^poni_version: 2/poni_version: 7/' 'bad.poni, line 1: poni_version is 7: this reader knows 1, 2 and 2.1'
poni_with "no Poni1" '/Poni1/d' 'bad.poni has no .*Poni1.*: give poni1 = '
poni_with "no wavelength" '/Wave/d' 'bad.poni has no wavelength .*: give wavelength = '
poni_with "a wavelength in angstrom" 's/2e-11/0.2/' 'bad.poni, line 10: Wavelength is 0.2 m.*looks like angstrom'
chain 'raw/*.tif' | sed 's/cell/cel/' >body
refused "no .poni" 'LINEintegrate: poni: there is no file /.*/cel.poni; did you mean "cell.poni"'

# ---- Masks ----

frames small 1 10 12 =0
frames all 1 48 64 =1
chain 'raw/*.tif' '' ', mask = "small_0001.tif"' >body
refused "a mask of another shape" \
    'LINEintegrate: element 1 \(f_0001.tif\): the frame is 48 x 64 pixels .*, the mask is 10 x 12'
chain 'raw/*.tif' '' ', mask = "all_0001.tif"' >body
refused "all pixels masked" \
    'LINEintegrate: element 1 \(f_0001.tif\): all pixels are left out by mask.*a mask marks bad pixels with values other than 0'

# ---- Axes ----

printf 'frame,T [K]\n1,300\n2,310\n3,320\n' >log.csv
printf 'frame,T [K]\n1,300\n2,hot\n3,320\n4,330\n' >hot.csv
chain 'raw/*.tif' ', axis = { 300, 320, name = "T", unit = "K" }' >body
refused "a list of temperatures of another length" \
    'LINEread_image: the axis has 2 positions, but read_image gives 4 elements: one position each is needed$'
chain 'raw/*.tif' ', axis = frit.csv("log.csv", "T", "K")' >body
refused "a log of another length" \
    'LINEseries_positions: there are 3 positions along T in log.csv, but 4 elements: one position each is needed$'
chain 'raw/*.tif' ', axis = frit.csv("log.csv", "Temp", "K")' >body
refused "a column that is not there" \
    'LINEread_column: /.*/log.csv: no column is called "Temp"; the columns are 1 frame, 2 T \[K\]$'
chain 'raw/*.tif' ', axis = frit.csv("hot.csv", "T", "K")' >body
refused "a word among the temperatures" \
    'LINEread_column: /.*/hot.csv.* 3.*hot'
chain 'raw/f_000[123].tif' ', axis = frit.csv("log.csv", "T", "mm")' >body
refused "temperatures in millimetres" 'LINEthe axis from series_positions \(log.csv\): "K" is a temperature, "mm" is a length$'

# ---- Names, units ----

echo 'frit.frames { files = "raw/*.tif" }:integrat { poni = "cell.poni" }' >body
refused "an unknown step" \
    "LINEread_image has no output 'integrat', and there is no step 'integrat': did you mean 'integrate'\\? "
echo 'frit.reed_image { files = "raw/*.tif" }' >body
refused "an unknown source" "LINEfrit has no 'reed_image': did you mean 'read_image'\\?$"
chain 'raw/*.tif' '' ', ntp = 5' >body
refused "an unknown parameter" "LINEintegrate: there is no parameter 'ntp': did you mean 'npt'\\?$"
chain 'raw/*.tif' '' ', split = "ful"' >body
refused "an unknown choice" 'LINEintegrate: split = "ful", did you mean "full"\? It is one of no, bbox, full, pseudo$'
chain 'raw/*.tif' '' ', dist = "3 K"' >body
refused "a wrong unit" 'LINEintegrate: dist: "3 K" is a temperature, not a length \(in m\)$'
chain 'raw/*.tif' '' ', radial_range = "1 2 mm"' >body
refused "a range in a wrong unit" 'LINEintegrate: radial_range.*length.*inverse length'
chain 'raw/*.tif' '' ', radial_range = { 5, 1 }' >body
refused "a range upside down" 'LINEintegrate: radial_range: 5 .* to 1 .* is no range, the lower end comes first$'
chain 'raw/*.tif' '' ', npt = 0' >body
refused "a number out of range" 'LINEintegrate: npt.* 0.* 1 '
chain 'raw/*.tif' '' ', npt = {}' >body
refused "a table for a number" 'LINEintegrate: npt'
echo 'frit.frames { files = "raw/*.tif" }:transform()' >body
refused "an image for a curve" \
    "LINEtransform: '[a-z_]*' takes a curve, but 'frame' of read_image is an image$"
echo 'frit.frames { files = "raw/*.tif" }:integrate_2theta { poni = "cell.poni" }:transform()' >body
refused "2 theta for Q" \
    "LINEtransform: .* 1/angstrom.* 2theta in deg"
echo 'frit.write("out/all.xy", frit.frames { files = "raw/*.tif" }:integrate { poni = "cell.poni" })' >body
refused "one name for many files" 'LINEwrite_columns: file: "all.xy" is one file for 4 elements: put \{name\} into its name'
mkdir twin && cp raw/f_0001.tif twin
echo 'frit.write("out/{name}.xy", frit.frames { files = { "raw/f_0001.tif", "twin/f_0001.tif" } }:integrate { poni = "cell.poni" })' >body
refused "two elements of one name" 'LINEwrite_columns: element 2 \(f_0001.tif\): /.*/out/f_0001.xy was just written for another element of this name'
rm -rf out
{ chain 'raw/f_0001.tif'; chain 'raw/f_0001.tif' '' ', split = "full"'; } >body
refused "two lines that write one file" \
    'x.lua:3: write_columns: .*out/f_0001.xy was just written by x.lua:2: choose another name'
rm -rf out

# ---- Lua ----

echo 'frit.frames { files = "raw/*.tif"' >body
refused "a brace that is not closed" "x.lua:[23]: '}' expected "
echo 'frobnicate(3)' >body
refused "a function that is not there" "LINEattempt to call a nil value \\(global 'frobnicate'\\)$"
echo 'local t = nil; t.x = 3' >body
refused "an index into nothing" "LINEattempt to index a nil value"
echo 'error("the log says that the beam was off")' >body
refused "error() with a text" 'LINEthe log says that the beam was off$'
echo 'error { 1, 2 }' >body
refused "error() with a table" 'LINEerror\(\) was given a table, where a text'
echo 'require "helpers"' >body
refused "a module that is not there" "LINEmodule 'helpers' not found: it is neither beside the recipe"
echo 'frit.write("out/x.xy", nil)' >body
refused "nothing to write" "LINEwrite_columns: the input 'curve' is missing"
echo 'frit.frames { files = "raw/*.tif" }.integrate { poni = "cell.poni" }' >body
refused "a dot for a colon" \
    'LINEintegrate: call steps with a colon: x:integrate'
{ chain 'raw/*.tif'; echo 'error("stop")'; } >body
refused "an error after good lines" 'x.lua:3: stop$'
ok "nothing was run before it" test ! -e out

# ---- What was finished is kept ----

# The first line's files stand, and its curves are in the store, when the second line fails.
{ chain 'raw/*.tif'; echo "frit.write('late.xy', frit.read('late.dat', { x_unit = '1/angstrom' }):transform())"; } >body
echo "1 2 3" >late.dat
refused "a line that fails after another was done" 'x.lua:3: transform: late.dat: .*two points at least, the data have 1'
chain 'raw/*.tif' | recipe x.lua
frit run x.lua
like "what was finished before is not computed again" "$status $err" '^0 (nothing to compute|0 elements computed)'

# 70 frames, the last one cut: when it is whole, the others are there.
mkdir many
frames many/f 70 24 32 2
poni many.poni 24 32
cp many/f_0070.tif whole.tif
head -c 300 whole.tif >many/f_0070.tif
chain 'many/*.tif' | sed 's/cell/many/' >body
refused "the last of many frames is cut" 'LINEread_image: element 70 \(f_0070.tif\): the file ends at byte 300'
cp whole.tif many/f_0070.tif
frit run x.lua
like "with the frame mended it alone is computed" "$status $err" '^0 1 element computed, 70 files written'

# on_error = "mask": a reduction goes on without the bad frame.
rm -rf "$FRIT_STORE" out
recipe x.lua <<'E'
frit.write("slow.xy", frit.frames { files = "truncated/*.tif", on_error = "mask" }:integrate { poni = "cell.poni", npt = 20 }:mean())
E
frit run -j 1 x.lua
is "a frame may be left out" "$status" 3
like "the frame is named" "$err" '^warning: left out: x.lua:2: read_image: element 3 \(f_0003.tif\): the file ends'
like "and counted" "$err" '^1 element was left out'

# ---- A plugin that crashes ----

cat >crash.c <<'E'
#include "plugin.h"
#include <signal.h>
static const frit_port in[] = { { .name = "curve", .unit = "*", .ndim = 1, .axis_unit = { "*" }, .doc = "x" }, { 0 } };
static const frit_port out[] = { { .name = "curve", .unit = "@curve", .ndim = 1, .doc = "x" }, { 0 } };
static frit_status run(frit_call *c)
{
    if (c->index == 2)
        raise(SIGSEGV);
    return c->host->output_like(c, 0, 0) ? FRIT_OK : FRIT_ENOMEM;
}
static const frit_step steps[] = { { .name = "crash", .version = 1, .summary = "x", .doc = "x",
                                     .inputs = in, .outputs = out, .run = run } };
static const frit_module m = { FRIT_SIZES, .n_steps = 1, .name = "crash", .version = "1",
                               .author = "nobody@example.org", .steps = steps };
const frit_module *frit_module_v1(void) { return &m; }
E
if sanitized; then
    skip "a plugin that crashes" "a sanitizer catches it first"
    skip "what was finished before the crash is kept" "a sanitizer catches it first"
elif compile crash.c -o crash.so 2>compile.txt; then
    FRIT_PLUGIN_PATH=$work
    { chain 'raw/*.tif'; echo "frit.write('x/{name}.xy', frit.frames { files = 'raw/*.tif' }:integrate { poni = 'cell.poni', npt = 20 }:crash())"; } |
        recipe x.lua
    frit run -j 1 --progress none x.lua
    err=$(echo "$err" | sed '/^$/d')
    like "a plugin that crashes" "$status $err" \
        "^1 error: x.lua:3: crash: .*element 3( \\(f_0003.tif\\))?: the plugin 'crash' crashed \\(segmentation fault\\); what was finished before is kept.*nobody@example.org"
    chain 'raw/*.tif' | recipe x.lua
    frit run x.lua
    is "what was finished before the crash is kept" "$status" 0
    FRIT_PLUGIN_PATH=
else
    skip "a plugin that crashes" "$CC does not build it"
    skip "what was finished before the crash is kept" "$CC does not build it"
fi
rm -rf out x

# ---- Disks ----

mkdir disk
if mount -t tmpfs -o size=96k tmpfs disk 2>/dev/null; then
    clean_up() { umount "$work/disk" 2>/dev/null; rm -rf "$work"; }
    head -c 60000 /dev/zero >disk/other
    chain 'raw/*.tif' '' ', radial_range = { 0.1, 5 }' | sed 's/npt = 20/npt = 2000/; s/out\//disk\/out\//' >body
    refused "a full disk" 'LINEwrite_columns: element [1-4] \(f_000[1-4].tif\): .*[Nn]o space left on.*'
    ok "no part of a file is left" test -z "$(find disk/out -name '*.xy' -size -2k 2>/dev/null)"
    ok "nothing temporary is left" test -z "$(find disk/out -name 'tmp-*' 2>/dev/null)"
    rm disk/other
    rm -rf disk/out
    frit run x.lua --progress plain
    like "with room on the disk, only writing is left" "$status $err" '^[01] .*(0 elements computed|[Nn]o space)'
    umount disk

    mount -t tmpfs -o size=48k tmpfs disk
    FRIT_STORE=$work/disk/store
    chain 'raw/*.tif' | sed 's/npt = 20/npt = 1500/' | recipe x.lua
    frit run x.lua
    is "a store on a full disk is no error" "$status" 0
    like "but a warning" "$err" '^warning: results are not kept for the next run: .*no space left on its disk'
    is "said once" "$(echo "$err" | grep -c '^warning')" 1
    FRIT_STORE=$work/store
    umount disk
    rm -rf out

    mount -t tmpfs -o size=1m tmpfs disk && mount -o remount,ro disk
    chain 'raw/*.tif' | sed 's/out\//disk\/out\//' >body
    refused "a read-only file system" 'LINEwrite_columns: .*/disk/out: its file system is read-only: choose another folder$'
    FRIT_STORE=$work/disk
    frit run - 2>/dev/null </dev/null
    chain 'raw/*.tif' | recipe x.lua
    frit run x.lua
    like "a read-only store is a warning" "$status $err" '^0 warning: results are not kept for the next run: .*read-only'
    FRIT_STORE=$work/store
    umount disk
else
    for what in "a full disk" "no part of a file is left" "nothing temporary is left" "with room on the disk" \
        "a store on a full disk is no error" "but a warning" "said once" "a read-only file system" "a read-only store"; do
        skip "$what" "no file system can be mounted here"
    done
fi

# A file that may not grow: the same as a full disk, for those who may not mount.
rm -rf out
chain 'raw/*.tif' | sed 's/npt = 20/npt = 2000/' | recipe x.lua
(ulimit -f 8 && exec "$FRIT" run --progress none x.lua) >.out 2>.err
is "a file that may not grow is an error" "$?" 1
like "which names step and element" "$(cat .err)" '^error: x.lua:2: write_columns: element 1 \(f_0001.tif\): .*[Ff]ile too large'
ok "no part of it is left" test -z "$(ls out 2>/dev/null)"

: >file
chain 'raw/*.tif' | sed 's/out\//file\/out\//' >body
refused "a file where a folder is needed" \
    'LINEwrite_columns: element 1 \(f_0001.tif\): cannot make the folder /.*/file/out: a file stands where a folder is needed'
mkdir -p out/f_0001.xy
chain 'raw/*.tif' >body
refused "a folder where a file is wanted" 'LINEwrite_columns: element 1 .*/out/f_0001.xy: it is a folder, choose another name$'
rm -rf out

if [ "$(id -u)" -eq 0 ]; then
    skip "an output folder without permission" "root may write everywhere"
    skip "an image without permission" "root may read everything"
else
    mkdir locked && chmod 555 locked
    chain 'raw/*.tif' | sed 's/out\//locked\//' >body
    refused "an output folder without permission" 'LINEwrite_columns: .*/locked.*permission'
    chmod 755 locked
    cp -r raw unread && chmod 000 unread/f_0002.tif
    chain 'unread/*.tif' >body
    refused "an image without permission" 'LINEread_image: .*f_0002.tif.*[Pp]ermission'
fi

FRIT_STORE=$work/file/store
chain 'raw/*.tif' | recipe x.lua
frit run x.lua
is "a store that cannot be made is no error" "$status" 0
like "but a warning" "$err" "^warning: results are not kept for the next run: cannot make the store's folder /.*/file/store: "
like "everything is computed, once" "$err" '^4 elements computed, 4 files written$'
FRIT_STORE=$work/store

plan
