# For tests that use the modules of tests/modules, and count what their steps do.
# SPDX-License-Identifier: GPL-3.0-or-later
: "${TEST_MODULES:=$(dirname "$FRIT")/../tests/modules/.libs}"
if ! [ -f "$TEST_MODULES/toil.so" ]; then
    echo "1..0 # SKIP the modules of the tests are not built: $TEST_MODULES"
    exit 0
fi
FRIT_PLUGIN_PATH=$TEST_MODULES
FRIT_TEST_WITNESS=$work/witness
export FRIT_PLUGIN_PATH FRIT_TEST_WITNESS

forget() { : >"$FRIT_TEST_WITNESS"; }

# How often a step with this tag has run; for how many different elements.
times_of() { grep -c "^$1 " "$FRIT_TEST_WITNESS"; }
elements_of() { grep "^$1 " "$FRIT_TEST_WITNESS" | sort -u | wc -l | tr -d ' '; }

forget
