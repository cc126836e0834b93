# A lab's plugin against an installed Frit: built in a folder of its own with nothing but a compiler
# and pkg-config, found, listed, explained and used.
#
# Called by "make installcheck" with FRIT (the installed program), PLUGINDIR and SCRIPTDIR (where its plugins
# and Lua modules were installed), PLUGIN_SOURCE, CC, PKG_CONFIG and, where Frit was installed below DESTDIR,
# the environment that leads it there.
# SPDX-License-Identifier: GPL-3.0-or-later
set -eu
work=$(mktemp -d "${TMPDIR:-/tmp}/frit-installcheck.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
FRIT_STORE=$work/store
FRIT_PLUGIN_PATH=$work/plugins
export FRIT_STORE FRIT_PLUGIN_PATH
mkdir "$work/plugins" "$work/analysis"
cd "$work/analysis"

fail()
{
    echo "installcheck: $1" >&2
    [ -z "${2-}" ] || sed 's/^/    /' "$2" >&2
    exit 1
}

# ---- Frit's own, before the lab's plugin is there ----

"$FRIT" plugins >plugins.txt 2>&1 || fail "frit plugins failed" plugins.txt
for step in read_image integrate mean subtract_background normalise transform write_columns; do
    grep -q "^    $step " plugins.txt || fail "the installed program has no step $step" plugins.txt
done
! grep '^[a-z]' plugins.txt | grep -v '^refused' | grep -Fqv "($PLUGINDIR/" || fail "plugins that are not in $PLUGINDIR" plugins.txt
! grep -q '^refused' plugins.txt || fail "plugins were refused" plugins.txt

cat >where.lua <<'E'
require "frit"
print(package.searchpath("frit", package.path))
E
"$FRIT" run where.lua >where.txt 2>/dev/null
[ "$(cat where.txt)" = "$SCRIPTDIR/frit/init.lua" ] || fail "Lua modules that are not those in $SCRIPTDIR" where.txt

# ---- Build ----

flags=$($PKG_CONFIG --cflags frit-1) || fail "pkg-config does not know frit-1"
cp "$PLUGIN_SOURCE" "$work/plugins/lab_polynomial.c"
# shellcheck disable=SC2086
$CC -std=c11 -O2 -Wall -Wextra -Werror -shared -fPIC $flags -Wl,-z,defs \
    "$work/plugins/lab_polynomial.c" -o "$work/plugins/lab_polynomial.so" >build.txt 2>&1 ||
    fail "the plugin does not build with $flags" build.txt

# ---- Look ----

"$FRIT" plugins >plugins.txt 2>&1
grep -q '^lab 1, MIT .*/lab_polynomial.so' plugins.txt || fail "frit plugins does not list the lab's module" plugins.txt
grep -q '^    lab_polynomial ' plugins.txt || fail "frit plugins does not list the lab's step" plugins.txt
"$FRIT" help lab_polynomial >help.txt 2>&1 || fail "frit help failed" help.txt
for text in '^## lab_polynomial' 'coefficients.*list of numbers.*required' "I'(Q) = I(Q) / s(Q)" 'origin.*1/angstrom'; do
    grep -q "$text" help.txt || fail "frit help does not say: $text" help.txt
done

# ---- Use: s = 2 + 0.5 (Q - 1), so that 60 counts become 60/s ----

awk 'BEGIN { print "# Q I sigma"; for (i = 0; i < 20; i++) print 1 + i / 4, 60, 6 }' >curve.xye
cat >lab.lua <<'E'
local frit = require "frit"
local iq = frit.read("curve.xye", { x_unit = "1/angstrom", x_name = "Q", sigma = "3" })
frit.write("corrected.xye", iq:lab_polynomial { coefficients = { 2, 0.5 }, origin = "10 1/nm" })
E
"$FRIT" run lab.lua >run.txt 2>&1 || fail "the recipe failed" run.txt
grep -v '^#' corrected.xye >numbers.txt
# The file has 12 digits.
awk 'function off(a, b) { return a > b * (1 + 1e-11) || a < b * (1 - 1e-11) }
    { s = 2 + 0.5 * ($1 - 1); if (NF != 3 || off($2, 60 / s) || off($3, 6 / s)) { print; bad = 1 } n++ }
    END { exit bad || n != 20 }' numbers.txt >wrong.txt || fail "wrong numbers" corrected.xye
"$FRIT" run lab.lua >run.txt 2>&1
grep -q '^nothing to compute' run.txt || fail "a second run computes" run.txt

sed 's/2, 0.5/2, -0.5/' lab.lua >bad.lua
if "$FRIT" run bad.lua >run.txt 2>&1; then fail "a sensitivity below 0 is accepted" run.txt; fi
grep -q '^error: bad.lua:3: lab_polynomial: .*the sensitivity is 0 at Q = 5 ' run.txt || fail "a poor error" run.txt
sed 's/coefficients/coeficients/' lab.lua >bad.lua
if "$FRIT" run bad.lua >run.txt 2>&1; then fail "an unknown parameter is accepted" run.txt; fi
grep -q "^error: bad.lua:3: lab_polynomial: .*did you mean 'coefficients'" run.txt || fail "a poor error" run.txt
echo "installcheck: a plugin built outside of the tree is found, explained and right"
