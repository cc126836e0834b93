# frit simulate: the raw files of an experiment, the same bytes whatever the number of threads; taken up again
# after a kill and after a full disk; what it refuses.
# SPDX-License-Identifier: GPL-3.0-or-later
. "$(dirname "$0")/lib.sh"

simulate() { frit simulate bam11 "$@" --size 64 --set multiple=none --progress none; }
refused() { like "$1" "$status $err" "^$2 error: $3"; }

# ---- What it leaves ----

frit simulate bam11 one --size 64 --set multiple=none --frames 4 -j 1 --progress plain
is "an experiment is simulated" "$status" 0
like "and says what it wrote" "$out$err" '[0-9]+ elements computed, 71 files written$'
is "four frames of each sample" "$(ls one | grep -c '^[A-Z]*_000[1-4].tif$')" 12
for file in dark.tif empty.tif flat.tif mask.tif geometry.poni manifest.json AC_log.csv CR_frames.csv truth/HPT.csv; do
    ok "$file is there" test -s "one/$file"
done
is "frames have 16 bit, and nothing else in their strip" "$(wc -c <one/HPT_0001.tif)" $((64 * 64 * 2 + 256))
like "the manifest says that it is simulated" "$(cat one/manifest.json)" '"simulated": true'
like "and what is true" "$(cat one/manifest.json)" '"T_r_of_FSDP_area_K": 550'
if command -v python3 >/dev/null; then
    ok "the manifest is JSON" python3 -c 'import json; json.load(open("one/manifest.json"))'
else
    skip "the manifest is JSON" "no python3 here"
fi
is "the log has a line a second" "$(wc -l <one/AC_log.csv)" 1443
like "which begins before the first frame" "$(sed -n 17p one/AC_log.csv)" '^2026-01-15T09:00:15,302.83$'
is "the list has a line a frame" "$(tail -1 one/HPT_frames.csv)" "HPT_0004.tif,2026-01-15T12:23:45,1"

# ---- The same bytes ----

one=$(digest_of one)
for threads in 2 7; do
    simulate many$threads --frames 4 -j $threads
    is "$threads threads write the same bytes" "$(digest_of many$threads)" "$one"
done
simulate other --frames 4 --seed 2
unlike "another seed writes others" "$(digest_of other | grep HPT_0001)" "$(digest_of one | grep HPT_0001)"
simulate single --frames 4 --samples HPT
is "a sample alone is the same" "$(cksum <single/HPT_0003.tif)" "$(cksum <one/HPT_0003.tif)"

# ---- Again ----

before=$(ls -l --time-style=full-iso one 2>/dev/null || ls -l one)
frit simulate bam11 one --size 64 --set multiple=none --frames 4 --progress plain
like "a second run computes nothing" "$status $out$err" '^0 nothing to compute: 71 files are up to date$'
is "and touches no file" "$(ls -l --time-style=full-iso one 2>/dev/null || ls -l one)" "$before"
rm one/CR_0002.tif
simulate one --frames 4
is "a file that was removed comes back" "$(digest_of one)" "$one"

# ---- Killed ----

for after in 0.05 0.15 0.3 0.5; do
    "$FRIT" simulate bam11 killed --frames 4 --size 64 --set multiple=none --progress none >/dev/null 2>&1 &
    sleep $after
    kill -9 $! 2>/dev/null
    wait $! 2>/dev/null
    for frame in killed/*_0*.tif; do
        [ -e "$frame" ] && [ "$(wc -c <"$frame")" -ne $((64 * 64 * 2 + 256)) ] && echo "$frame" >>halves
    done
done
ok "a killed run leaves no half of a frame" test ! -e halves
simulate killed --frames 4
is "the next run finishes it" "$status $(digest_of killed)" "0 $one"

# ---- A full disk ----

mkdir disk
if mount -t tmpfs -o size=220k tmpfs disk 2>/dev/null; then
    clean_up() { umount "$work/disk" 2>/dev/null; rm -rf "$work"; }
    simulate disk/raw --frames 4
    like "a full disk is an error" "$status $err" '[Nn]o space left|full'
    is "of status 1" "$status" 1
    halves=$(find disk/raw -name '*_0*.tif' -not -path '*/.frit/*' -size -8k)
    is "no half of a frame is left in its place" "$halves" ""
    mount -o remount,size=32m disk
    simulate disk/raw --frames 4
    is "with room on the disk the same command finishes it" "$status $(digest_of disk/raw)" "0 $one"
    umount disk
else
    for what in "a full disk is an error" "of status 1" "no half of a frame is left in its place" \
        "with room on the disk the same command finishes it"; do
        skip "$what" "no file system can be mounted here"
    done
fi

# ---- What it refuses ----

frit simulate --help
like "help lists the experiments" "$out" '^Experiments: bam11, dsc, mechanics\.$'
like "and the options" "$out" '--frames=N +Frames of each sample'
frit simulate
refused "no experiment" 2 'which experiment, and where\? frit simulate EXPERIMENT FOLDER$'
frit simulate bam12 raw
refused "an unknown experiment" 2 "there is no experiment 'bam12': did you mean 'bam11'\\?$"
frit simulate bam11
refused "no folder" 2 'into which folder\? frit simulate bam11 FOLDER$'
frit simulate bam11 a b
refused "two folders" 2 'one experiment and one folder are wanted'
frit simulate bam11 raw --size 5
refused "too small" 2 '--size 5: the frames have 16 to 4096 pixels to a side$'
frit simulate bam11 raw --noise loud
refused "noise neither on nor off" 2 '--noise loud: on or off is wanted$'
frit simulate bam11 raw --seed -1
refused "a negative seed" 2 '--seed -1: a whole number from 0 to 4294967295 is wanted$'
simulate raw --samples HTP
refused "an unknown sample" 1 "bam11.lua:[0-9]+: there is no sample 'HTP': AC, CR and HPT are known$"
simulate raw --frames 400
refused "more frames than there is time for" 1 'bam11.lua:[0-9]+: heating_schedule: .*there are 236 frames, not 400$'
simulate raw --frames 1 --samples HPT
is "after a refusal the folder can be used" "$status" 0
simulate one --frames 5
refused "a folder with another experiment" 1 '.*/one holds another experiment, .frit simulate bam11 --frames 4 '
mkdir mine && echo "my data" >mine/notes
simulate mine --frames 1
refused "a folder with other files" 1 '.*/mine is not empty, and what it holds is no simulated experiment: choose a new folder$'
is "which are left alone" "$(ls -A mine)" "notes"
simulate mine/notes --frames 1
refused "a file for a folder" 1 '.*/mine/notes is a file: a folder is wanted$'

plan
