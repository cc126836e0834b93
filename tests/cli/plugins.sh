# Plugins as users meet them: what there is, what was refused and why, and which of two is taken.
# SPDX-License-Identifier: GPL-3.0-or-later
. "$(dirname "$0")/lib.sh"

# ---- Frit's own ----

frit plugins
is "frit plugins succeeds" "$status" 0
for step in read_image write_image integrate read_columns write_columns mean normalise transform; do
    like "it lists $step with what it does" "$out" "^    $step +[A-Za-z]"
done
like "and the modules with version, licence and file" "$out" '^azimuthal [^ ]+, GPL-3.0-or-later +\(/.*/azimuthal.so\)'
unlike "none of them is refused" "$out" '^refused'
frit plugins integrate
is "it takes no arguments" "$status" 2

frit help integrate
is "frit help STEP succeeds" "$status" 0
like "it says what the step does" "$out" '^Azimuthal integration'
like "names inputs" "$out" '^- `frame`: image, any unit'
like "outputs with their units and axes" "$out" '^- `intensity`: curve, unit of `frame`; over Q in 1/angstrom'
like "parameters with type, unit and default" "$out" '^- `npt`: whole number; default 1000; 1 to 1e\+06\. '
like "choices" "$out" '^- `split`: one of no, bbox, full, pseudo; default no\. '
like "the method" "$out" '^\*\*Method\*\*'
like "and the reference" "$out" '^Reference: .*doi:'
frit help integrat
is "an unknown step is an error" "$status $err" \
    "1 error: there is no step 'integrat': did you mean 'integrate'? 'frit plugins' lists the steps"
frit help xyzzy
is "where none is near, none is suggested" "$status $err" "1 error: there is no step 'xyzzy'; 'frit plugins' lists the steps"
frit help
is "help without a step is wrong usage" "$status" 2
like "which says where the steps are listed" "$err" "^error: which step\\? frit help STEP; 'frit plugins' lists them"
frit help --all
is "all steps as one page" "$status $(echo "$out" | sed -n 1p)" "0 # Steps"
is "each of them with a method" "$(echo "$out" | grep -c '^## ')" "$(echo "$out" | grep -c '^\*\*Method\*\*')"

# ---- Folders ----

FRIT_SYSTEM_PLUGIN_PATH=$work/none
export FRIT_SYSTEM_PLUGIN_PATH
frit plugins
is "FRIT_SYSTEM_PLUGIN_PATH replaces the folder of Frit's own" "$status$out" 0
FRIT_SYSTEM_PLUGIN_PATH=
frit plugins
is "empty, there are none" "$status$out" 0
recipe none.lua <<'E'
frit.read("curve.xy")
E
frit run none.lua
like "a recipe then has no reader" "$status $err" "^1 error: none.lua:2: no reader knows files named like 'curve.xy'; known are none"
unset FRIT_SYSTEM_PLUGIN_PATH

# ---- Plugins of one's own ----

# plugin NAME STEP FACTOR MORE: a module with a step that multiplies; MORE goes into the step's table.
plugin()
{
    mkdir -p "$(dirname "$1")"
    cat >source.c <<E
#include "plugin.h"
static const frit_port in[] = { { .name = "curve", .unit = "*", .ndim = 1, .axis_unit = { "*" }, .doc = "x" }, { 0 } };
static const frit_port out[] = { { .name = "curve", .unit = "@curve", .ndim = 1, .axis_name = { "@curve.0" },
                                   .axis_unit = { "@curve.0" }, .doc = "x" }, { 0 } };
${5-}
static frit_status run(frit_call *c)
{
    frit_buffer *b = c->host->output_like(c, 0, 0);
    if (!b)
        return FRIT_ENOMEM;
    for (size_t i = 0; i < b->shape[0]; i++)
        b->value[i] *= $3;
    return FRIT_OK;
}
static const frit_step steps[] = { { .name = "$2", .version = 1, .summary = "times $3", .doc = "x",
                                     .inputs = in, .outputs = out, .run = run ${4-} } };
static const frit_module m = { FRIT_SIZES, .n_steps = 1, .name = "own", .version = "1", .steps = steps };
const frit_module *frit_module_v1(void) { return &m; }
E
    compile -Wno-override-init source.c -o "$1" 2>>compile.txt
}

