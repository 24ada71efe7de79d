#!/usr/bin/env bash
# Starts a server with the embedded model on a free port and drives it with the npm clients.
# Usage: run.sh [URL MODEL]  (with a URL: that server, which is left running)
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=$(cd "$here/../../.." && pwd)
work=$home/target/clients
url=${1:-}
model=${2:-mneme-tiny}

# Packages are installed outside the sources, again only when the lock file has changed.
mkdir -p "$work"
cp "$here/.npmrc" "$here/package.json" "$here/clients.mjs" "$work"
if ! cmp -s "$here/package-lock.json" "$work/installed.json"; then
    cp "$here/package-lock.json" "$work/package-lock.json"
    (cd "$work" && npm ci --loglevel=error)
    cp "$here/package-lock.json" "$work/installed.json"
fi

if [ -z "$url" ]; then
    port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close() })')
    url=http://127.0.0.1:$port
    MNEME_HTTP_PORT=$port "$home/mneme" serve >"$work/server.log" 2>&1 &
    server=$!
    trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true' EXIT
    for _ in $(seq 600); do
        curl -fs -o /dev/null "$url/health" && break
        kill -0 "$server" 2>/dev/null || { echo "the server has ended:"; tail -n 40 "$work/server.log"; exit 1; }
        sleep 0.2
    done
fi

node "$work/clients.mjs" "$url" "$model"
