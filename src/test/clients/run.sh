#!/usr/bin/env bash
# Starts a server with the embedded model on a free port and drives it with the npm clients.
# Usage: run.sh [URL MODEL]  (with a URL: that server, which is left running)
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=$(cd "$here/../../.." && pwd)
url=${1:-}
model=${2:-mneme-tiny}

[ -d "$here/node_modules/openai" ] || (cd "$here" && npm ci --no-audit --no-fund --loglevel=error)

if [ -z "$url" ]; then
    port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close() })')
    url=http://127.0.0.1:$port
    mkdir -p "$home/target"
    log=$home/target/clients-server.log
    MNEME_HTTP_PORT=$port "$home/mneme" serve >"$log" 2>&1 &
    server=$!
    trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true' EXIT
    for _ in $(seq 600); do
        curl -fs -o /dev/null "$url/health" && break
        kill -0 "$server" 2>/dev/null || { echo "the server has ended:"; tail -n 40 "$log"; exit 1; }
        sleep 0.2
    done
fi

node "$here/clients.mjs" "$url" "$model"
