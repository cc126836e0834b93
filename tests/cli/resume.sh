# A run that is killed at any moment: the next one ends with the same bytes, and computes nothing again that was
# finished.  Finished is an element whose pack was renamed into its place in the store.
# SPDX-License-Identifier: GPL-3.0-or-later
. "$(dirname "$0")/lib.sh"
. "$here/modules.sh"

kills=8
[ -n "${FRIT_LONG:-}" ] && kills=20
mkdir raw
frames raw/f 200 24 32 5
poni cell.poni 24 32

recipe series.lua <<'E'
local curves = frit.frames { files = "raw/f_*.tif" }:integrate { poni = "cell.poni", npt = 20 }:toil { tag = "curve", ms = 2 }
local height = curves:highest { tag = "height", ms = 1 }
local rest = curves:subtract_background { curves:mean() }:highest { tag = "rest" }
frit.table("out/height.csv", { height, rest, digits = 17 })
frit.write("out/mean.xye", curves:mean(), { digits = 17 })
frit.write("out/{name}.xye", curves:select(1, 40), { digits = 17 })
E

seconds() { date +%s.%N 2>/dev/null | sed 's/\.N$//'; }   # whole ones, where date knows no others

began=$(seconds)
frit run -j 2 series.lua
is "a run that nobody disturbs" "$status" 0
lasts=$(echo "$began $(seconds)" | awk '{ t = $2 - $1; print (t > 0.05) ? t : 0.5 }')
wanted=$(digest_of out)
is "computes each element once" "$(times_of curve) $(times_of height) $(times_of rest)" "200 200 200"
diag "it lasts $lasts s"

# foretold LINE STEP: how many elements of the step -n says are to be computed.
foretold() { printf '%s\n' "$out" | awk -v line="$1" -v step="$2" '$1 == line && $2 == step { print $4; exit }'; }

# A thread holds back at most the pack that is being filled and one that is being written.
threads=2
may_be_lost=$((threads * 2 * 8))
same=0 exact=0 most_lost=0 late=0
moments=$(awk -v n="$kills" -v t="$lasts" 'BEGIN { srand(20); for (k = 0; k < n; k++) printf "%.3f\n", rand() * t }')
for moment in $moments; do
    rm -rf "$FRIT_STORE" out
    forget
    "$FRIT" run -j $threads --progress none series.lua &
    sleep "$moment"
    kill -9 $! 2>/dev/null || late=$((late + 1))
    wait $! 2>/dev/null
    made=$(times_of curve)
    frit run -n series.lua
    need="$(foretold series.lua:2 toil) $(foretold series.lua:3 highest) $(foretold series.lua:4 highest)"
    lost=$((made - 200 + ${need%% *}))
    [ "$lost" -gt "$most_lost" ] && most_lost=$lost
    forget
    frit run -j $threads series.lua
    [ "$status $(digest_of out)" = "0 $wanted" ] && same=$((same + 1))
    again="$(times_of curve) $(times_of height) $(times_of rest)"
    different="$(elements_of curve) $(elements_of height) $(elements_of rest)"
    if [ "$again" = "$need" ] && [ "$again" = "$different" ]; then
        exact=$((exact + 1))
    else
        diag "killed after $moment s: -n wanted $need elements, computed were $again, of them different $different"
    fi
done
is "killed at $kills moments, every rerun ends with the same bytes" "$same" "$kills"
is "and computes what was not finished, each element once, and nothing else" "$exact" "$kills"
diag "figure: elements computed and lost by a kill: $most_lost (at most $may_be_lost)"
ok "few elements are lost by a kill" test "$most_lost" -le "$may_be_lost"
diag "$late of the kills came after the end"
ok "not all came after the end" test "$late" -lt "$kills"

# ---- Killed again and again, on one store ----

rm -rf "$FRIT_STORE" out
forget
finished=0 rounds=0 back=0
while [ "$rounds" -lt 6 ]; do
    "$FRIT" run -j $threads --progress none series.lua &
    sleep "$(echo "$lasts" | awk '{ print $1 / 5 }')"
    kill -9 $! 2>/dev/null
    wait $! 2>/dev/null
    frit run -n series.lua
    now=$((200 - $(foretold series.lua:2 toil)))
    [ "$now" -lt "$finished" ] && back=$((back + 1))
    finished=$now
    rounds=$((rounds + 1))
done
frit run -j $threads series.lua
is "killed $rounds times on one store, it ends with the same bytes" "$status $(digest_of out)" "0 $wanted"
is "what was finished stays so" "$back" 0
computed=$(times_of curve)
ok "each kill cost few elements: $computed computed for 200" test "$computed" -le $((200 + rounds * may_be_lost))

# ---- Long elements are written before their pack is full ----

recipe long.lua <<'E'
local curves = frit.frames { files = "raw/f_000*.tif" }:integrate { poni = "cell.poni", npt = 20 }:toil { tag = "long", ms = 400 }
frit.write("long.xye", curves:mean())
E
"$FRIT" run -j 1 --progress none long.lua &
sleep 2.3
kill -9 $! 2>/dev/null
wait $! 2>/dev/null
made=$(times_of long)
frit run -n long.lua
done_of_9=$((9 - $(foretold long.lua:2 toil)))
ok "of $made long elements $done_of_9 were finished after two seconds" test "$done_of_9" -ge 3

plan
