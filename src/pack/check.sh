#!/usr/bin/env bash
# Tries Mneme on this machine, which needs nothing but this folder and its drivers: whether each
# device computes what the reference and other programs computed, and the same bits however a batch
# is made up. Usage:
#   ./check                       every OpenCL and Vulkan device that is found, then the host
#   ./check 300                   in 300 seconds (600)
#   ./check 300 opencl:0 host     those
# SHARED names another folder of golden models. Writes results/. Ends with 1 if a test failed, with
# 3 if none did but there was no time for all.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
mkdir -p results
. ./drivers.sh

seconds=600
if [[ ${1:-} =~ ^[0-9]+$ ]]; then
    seconds=$1
    shift
fi
end=$((SECONDS + seconds))
failures=0
unfinished=0

# $1 device, $2 how its test classes begin, $3 seconds
check() {
    local device=$1 prefix=$2 ops=mneme.device rc
    [ "$prefix" != Host ] || ops=mneme.device.host
    local classes=("$ops.${prefix}OpTest" "$ops.${prefix}BatchTest")
    [ "$prefix" = Host ] || classes+=("mneme.device.${prefix}BestTokensTest")
    for name in Goldens HuggingFaceGoldens SameBits TrainedModels ProgramSize; do
        classes+=("mneme.model.${prefix}${name}Test")
    done
    echo "== $device, $3 s"
    MNEME_JAVA_OPTS="-Xmx4g -Dmneme.shared=${SHARED:-shared} -Dmneme.test.seconds=$3
        -Dmneme.test.${device%%:*}=$device ${JAVA_OPTS:-}" \
        ./mneme packed mneme.RunPacked "${classes[@]}" 2>&1 |
        tee "results/check-${device/:/-}.txt" | grep -vE '^WARNING|^    at |^ *$'
    rc=${PIPESTATUS[0]}
    case $rc in
        0) ;;
        3) unfinished=1 ;;
        *) failures=1; echo "$device: ended with $rc, see results/check-${device/:/-}.txt" ;;
    esac
}

./mneme devices 2>&1 | tee results/devices.txt
devices=("$@")
if [ ${#devices[@]} = 0 ]; then
    mapfile -t devices < <(awk '$1 ~ /^(opencl|vulkan):[0-9]+$/ { print $1 }' results/devices.txt)
    [ ${#devices[@]} -gt 0 ] || echo "no OpenCL or Vulkan device: the host alone is tried"
    devices+=(host)
fi
[ ! -s shared/left-out.txt ] || echo "goldens that are not in this archive: $(tr '\n' ' ' <shared/left-out.txt)"

left=${#devices[@]}
for device in "${devices[@]}"; do
    share=$(((end - SECONDS) / left))
    [ $share -ge 1 ] || share=1
    left=$((left - 1))
    case $device in
        host) check host Host $share ;;
        opencl:*) check "$device" Cl $share ;;
        vulkan:*) check "$device" Vk $share ;;
        *) echo "$device is no OpenCL or Vulkan device and not the host" >&2; failures=1 ;;
    esac
done

[ $failures = 0 ] || { echo FAILED; exit 1; }
[ $unfinished = 0 ] || { echo "NO FAILURE, BUT NOT ALL WAS TRIED"; exit 3; }
echo PASSED
