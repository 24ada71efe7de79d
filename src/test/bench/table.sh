#!/usr/bin/env bash
# The table of docs/benchmarks.md in one command: src/test/bench/table.sh FOLDER
# Makes the models in FOLDER and installs the rival there, each if it is not there yet, builds Mneme
# and runs table.mjs; FOLDER/table.md keeps what it prints. MODELS and TYPES name other models of
# make_gguf.py and encodings; what table.mjs takes from the environment is passed on. SHARED names
# the folder whose tools has make_gguf.py. Wants node, npm, python3 and numpy.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=$(cd "$here/../../.." && pwd)
folder=$(realpath -m "${1:?which folder?}")
tool=$(realpath "${SHARED:-$home/../shared}")/tools/make_gguf.py
mkdir -p "$folder/rival"

files=()
for model in ${MODELS:-llama-3.2-1b falcon-h1-0.5b}; do
    for type in ${TYPES:-q8_0 q4_k}; do
        file=$folder/$model-$type.gguf
        [ -f "$file" ] || { python3 "$tool" --preset "$model" --type "$type" --out "$file.part" && mv "$file.part" "$file"; }
        files+=("$file")
    done
done
[ -d "$folder/rival/node_modules/node-llama-cpp" ] ||
    npm install --prefix "$folder/rival" --loglevel=error "node-llama-cpp@${RIVAL:-3.22.1}"
cd "$home"
./mneme --version >/dev/null

{
    date -u '+%F %H:%M UTC'
    awk -F': ' '/^model name/ { print $2; exit }' /proc/cpuinfo
    echo "$(nproc) processors, load $(cut -d' ' -f1 /proc/loadavg), node-llama-cpp ${RIVAL:-3.22.1}, $(git rev-parse --short HEAD 2>/dev/null || true)"
    NODE_LLAMA=$folder/rival node "$here/table.mjs" "${files[@]}"
} 2>&1 | tee "$folder/table.md"
