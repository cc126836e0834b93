# The whole study, from simulated raw files to figures, tables and verify.csv: what it leaves, what a second run and one
# changed setting compute, and that verify.csv fails where a correction is left out.
# SPDX-License-Identifier: GPL-3.0-or-later
. "$(dirname "$0")/lib.sh"

# The recipes, for a panel of 256 x 256 pixels: fewer points of Q, so that none is empty.  Frames 9 K apart leave one in
# each stretch of temperature that conclusions are drawn from.
frames=52
mkdir paper
cp "$here"/../../scripts/paper/*.lua paper
chmod u+w paper/*.lua
settings() { sed "s/npt = 2000/npt = 1000/;$1" "$here/../../scripts/paper/settings.lua" >paper/settings.lua; }
settings ''

study() { frit run "$@" paper/paper.lua --set raw=raw --set out=out; }
names_of() { cut -d, -f1 "$1"; }   # of a quoted quantity what is before its comma

frit simulate bam11 raw --frames $frames --size 256 --progress none
is "an experiment is simulated" "$status" 0

# ---- What it leaves ----

study
is "the study runs" "$status" 0
like "computes" "$err" '[0-9]+ elements computed'
missing=
for figure in fig3 fig4 fig5 fig6; do
    for kind in pdf svg png; do
        [ -s out/$figure.$kind ] || missing="$missing $figure.$kind"
    done
    pdftotext out/$figure.pdf - | grep -q 'Simulated data' || missing="$missing 'Simulated-data'-in-$figure.pdf"
done
for sample in AC CR HPT; do
    for table in fig3-$sample-S fig3-$sample-delta-S fig4-$sample fig4-$sample-splines fig5-$sample-G \
        fig5-$sample-shells fig5-$sample-splines fig6c-$sample; do
        numbers out/$table.csv 2>"$work/.null" | grep -q '^[0-9.]' || missing="$missing $table.csv"
    done
    for table in fig4-$sample fig5-$sample-shells fig6c-$sample; do
        [ "$(numbers out/$table.csv | grep -c '^[0-9.]')" = $frames ] || missing="$missing rows-of-$table.csv"
    done
done
numbers out/fig6b.csv | grep -q '^[0-9.]' || missing="$missing fig6b.csv"
is "all figures, as PDF, SVG and PNG, and the tables behind each panel" "$missing" ""

is "verify.csv has the columns" "$(head -n 1 out/verify.csv)" "quantity,sample,truth,found,sigma,tolerance,ok"
missing=
for quantity in 'FSDP moment' 'FSDP area' 'r1 area' 'r6 area' 'T_r (FSDP area)' 'share change 1-atom' \
    'share change 2-atom' 'share change 3-atom' 'share change 4-atom' 'alpha rho0' 'S rms' 'G rms'; do
    for sample in AC CR HPT; do
        grep -Fq "$quantity,$sample," out/verify.csv || missing="$missing '$quantity' of $sample"
    done
done
grep -q '^"*conclusion: ' out/verify.csv || missing="$missing conclusions"
is "and a row for each quantity of each sample" "$missing" ""
diag "$(grep -c 'true$' out/verify.csv) rows are true, $(grep -c 'false$' out/verify.csv) are not, with few frames on a coarse panel"
cp out/verify.csv first.csv

# ---- Again, and with one setting changed ----

study
is "a second run computes nothing" "$status $(printf '%s\n' "$err" | grep -c 'nothing to compute')" "0 1"
again=0
for turn in 1 2 3 4; do
    study -n
    again=$((again + $(printf '%s\n' "$out" | awk '$4 ~ /^[0-9]+$/ { n += $4 } END { print n + 0 }')))
done
is "nor would four more" "$again" 0

# to_compute STEP [FILE]: how many elements of a step -n says are to be computed, of a recipe's file.
to_compute() { printf '%s\n' "$out" | awk -v step="$1" -v file="${2-}" '$2 == step && index($1, file) == 1 { n += $4 } END { print n + 0 }'; }

settings 's/window = { 2.0, 3.3 }/window = { 2.0, 3.4 }/'
study -n
is "another window of the first peak: all its frames again" "$(to_compute fsdp)" $((3 * frames))
spared=
for step in read_image integrate subtract_background correct_absorption compton multiple_scattering normalise transform \
    difference value_at shells pair_distribution connection_modes; do
    spared="$spared$(to_compute $step)"
done
is "and none of I(Q), S(Q), G(r), shells, modes" "$spared" 0000000000000
is "of the figures the one that shows it" \
    "$(to_compute figure fig3) $(to_compute figure fig4) $(to_compute figure fig5) $(to_compute figure fig6)" "0 1 0 0"
foretold=$(printf '%s\n' "$out" | awk '$4 ~ /^[0-9]+$/ && $2 !~ /^(figure|write_)/ { n += $4 } END { print n }')
study
like "and the run computes as many as it foretold, files not counted" "$err" "^$foretold elements computed"
ok "its rows are others" test "$(grep '^FSDP' out/verify.csv)" != "$(grep '^FSDP' first.csv)"
is "the rest are the same" "$(grep '^r[16] area' out/verify.csv)" "$(grep '^r[16] area' first.csv)"
settings ''

# ---- One correction left out ----

grep ',HPT,' first.csv >with.csv

# failing CORRECTION: rows of one sample that are true with it and false without it, to failing.csv.
failing()
{
    frit run paper/paper.lua --set raw=raw --set out=less --set samples=HPT --set "without=$1"
    is "without $1 the study runs" "$status" 0
    grep ',HPT,' less/verify.csv >without.csv
    is "and has the same rows" "$(names_of without.csv)" "$(names_of with.csv)"
    paste -d '|' with.csv without.csv | awk -F '|' '$1 ~ /,true$/ && $2 ~ /,false$/ { print $2 }' >failing.csv
    diag "without $1 $(grep -c . failing.csv) of $(grep -c 'true$' with.csv) rows that were true are false"
}

failing compton
ok "without Compton scattering rows of verify.csv turn false" test -s failing.csv
ok "and the scale is off" grep -q '^alpha rho0,' failing.csv

if [ -n "${FRIT_LONG:-}" ]; then
    for correction in oblique polarization background absorption multiple laue; do
        failing $correction
        ok "without $correction rows of verify.csv turn false" test -s failing.csv
    done
fi

plan
