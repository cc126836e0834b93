# What a recipe can say: nodes, their outputs and elements; inputs by name, by place, as files and as
# numbers; and that errors name the recipe's own line.
# SPDX-License-Identifier: GPL-3.0-or-later
. "$(dirname "$0")/lib.sh"

mkdir raw
frames raw/f 5 24 32 1
poni cell.poni 24 32
printf '1 10\n2 20\n3 30\n' >a.xy
printf '1 1\n2 2\n3 3\n' >b.xy
printf '1 4\n2 4\n3 4\n' >c.xy
printf 'frame,T [K]\n1,300\n2,310\n3,320\n4,330\n5,340\n' >log.csv

# says WHAT WANTED: what the recipe on standard input prints.
says()
{
    recipe x.lua
    frit run x.lua
    is "$1" "$(printf '%s\n' "$out" "$err" | sed '/^nothing to do/d;/^$/d')" "$2"
}

# values FILE: the second column.
values() { if [ -s "$1" ]; then numbers "$1" | awk '{ print $2 }' | paste -s -d ' ' -; else echo "no $1"; fi; }

# fails WHAT PATTERN
fails()
{
    recipe x.lua
    frit run x.lua
    like "$1" "$status $err" "^1 error: $2"
}

# ---- Nodes ----

says "a node tells what it is" "read_image: 5 elements of frame [unit as in the file]" <<'E'
print(frit.frames { files = "raw/*.tif" })
E
says "over which axis" "integrate: 5 elements of intensity [unit as in the file] over Q [1/angstrom]" <<'E'
print(frit.frames { files = "raw/*.tif" }:integrate { poni = "cell.poni" })
E
says "the length of a series" "5 1" <<'E'
local frames = frit.frames { files = "raw/*.tif" }
print(#frames .. " " .. #frames[1])
E
says "an output by name" "integrate: 5 elements of n_pixels [1] over Q [1/angstrom]" <<'E'
print(frit.frames { files = "raw/*.tif" }:integrate { poni = "cell.poni" }.n_pixels)
E
says "an element, from the front and from the back" "select: frame [unit as in the file]
true" <<'E'
local frames = frit.frames { files = "raw/*.tif" }
print(frames[2])
print(tostring(frames[-1]) == tostring(frames[5]))
E
says "a part of a series" "3 5 3" <<'E'
local frames = frit.frames { files = "raw/*.tif" }
print(#frames:select(2, 4) .. " " .. #frames:select(1, -1) .. " " .. #frames:select(-3, -1))
E
recipe elements.lua <<'E'
local curves = frit.frames { files = "raw/*.tif" }:integrate { poni = "cell.poni", npt = 9 }
frit.write("all/{name}.xy", curves)
frit.write("second.xy", curves[2])
frit.write("last.xy", curves[-1])
frit.write("part/{name}.xy", curves:select(2, 3))
E
frit run elements.lua
is "x[2] is the second" "$(values second.xy)" "$(values all/f_0002.xy)"
is "x[-1] is the last" "$(values last.xy)" "$(values all/f_0005.xy)"
is "the elements of a part keep their names" "$(ls part)" "f_0002.xy
f_0003.xy"
is "and their values" "$(values part/f_0003.xy)" "$(values all/f_0003.xy)"
fails "there is no element 0" 'x.lua:2: read_image: there is no element 0: they are 1 to 5' <<'E'
print(frit.frames { files = "raw/*.tif" }[0])
E
fails "nor one past the end" 'x.lua:2: read_image: there is no element 6: they are 1 to 5' <<'E'
print(frit.frames { files = "raw/*.tif" }[6])
E
fails "an unknown output" "x.lua:2: integrate has no output 'n_pixel', and there is no step 'n_pixel'" <<'E'
print(frit.frames { files = "raw/*.tif" }:integrate { poni = "cell.poni" }.n_pixel)
E

says "a whole number is a whole number, however it was computed" "true" <<'E'
local frames = frit.frames { files = "raw/*.tif" }
print(tostring(frames[4 / 2]) == tostring(frames[2]))
E
fails "half an element is none" 'x.lua:2: .*number has no integer representation' <<'E'
print(frit.frames { files = "raw/*.tif" }[2.5])
E

# Lua shows the end of a long path only.
long="$work/a folder with a name that is so long/that of a path to it/Lua shows the end alone"
mkdir -p "$long"
cp -r "$here/../../scripts/frit" "$long"
chmod -R u+w "$long"
FRIT_SCRIPT_PATH=$long
export FRIT_SCRIPT_PATH
fails "as well where Frit's own modules lie deep" 'x.lua:3: .*number has no integer representation' <<'E'
local frames = frit.frames { files = "raw/*.tif" }
local x = frames[1.5]
E
unset FRIT_SCRIPT_PATH

# ---- Series and their axes ----

says "a list of positions" "read_image: 5 elements of frame [unit as in the file]
axis: 5 elements of frame [unit as in the file], along T [K]" <<'E'
local frames = frit.frames { files = "raw/*.tif" }
print(frames)
print(frames:along({ 300, 310, 320, 330, 340 }, "T", "K"))
E
says "positions of frit.frames" "integrate: 5 elements of intensity [unit as in the file] over Q [1/angstrom], along T [K]
integrate: 5 elements of intensity [unit as in the file] over Q [1/angstrom], along t [s]" <<'E'
local function curves(axis) return frit.frames { files = "raw/*.tif", axis = axis }:integrate { poni = "cell.poni" } end
print(curves(frit.csv("log.csv", "T", "K")))
print(curves { 1, 2, 3, 4, 5, name = "t", unit = "s" })
E
recipe stack.lua <<'E'
local numbers = frit.concat { frit.constant(3, "mm"), frit.constant(5, "mm"), frit.constant(4, "mm") }
frit.write("plain.xy", numbers:stack())
frit.write("along.xy", numbers:along({ 300, 310, 320 }, "T", "K"):stack())
frit.write("by_itself.xy", numbers)
local list = frit.numbers({ 3, 5, 4 }, "mm")
frit.write("list.xy", list:stack())
frit.write("one.xy", frit.concat { list[2], frit.numbers({ 7 }, "mm") }:stack())
E
frit run stack.lua
is "numbers stack to a curve" "$status $(numbers plain.xy | paste -s -d , -)" "0 1 3,2 5,3 4"
is "a list of numbers is such a series" "$(numbers list.xy | paste -s -d , -)" "1 3,2 5,3 4"
is "with elements as any other" "$(numbers one.xy | paste -s -d , -)" "1 5,2 7"
is "over the positions of the series" "$(numbers along.xy | paste -s -d , -)" "300 3,310 5,320 4"
like "with names and units" "$(cat along.xy)" '^#L T\[K\] .*\[mm\]'
is "numbers given where a curve is wanted are stacked" "$(values by_itself.xy)" "3 5 4"

recipe concat.lua <<'E'
local one, two = frit.frames { files = "raw/f_000[12].tif" }, frit.frames { files = "raw/f_000[45].tif" }
local both = frit.concat { one, two }
print(#both)
frit.write("both/{name}.xy", both:integrate { poni = "cell.poni", npt = 9 })
E
frit run concat.lua
is "two series, one after the other" "$out $(ls both | paste -s -d ' ' -)" "4 f_0001.xy f_0002.xy f_0004.xy f_0005.xy"
is "with the values of each" "$(values both/f_0004.xy)" "$(values all/f_0004.xy)"
fails "concat wants series" 'x.lua:2: concat: a list of series is wanted: frit.concat \{ a, b \}' <<'E'
frit.concat { 1, 2 }
E
fails "of one kind" 'x.lua:2: concat: .*(a curve|an image)' <<'E'
frit.concat { frit.frames { files = "raw/*.tif" }, frit.read("a.xy", { x_unit = "1/angstrom" }) }
E
fails "a single dataset has no axis" 'x.lua:2: .*is a single dataset; only a series has an axis' <<'E'
frit.read("a.xy", { x_unit = "1/angstrom" }):along({ 1 }, "T", "K")
E

fails "the unit of an axis is checked" 'x.lua:2: read_image: .*furlog' <<'E'
frit.frames { files = "raw/*.tif" }:along({ 1, 2, 3, 4, 5 }, "T", "furlog")
E
fails "and that of a constant" 'x.lua:2: constant: .*furlog' <<'E'
frit.constant(3, "furlog")
E

# ---- Inputs ----

# a - 0.5 b - 0.25 c: 10 - 0.5 - 1, ...
recipe inputs.lua <<'E'
local function read(file) return frit.read(file, { x_unit = "1/angstrom", x_name = "Q" }) end
local a, b, c = read("a.xy"), read("b.xy"), read("c.xy")
local scale = { 0.5, 0.25 }
frit.write("by_place.xy", a:subtract_background { b, c, bgscale = scale })
frit.write("by_name.xy", frit.subtract_background { intensity = a, background = { b, c }, bgscale = scale })
frit.write("all_by_place.xy", frit.subtract_background { a, b, c, bgscale = scale })
frit.write("by_step.xy", frit.step("subtract_background", { a, b, c, bgscale = scale }))
frit.write("single.xy", a:subtract_background { background = b, bgscale = 0.5 })
E
frit run inputs.lua
is "two backgrounds for a port that takes many" "$status $(values by_place.xy)" "0 8.5 18 27.5"
is "inputs by name" "$(values by_name.xy)" "8.5 18 27.5"
is "all inputs by place" "$(values all_by_place.xy)" "8.5 18 27.5"
is "frit.step" "$(values by_step.xy)" "8.5 18 27.5"
is "one background" "$(values single.xy)" "9.5 19 28.5"
recipe twice.lua <<'E'
for i = 1, 3 do
    frit.write("twice" .. i .. ".xy", frit.read("a.xy", { x_unit = "1/angstrom" }):subtract_background { "b.xy", bgscale = 1 / 2 })
end
E
frit run -n twice.lua
is "the same step three times is one node" "$(echo "$out" | grep -c ' subtract_background ')" 1
is "written to three files" "$(echo "$out" | grep -c ' write_columns ')" 3
fails "too many inputs" 'x.lua:2: integrate: .*(too many inputs without a name|takes one dataset)' <<'E'
frit.integrate { 1, 2, 3, 4, 5, 6, 7, poni = "cell.poni" }
E
fails "an input that is no data" "x.lua:2: integrate: 'mask' takes data, the name of a file, or numbers, not a boolean" <<'E'
frit.frames { files = "raw/*.tif" }:integrate { poni = "cell.poni", mask = true }
E
fails "a sink's result" "x.lua:3: write_columns: 'curve' was given write_columns, which writes files and gives no data" <<'E'
local w = frit.write("w.xy", frit.read("a.xy", { x_unit = "1/angstrom" }))
frit.write("v.xy", w)
E

recipe files.lua <<'E'
local frames = frit.frames { files = "raw/*.tif" }
local options = { poni = "cell.poni", npt = 9, solid_angle = false, error_model = "none" }
local function with(more)
    local t = {}
    for k, v in pairs(options) do t[k] = v end
    for k, v in pairs(more) do t[k] = v end
    return t
end
frit.write("plain/{name}.xy", frames:integrate(options))
frit.write("dark/{name}.xy", frames:integrate(with { dark = "raw/f_0001.tif" }))
frit.write("half/{name}.xy", frames:integrate(with { monitor = 2 }))
frit.write("each/{name}.xy", frames:integrate(with {
    monitor = frit.concat { frit.constant(1), frit.constant(2), frit.constant(4), frit.constant(1), frit.constant(1) } }))
frit.write("list/{name}.xy", frames:integrate(with { monitor = frit.numbers { 1, 2, 4, 1, 1 } }))
E
frit run files.lua
is "the name of a file for an input" "$status $(values dark/f_0001.xy | tr ' ' '\n' | sort -u)" "0 0"
# Halves and quarters of what 12 digits show: two roundings of half a unit in the last place, 1e-11.
ratio() { test -s "$1" || echo "no $1"; numbers "$1" | paste -d ' ' - $2 | awk -v r="$3" '{ d = $2 / $4 / r - 1; if (NF != 4 || d > 1e-11 || d < -1e-11) print }'; }
numbers plain/f_0003.xy >plain3.txt
is "a number for an input" "$(ratio half/f_0003.xy plain3.txt 0.5)" ""
is "a number for each element" "$(ratio each/f_0003.xy plain3.txt 0.25)" ""
is "a list of numbers, one for each" "$(for f in 1 2 3 4 5; do numbers list/f_000$f.xy; done)" \
    "$(for f in 1 2 3 4 5; do numbers each/f_000$f.xy; done)"
fails "a file that no reader knows" "x.lua:2: .*no reader knows files named like 'cell.poni'; known are .*\\*.tif" <<'E'
frit.frames { files = "raw/*.tif" }:integrate { poni = "cell.poni", mask = "cell.poni" }
E
recipe series_of_files.lua <<'E'
local curves = frit.read({ "b.xy", "a.xy" }, { x_unit = "1/angstrom" })
print(#curves)
frit.write("copy/{name}.xy", curves)
E
frit run series_of_files.lua
is "a list of names is a series in its order" "$out $(ls copy | paste -s -d ' ' -) $(values copy/a.xy)" "2 a.xy b.xy 10 20 30"

# ---- Samples ----

says "a sample is checked where it is written" "error: x.lua:3: a sample has no 'densty': did you mean 'density'?" <<'E'

frit.sample { composition = "SiO2", densty = "2.2 g/cm^3" }
E
fails "no sample at all" 'x.lua:2: a sample is a table: frit.sample ' <<'E'
frit.sample "SiO2"
E
fails "its values where they are used" 'x.lua:4: normalise: in the sample, composition: .*"Cx" is no element' <<'E'
local s = frit.sample { composition = "Zr52.5Cx17" }
local iq = frit.frames { files = "raw/*.tif" }:integrate { poni = "cell.poni" }
iq:normalise { sample = s }
E

# ---- Failures ----

cp -r raw bad
head -c 900 raw/f_0002.tif >bad/f_0002.tif
recipe mask.lua <<'E'
local frames = frit.frames { files = "bad/*.tif", on_error = frit.setting("on_error", "mask") }
frit.write("masked/{name}.xy", frames:integrate { poni = "cell.poni", npt = 9 })
E
frit run mask.lua
is "on_error = \"mask\" goes on without an element" "$status $(ls masked | wc -l | tr -d ' ')" "3 4"
frit run mask.lua --set on_error=stop
is "\"stop\" does not" "$status" 1
frit run mask.lua --set on_error=ignore
like "anything else is refused" "$status $err" '^1 error: mask.lua:2: read_image: on_error is "stop" or "mask"'

recipe x.lua <<'E'
local frames = frit.frames { files = "raw/*.tif" }
local axis = frit.step("read_column", { file = "log.csv", column = "time", on_error = "mask" })
frit.write("axis/{name}.xy", frames:along(axis, "T", "K"):integrate { poni = "cell.poni" })
E
frit run x.lua
like "an axis that cannot be read ends the run, even where elements may be missing" "$status $(echo "$err" | tail -n 1)" \
    '^1 error: x.lua:3: read_column: /.*log.csv: no column is called "time"'

# ---- Tables that make no sense ----

for table in 'local t = {} t[1] = t' 'local t = {} for i = 1, 100000 do t = { t } end'; do
    fails "lists without an end are no parameter" 'x.lua:3: read_columns: files is .* not a table' <<E
$table
frit.step("read_columns", { files = t })
E
    fails "and no input" "x.lua:3: subtract_background: 'background' was given lists in lists without an end" <<E
$table
frit.read("a.xy", { x_unit = "1/angstrom" }):subtract_background { t }
E
done
fails "a list knows its own length" 'x.lua:2: constant: a number or a list of numbers is wanted' <<'E'
frit.constant(setmetatable({ "a" }, { __len = function() return 1 << 62 end }))
E
for list in '{}' 3 '{ 1, "K" }'; do
    fails "a series of numbers is a list of numbers: $list" \
        'x.lua:2: numbers: a list of numbers is wanted, one for each element' <<E
frit.numbers($list)
E
done
for key in '[0]' '[true]' '[7]' '[2.5]'; do
    fails "nothing of a table is passed over: $key" 'x.lua:2: mean: the table has an entry that is neither named' <<E
frit.mean { frit.frames { files = "raw/*.tif" }, $key = 1 }
E
done
fails "names of files are UTF-8" 'x.lua:2: read_columns: files is a text that is not UTF-8' <<'E'
frit.step("read_columns", { files = "\xff.xy" })
E
for use in 'x[1]' 'x:select(1, 1)' 'x:stack()' 'x:along({ 1 }, "T", "K")' 'x:draws { x }' 'frit.concat { x }'; do
    fails "what writes a file gives no data: $use" 'x.lua:3: .*(it writes files and gives no data|a list of series)' <<E
local x = frit.write("never.xy", frit.read("a.xy", { x_unit = "1/angstrom" }))
local y = $use
E
done

fails "a chain that grows without end ends" 'x.lua:3: subtract_background: 5000 steps stand one behind the other' <<'E'
local b = frit.read("a.xy", { x_unit = "1/angstrom" }) local x = b
while true do x = x:subtract_background { b } end
E

# ---- Settings ----

recipe settings.lua <<'E'
print(frit.setting("n", 3) + 1, frit.setting("yes", false), frit.setting("word", "a"), frit.setting("none"))
E
frit run settings.lua --set n=4 --set yes=true --set word=b
is "settings have the type of their default" "$(echo "$out" | tr '\t' ' ')" "5 true b nil"
frit run settings.lua --set yes=maybe
like "which is checked" "$status $err" '^1 error: settings.lua:2: --set yes=maybe: true or false is wanted'

# ---- Lines ----

mkdir -p lib
cat >lib/helpers.lua <<'E'
local helpers = {}
function helpers.curves(frames)
    return frames:integrate { ponni = "cell.poni" }
end
return helpers
E
recipe lines.lua <<'E'
local function curves(frames)
    return frames:integrate { ponni = "cell.poni" }
end
local frames = frit.frames { files = "raw/*.tif" }

curves(frames)
E
frit run lines.lua
like "an error inside of a function of the recipe has that line" "$err" "^error: lines.lua:3: integrate: there is no parameter 'ponni': did you mean 'poni'\\?"
fails "one inside of the library the line that called it" 'x.lua:3: read_image: files: ' <<'E'

local frames = frit.frames { files = "nowhere/*.tif" }
E
fails "the library's own checks too" "x.lua:2: frames: which files\\? frit.frames \\{ files = " <<'E'
frit.frames { file = "raw/*.tif" }
E
fails "and Lua's own errors there" 'x.lua:2: attempt to ' <<'E'
frit.frames { files = "raw/*.tif", axis = setmetatable({}, { __index = function() return {} + 1 end }) }
E
fails "a module beside the recipe has its own lines" "helpers.lua:3: integrate: there is no parameter 'ponni'" <<'E'
local helpers = require "lib.helpers"
helpers.curves(frit.frames { files = "raw/*.tif" })
E
sed -i.orig 's/ponni/poni/' lib/helpers.lua
says "and is found there" "5" <<'E'
print(#require "lib.helpers".curves(frit.frames { files = "raw/*.tif" }))
E
mkdir elsewhere && cp x.lua lib cell.poni raw -r elsewhere 2>/dev/null
frit run "$work/elsewhere/x.lua"
is "wherever the program is started" "$status $out" "0 5"
fails "a mistake while the data are read has the line of its step" 'x.lua:4: transform: ' <<'E'
local a = frit.read("a.xy", { x_unit = "1/angstrom", x_name = "Q" })

local g = a:transform { qmin = 5, qmax = 6 }
frit.write("never.xy", g)
E

plan
