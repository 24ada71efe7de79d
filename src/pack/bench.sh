#!/usr/bin/env bash
# Measures decode and prefill of models of real shape, with random weights made here, on every
# device, beside what the device can do at most. Usage:
#   ./bench                       in 300 seconds
#   ./bench 120 devices=opencl:0 shapes=LLAMA_8B types=Q8_0,Q4_K sequences=1,16 prompts=512
# Prints each row when it is there, and keeps them in results/bench.txt.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
mkdir -p results
. ./drivers.sh

seconds=300
if [[ ${1:-} =~ ^[0-9]+$ ]]; then
    seconds=$1
    shift
fi
# A driver that hangs is given up a while after the end.
patience=()
! command -v timeout >/dev/null || patience=(timeout --foreground -k 5 $((seconds + 60)))

"${patience[@]}" ./mneme packed mneme.bench.DeviceBench "seconds=$seconds" "$@" 2>&1 |
    grep -v '^WARNING' | tee results/bench.txt
rc=${PIPESTATUS[0]}
[ "$rc" != 124 ] || echo "given up a minute after the end: a device did not come back" | tee -a results/bench.txt
exit "$rc"
