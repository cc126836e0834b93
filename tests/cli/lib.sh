# What the tests of the program share: TAP, a fresh folder and store of their own, frames to work on.
# Each test begins with:  . "$(dirname "$0")/lib.sh"   and ends with: plan
# SPDX-License-Identifier: GPL-3.0-or-later
set -u
: "${FRIT:?FRIT is the built program}"

here=$(cd "$(dirname "$0")" && pwd)
tools=${FRIT_TEST_TOOLS:-$(cd "$(dirname "$FRIT")/../tests/cli" && pwd)}   # make_frames, peak
header=$(cd "$here/../../core" && pwd)                    # plugin.h
work=$(mktemp -d "${TMPDIR:-/tmp}/frit-test.XXXXXX") || exit 99
work=$(cd "$work" && pwd -P)
clean_up() { rm -rf "$work"; }
trap 'clean_up' EXIT
trap 'exit 1' HUP INT TERM
cd "$work" || exit 99
FRIT_STORE=$work/store
FRIT_PLUGIN_PATH=
export FRIT_STORE FRIT_PLUGIN_PATH
unset FRIT_SYSTEM_PLUGIN_PATH FRIT_SCRIPT_PATH FRIT_THREADS FRIT_DEBUG NO_COLOR

# ---- TAP ----

tests=0

# ok WHAT COMMAND ...: the command succeeds.
ok()
{
    tests=$((tests + 1))
    what=$1
    shift
    if "$@"; then
        echo "ok $tests - $what"
    else
        echo "not ok $tests - $what"
        echo "#   failed: $*"
    fi
}

# is WHAT GOT WANTED
is()
{
    tests=$((tests + 1))
    if [ "$2" = "$3" ]; then
        echo "ok $tests - $1"
    else
        echo "not ok $tests - $1"
        printf '%s\n' "got: $2" "wanted: $3" | sed 's/^/#   /'
    fi
}

# like WHAT TEXT PATTERN: an extended regular expression that matches a line of the text.
like()
{
    tests=$((tests + 1))
    if printf '%s\n' "$2" | grep -Eq -e "$3"; then
        echo "ok $tests - $1"
    else
        echo "not ok $tests - $1"
        printf '%s\n' "got: $2" "wanted: $3" | sed 's/^/#   /'
    fi
}

unlike()
{
    tests=$((tests + 1))
    if printf '%s\n' "$2" | grep -Eq -e "$3"; then
        echo "not ok $tests - $1"
        printf '%s\n' "got: $2" "not wanted: $3" | sed 's/^/#   /'
    else
        echo "ok $tests - $1"
    fi
}

# skip WHAT WHY
skip()
{
    tests=$((tests + 1))
    echo "ok $tests - $1 # SKIP $2"
}

diag() { printf '%s\n' "$*" | sed 's/^/# /'; }

# The last line of a test: one that ends early has no plan, and fails.
plan() { echo "1..$tests"; }

# ---- Running ----

# run COMMAND ...: its output in $out and $err, its exit status in $status.
run()
{
    "$@" >"$work/.out" 2>"$work/.err"
    status=$?
    out=$(cat "$work/.out")
    err=$(cat "$work/.err")
}

frit() { run "$FRIT" "$@"; }

# recipe NAME: standard input, with the library at hand.
recipe() { { echo 'local frit = require "frit"'; cat; } >"$1"; }

# A flat detector of 1 mm pixels, 200 mm from the sample, whose middle the beam meets.
# poni FILE ROWS COLUMNS
poni()
{
    awk -v rows="$2" -v columns="$3" 'BEGIN {
        print "poni_version: 2"
        print "Detector: Detector"
        print "Detector_config: {\"pixel1\": 0.001, \"pixel2\": 0.001, \"max_shape\": null}"
        print "Distance: 0.2"
        printf "Poni1: %.4f\nPoni2: %.4f\n", rows * 0.0005, columns * 0.0005
        print "Rot1: 0\nRot2: 0\nRot3: 0\nWavelength: 2e-11"
    }' >"$1"
}

frames() { "$tools/make_frames" "$@"; }

# Files below a folder with their content, but for Frit's own records.
digest_of() { (cd "$1" && find . -name .frit -prune -o -type f -print | LC_ALL=C sort | xargs cksum); }

# The numbers of a file of columns, comments left out.
numbers() { grep -v '^#' "$1"; }

sanitized() { grep -q __asan_init "$FRIT"; }

# A compiler for the plugins that tests write; its flags are those of the build.
CC=${CC:-cc}
compile() { $CC -std=c11 -O2 -fPIC -shared -fvisibility=hidden -ffp-contract=off -Wall -Wextra -I"$header" "$@"; }
