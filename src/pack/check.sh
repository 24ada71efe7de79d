#!/usr/bin/env bash
# Tries Mneme on this machine, which needs nothing but this folder and its drivers: what devices
# there are, whether each computes what llama.cpp computed, and how fast. Usage:
#   ./check                    every OpenCL and Vulkan device that is found
#   ./check opencl:0 vulkan:1  those, beside the host
#   MODELS=folder ./check      times the GGUF files of that folder too (make_gguf.py in shared/tools)
#   SEQUENCES="1 16 64 256"    side by side, when timing (1 8 32)
# Writes results/ and ends with 1 if a test failed.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
mkdir -p results
failures=0

# $1 device, then the test classes that hold it to its promises
check() {
    local device=$1
    shift
    echo "== $device: $*"
    MNEME_JAVA_OPTS="-Xmx4g -Dmneme.shared=$PWD/shared -Dmneme.test.${device%%:*}=$device" \
        ./mneme packed-tests "$@" \
        2>&1 | tee "results/${device/:/-}.txt" | grep -E '^(FAILED|tests:|not run:)'
    [ "${PIPESTATUS[0]}" = 0 ] || failures=1
}

# $1 device, $2 model
measure() {
    local sequences=${SEQUENCES:-1 8 32}
    echo "== $1: $2"
    {
        printf 'prefill 512\n%.0s' 1 2 3 4
        for count in $sequences; do printf "decode $count 0 32\n%.0s" 1 2 3; done
        printf 'memory\nquit\n'
    } | ./mneme bench model --model "$2" --device "$1" --ctx 544 --sequences "${sequences##* }" 2>&1 |
        tee -a "results/speed-${1/:/-}.txt"
}

./mneme devices | tee results/devices.txt
devices=("$@")
if [ ${#devices[@]} = 0 ]; then
    mapfile -t devices < <(awk '$1 ~ /^(opencl|vulkan):[0-9]+$/ { print $1 }' results/devices.txt)
fi
[ ${#devices[@]} -gt 0 ] || echo "no OpenCL or Vulkan device: the host alone is tried"

check host mneme.device.host.HostOpTest mneme.model.HostGoldensTest
for device in "${devices[@]}"; do
    case $device in
        host) ;;
        opencl:*) check "$device" mneme.device.ClOpTest mneme.model.ClGoldensTest ;;
        vulkan:*) check "$device" mneme.device.VkOpTest mneme.model.VkGoldensTest ;;
        *) echo "$device is no OpenCL or Vulkan device" >&2; failures=1 ;;
    esac
done

for model in "${MODELS:-models}"/*.gguf; do
    [ -f "$model" ] || continue
    for device in host "${devices[@]}"; do measure "$device" "$model"; done
done

[ $failures = 0 ] && echo PASSED && exit 0
echo FAILED
exit 1
