# The same bits, whatever the number of threads, and wherever a plugin was built.
# SPDX-License-Identifier: GPL-3.0-or-later
. "$(dirname "$0")/lib.sh"

mkdir raw
frames raw/f 70 64 96 5          # more than one pack of the store
poni cell.poni 64 96

recipe chain.lua <<'E'
local out = frit.folder("out", "out")
local frames = frit.frames { files = "raw/*.tif" }
local mean = frames:select(1, 9):mean()
local curves = frames:integrate { poni = "cell.poni", npt = 50, split = "full", dark = mean, polarization_factor = 0.9 }
frit.write(out .. "/{name}.xye", curves, { digits = 17 })
frit.write(out .. "/mean.xye", curves:mean(), { digits = 17 })
E

# ---- Threads ----

for threads in 1 2 7; do
    rm -rf "$FRIT_STORE"
    frit run -j $threads chain.lua --set out=out$threads
    is "a run on $threads threads succeeds" "$status" 0
done
is "it writes a file for each frame, and one for all" "$(ls out1 | wc -l | tr -d ' ')" 71
is "2 threads: the same bytes as 1" "$(digest_of out2)" "$(digest_of out1)"
is "7 threads: the same bytes as 1" "$(digest_of out7)" "$(digest_of out1)"
frit run -j 3 chain.lua --set out=out1
like "the number of threads is no part of a key" "$err" '^(nothing to compute|0 elements computed)'
rm -rf out2
frit run -j 2 chain.lua --set out=out2
is "what comes from the store has the same bytes" "$(digest_of out2)" "$(digest_of out1)"
FRIT_STORE=/dev/null/none "$FRIT" run chain.lua --set out=out_without 2>/dev/null
is "without a store: the same bytes" "$(digest_of out_without)" "$(digest_of out1)"

FRIT_STORE=$work/stalled FRIT_STALL=1 frit run -j 7 chain.lua --set out=out_stalled
is "threads that sleep at random: the same bytes" "$(digest_of out_stalled)" "$(digest_of out1)"
rm -rf out2
FRIT_VERIFY=1 frit run -j 2 chain.lua --set out=out2
is "what is in the store stands FRIT_VERIFY" "$status" 0
is "and gives the same bytes" "$(digest_of out2)" "$(digest_of out1)"

# ---- A plugin that is built again elsewhere is the same plugin ----

modules=$(dirname "$FRIT")/../plugins
azimuthal=$modules/azimuthal/.libs/azimuthal.so
if [ -f "$azimuthal" ]; then
    mkdir copies
    cp "$azimuthal" copies/azimuthal.so
    FRIT_PLUGIN_PATH=$work/copies frit plugins
    like "a copy in a folder of one's own hides the built one" "$out" "copies/azimuthal.so"
    FRIT_PLUGIN_PATH=$work/copies frit run chain.lua --set out=out1
    like "and computes nothing" "$err" '^nothing to compute'
else
    skip "a copy in a folder of one's own hides the built one" "plugins lie elsewhere: $azimuthal"
    skip "and computes nothing" "plugins lie elsewhere"
fi

plugin_source()
{
    cat <<E
#include "plugin.h"
#include <assert.h>
#include <time.h>
static const frit_port in[] = { { .name = "curve", .unit = "*", .ndim = 1, .axis_unit = { "*" }, .doc = "x" }, { 0 } };
static const frit_port out[] = { { .name = "curve", .unit = "@curve", .ndim = 1, .axis_name = { "@curve.0" },
                                   .axis_unit = { "@curve.0" }, .doc = "x" }, { 0 } };
static frit_status run(frit_call *c)
{
    frit_buffer *b = c->host->output_like(c, 0, 0);
    if (!b)
        return FRIT_ENOMEM;
    for (size_t i = 0; i < b->shape[0]; i++)
        b->value[i] *= $1;
    return FRIT_OK;
}
static const frit_step steps[] = { { .name = "times", .version = 1, .summary = "x", .doc = "x",
                                     .inputs = in, .outputs = out, .run = run } };
static const frit_module m = { FRIT_SIZES, .n_steps = 1, .name = "times", .version = "1", .steps = steps };
const frit_module *frit_module_v1(void) { return &m; }
E
}

recipe times.lua <<'E'
local curves = frit.frames { files = "raw/f_000*.tif" }:integrate { poni = "cell.poni", npt = 20 }
frit.write("times/{name}.xy", curves:times())
E
mkdir -p here far/away/from/here
plugin_source 2 >here/times.c
plugin_source 2 >far/away/from/here/times.c
if (cd here && compile -g -ffile-prefix-map="$work/here"=. -Wl,-z,defs "$work/here/times.c" -o times.so) 2>compile.txt &&
    (cd far && compile -g -Wl,-z,defs away/from/here/times.c -o times.so) 2>>compile.txt; then
    FRIT_PLUGIN_PATH=$work/here frit run times.lua
    like "a plugin of one's own is run" "$err" '^[1-9][0-9]* elements computed'
    rm -rf times
    FRIT_PLUGIN_PATH=$work/far frit run times.lua
    like "built again in another folder, it computes nothing" "$err" '^0 elements computed, 9 files written'
    FRIT_PLUGIN_PATH=$work/here frit run times.lua
    like "the first one again has nothing to do" "$err" '^nothing to compute'
    plugin_source 3 >far/times.c
    compile far/times.c -o far/times.so
    FRIT_PLUGIN_PATH=$work/far frit run times.lua
    like "with another factor, it computes its step, and that alone" "$err" '^9 elements computed, 9 files written'
    # A step that looks at the clock: the same inputs do not give the same bits.
    plugin_source '(double)time(NULL)' >far/times.c
    compile far/times.c -o far/times.so
    FRIT_PLUGIN_PATH=$work/far frit run times.lua
    rm -rf times
    sleep 1.1
    FRIT_PLUGIN_PATH=$work/far FRIT_VERIFY=1 frit run times.lua
    is "FRIT_VERIFY finds a step that looks at the clock" "$status" 1
    like "and names it" "$err" '^error: times.lua:3: times: element [1-9] .*is not what the same inputs give now'
else
    diag "$(cat compile.txt)"
    for what in run elsewhere again changed verify name; do
        skip "a plugin that is built here: $what" "$CC does not build it"
    done
fi

plan