if ! plugin first/own.so magnify 2; then
    diag "$(cat compile.txt)"
    skip "plugins of one's own" "$CC does not build them"
    plan
    exit 0
fi
plugin second/own.so magnify 3
plugin second/other.so also 5

FRIT_PLUGIN_PATH=$work/first:$work/second
frit plugins
like "a plugin is found" "$out" '^own 1 +\(/.*/first/own.so\)'
like "in both folders" "$out" '^own 1 +\(/.*/second/other.so\)'
like "one of the same file name in a later folder is hidden" "$(echo "$out" | grep -A1 'second/own.so')" 'hidden by /.*/first/own.so'
frit help magnify
like "its help is made from its tables" "$out" '^times 2\.'

printf '1 10\n2 20\n' >curve.xy
recipe use.lua <<'E'
frit.write("out.xy", frit.read("curve.xy", { x_unit = "1/angstrom" }):magnify())
E
frit run use.lua
is "the first one is used" "$(numbers out.xy | awk '{ print $2 }' | paste -s -d ' ' -)" "20 40"
FRIT_PLUGIN_PATH=$work/second
frit run use.lua
is "with the folders exchanged, the other" "$(numbers out.xy | awk '{ print $2 }' | paste -s -d ' ' -)" "30 60"

# ---- Refusals ----

mkdir bad
plugin bad/clash.so integrate 2
echo 'int frit_module_v2(void) { return 0; }' >v2.c
$CC -shared -fPIC v2.c -o bad/newer.so
echo 'int other(void) { return 0; }' >nosym.c
$CC -shared -fPIC nosym.c -o bad/nosym.so
echo 'extern int nowhere(void); int frit_module_v1(void) { return nowhere(); }' >undef.c
$CC -shared -fPIC undef.c -o bad/undefined.so
echo "no library" >bad/text.so
echo "a remark" >bad/README
plugin bad/nodoc.so nodoc 2 ', .doc = NULL'
plugin bad/unit.so badunit 2 ', .inputs = wrong' \
    'static const frit_port wrong[] = { { .name = "curve", .unit = "furlog", .ndim = 1, .doc = "x" }, { 0 } };'
plugin bad/name.so 'Bad-Name' 2
sed 's/FRIT_SIZES,/FRIT_SIZES, .abi_minor = 7,/' source.c >future.c
compile -Wno-override-init future.c -o bad/future.so 2>>compile.txt

# reason FILE: of its refusal.
reason() { echo "$out" | awk -v file="/$1" 'found { sub(/^ */, ""); print; exit } index($0, file) && /^    / { found = 1 }'; }
FRIT_PLUGIN_PATH=$work/bad
frit plugins
is "with bad modules frit plugins succeeds all the same" "$status" 0
like "they are listed after the good ones" "$out" '^refused:'
like "a step of a name that there is" "$(reason bad/clash.so)" "^step 'integrate' is defined already, by azimuthal \\(/.*\\): give it another name"
like "a newer interface" "$(reason bad/newer.so)" '^made for version 2 of the plugin interface; this frit has version 1'
like "no entry" "$(reason bad/nosym.so)" '^has no function frit_module_v1\(\): not a frit plugin'
like "a function that is nowhere" "$(reason bad/undefined.so)" 'undefined symbol: nowhere'
like "no library" "$(reason bad/text.so)" '(file too short|invalid ELF header)'
like "no doc" "$(reason bad/nodoc.so)" "^step 'nodoc' has no doc"
like "a unit that is none" "$(reason bad/unit.so)" "furlog"
like "a name that recipes could not write" "$(reason bad/name.so)" "^a step is called 'Bad-Name'; names are lower-case"
like "a newer minor version" "$(reason bad/future.so)" '^needs version 1.7 of the plugin interface; this frit has 1\.[0-9]+: update frit'
unlike "what is no .so is passed by" "$out" 'README'
like "the steps there are stay" "$out" '^    integrate '
recipe still.lua <<'E'
frit.write("out2.xy", frit.read("curve.xy", { x_unit = "1/angstrom" }))
E
frit run still.lua
is "and recipes run" "$status" 0

plan
