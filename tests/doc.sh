# The documentation says what is there: the step reference is the program's own text, steps and files
# that the pages name exist, the templates compile without a warning and give the steps that the pages use,
# and the first recipe of README.md runs.
# SPDX-License-Identifier: GPL-3.0-or-later
set -u
: "${FRIT:?FRIT is the built program}"
top=$(cd "${srcdir:-$(dirname "$0")/..}" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/frit-test.XXXXXX") || exit 99
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
FRIT_STORE=$work/store
FRIT_PLUGIN_PATH=
export FRIT_STORE FRIT_PLUGIN_PATH
unset FRIT_SYSTEM_PLUGIN_PATH FRIT_SCRIPT_PATH FRIT_DEBUG

tests=0

# point STATUS WHAT: a TAP line; where it failed, what is in the file "found" explains it.
point() {
    tests=$((tests + 1))
    if [ "$1" = 0 ]; then
        echo "ok $tests - $2"
    else
        echo "not ok $tests - $2"
        sed 's/^/# /' "$work/found"
    fi
}

# nothing WHAT: the file "found" is empty.
nothing() {
    [ ! -s "$work/found" ]
    point $? "$1"
}

templates=$top/doc/templates
template_steps=$(sed -n 's/.*\.name = "\([a-z_]*\)", \.version = [0-9].*/\1/p' "$templates"/*.c)
"$FRIT" plugins | sed -n 's/^    \([a-z0-9_]*\) .*/\1/p' | sort > "$work/steps"
known() { grep -qx "$1" "$work/steps"; }

# ---- The step reference ----

"$FRIT" help --all > "$work/steps.md"
diff "$top/doc/steps.md" "$work/steps.md" > "$work/found"
point $? "doc/steps.md is what frit help --all prints"

grep -n "$top\|$(dirname "$(dirname "$FRIT")")" "$work/steps.md" > "$work/found"
nothing "it names no folder of this machine"

# ---- Names of steps ----

# README.md's table holds every step, and no other.
sed -n '/^## Steps/,/^## A step/p' "$top/README.md" | grep '^|' | grep -o '`[a-z0-9_]*`' | tr -d '`' | sort > "$work/table"
diff "$work/table" "$work/steps" > "$work/found"
point $? "README.md's table holds the steps that there are"

# In Lua a step follows a colon.
for page in README.md doc/recipes.md doc/plugin-api.md; do
    for name in $(sed -n '/^```lua/,/^```$/p' "$top/$page" | grep -o ':[a-z0-9_]* *[({]' | tr -d ':({ ' | sort -u); do
        case " select stack along draws at between every $(echo $template_steps) " in *" $name "*) continue ;; esac
        known "$name" || echo "$name"
    done > "$work/found"
    nothing "the steps that recipes in $page use exist"
done

# ---- Files that the pages name ----

for page in "$top"/README.md "$top"/HACKING.md "$top"/NEWS.md "$top"/doc/*.md "$top"/doc/decisions/*.md; do
    for link in $(grep -o '](\([^)#:]*\))' "$page" | sed 's/^](//; s/)$//'); do
        [ -e "$(dirname "$page")/$link" ] || echo "${page#"$top"/}: $link"
    done
done > "$work/found"
nothing "links lead to files"

# Chapters of how-it-works.md name the files of core/ that they are about.
for name in $(grep '^## .* — ' "$top/doc/how-it-works.md" | grep -o '`[a-z_*]*\.[][a-z]*`' | tr -d '`'); do
    for file in $(echo "$name" | sed 's/\.\[ch\]$/.c/'); do
        ls "$top"/core/$file > /dev/null 2>&1 || echo "$name"
    done
done > "$work/found"
nothing "the files that doc/how-it-works.md names are in core/"

# Files of code that HACKING.md names, with their folder or without.
for name in $(grep -o '`[a-z0-9_/]*\.\(c\|lua\)`' "$top/HACKING.md" | tr -d '`' | sort -u); do
    ls "$top/$name" "$top"/plugins/*/"$name" 2> /dev/null | grep -q . || echo "$name"
done > "$work/found"
nothing "the files that HACKING.md names exist"

# ---- Every variable that the code reads is in doc/environment.md ----

grep -ho 'getenv("[A-Z_]*")' "$top"/core/*.c "$top"/plugins/*/*.c | sed 's/.*("//; s/").*//' | sort -u |
    while read -r name; do grep -q "\`$name\`" "$top/doc/environment.md" || echo "$name"; done > "$work/found"
nothing "doc/environment.md has every variable that the program reads"

# ---- Templates ----

mkdir -p "$work/include/frit" "$work/plugins"
cp "$top/core/plugin.h" "$work/include/frit/"
for source in "$templates"/*.c; do
    name=$(basename "$source" .c)
    ${CC:-cc} -std=c11 -Wall -Wextra -Wpedantic -Werror -shared -fPIC -I"$work/include" "$source" \
        -o "$work/plugins/$name.so" -lm > "$work/found" 2>&1
    point $? "the template $name.c compiles without a warning"
done
FRIT_PLUGIN_PATH=$work/plugins "$FRIT" plugins > "$work/listed"
for name in $template_steps; do grep -q "^    $name " "$work/listed" || echo "$name"; done > "$work/found"
nothing "the templates' steps are there"
sed -n '/^refused/,$p' "$work/listed" > "$work/found"
nothing "no template is refused"

# What the page shows is in the templates; remarks apart, and the two lines about attributes.
plain() { sed 's|/\*.*\*/||; s/^ *//; s/ *$//' | grep -v '^```' | grep -vx '' | sort -u; }
cat "$templates"/*.c | plain > "$work/templates"
sed -n '/^```c$/,/^```$/p' "$top/doc/plugin-api.md" | grep -v 'attribute(c, 0, "temperature"' | plain |
    comm -23 - "$work/templates" > "$work/found"
nothing "doc/plugin-api.md shows lines of the templates"

# ---- The first recipe ----

mkdir -p "$work/first/tests/data"
cp "$top/tests/data/exact_S_HPT.csv" "$work/first/tests/data/"
sed -n '/^## A recipe/,/^## Steps/p' "$top/README.md" | sed -n '/^```lua/,/^```$/p' | grep -v '^```' > "$work/first/first.lua"
"$FRIT" run --progress none "$work/first/first.lua" > "$work/found" 2>&1
point $? "the recipe in README.md runs"
for suffix in gr pdf png gp dat; do
    [ -s "$work/first/out/first.$suffix" ] || echo "no out/first.$suffix"
done > "$work/found"
nothing "and writes the files that README.md names"

# ---- What the templates do ----

mkdir "$work/lab" && cd "$work/lab" || exit 99
for k in 1 2 3; do
    { echo "# temperature $((290 + 10 * k)) K"; echo '# columns 1/nm count'
      awk -v k="$k" 'BEGIN { for (i = 1; i <= 50; i++) print i, 100 * k }'; } > "run_$k.lab"
done
cat > lab.lua <<'E'
local frit = require "frit"
local runs = frit.frames { files = "run_*.lab", axis = { 300, 310, 320, name = "T", unit = "K" }, on_error = "mask" }
local iq = runs:correct_window { mu = 0.5, thickness = 1, wavelength = "0.1173 angstrom" }
frit.concat { iq:envelope().elements, iq:select(1, 2):envelope().elements }:write_log { file = "n.txt" }
frit.write("highest.txt", runs:envelope().highest)
frit.write("{name}.txt", iq)
local bare = frit.csv("log.csv", "n", "1")
frit.write("bare.txt", frit.concat { bare, bare }:envelope().lowest)
E
printf 'n\n7\n5\n' > log.csv
FRIT_PLUGIN_PATH=$work/plugins "$FRIT" run --progress none lab.lua > "$work/found" 2>&1
point $? "a recipe with the templates runs"
printf 'name\tposition [1]\telements [1]\tsigma\nenvelope\t\t3\t\nenvelope\t\t2\t\n' | diff - n.txt > "$work/found"
point $? "the sink's table holds what the reduction counted"
{ grep '^#L' highest.txt; tail -n 1 highest.txt; } > "$work/found"
printf '#L Q[1/nm] highest[count]\n50 300\n' | diff - "$work/found" > "$work/difference"
point $? "the reader's units are the file's, and the reduction's follow"

grep -v '^#' bare.txt > "$work/found"
printf '1 7\n2 5\n' | diff - "$work/found" > "$work/difference"
point $? "a reduction of curves without an axis has none"

# 1 1/nm is 0.1 1/angstrom: there cos 2 theta = 1 - 2 (0.1 0.1173/4 pi)^2 = 1 - 1.7425e-6, and 100 counts
# become 100 exp(0.5/cos 2 theta) = 164.87227.
head -n 20 run_1.txt > "$work/found"
awk '$1 == 0.1 { found = 1; off = $2 - 164.872271; exit !(off < 1e-5 && off > -1e-5) } END { exit !found }' run_1.txt
point $? "the correction divides by what the window lets through"

echo "1..$tests"
