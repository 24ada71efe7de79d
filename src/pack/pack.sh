#!/usr/bin/env bash
# Packs Mneme, its tests and a Java runtime for a machine that has neither Java nor Maven nor a
# network: ./mneme pack [FILE.tar.gz]. There, unpacked, ./check tries every device and times it.
# JAVA_HOME and SHARED (the folder of golden models; may be absent) come from the caller.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
file=$(realpath -m "${1:-target/mneme-pack.tar.gz}")
root=target/pack/mneme
shared=${SHARED:-../shared}

# Modules that reflection and service loading need, which no scan of the jars can find.
modules=java.se,jdk.incubator.vector,jdk.unsupported,jdk.management,jdk.crypto.ec,jdk.zipfs,jdk.jfr,jdk.net

rm -rf target/pack
mkdir -p "$root/target" "$root/tests"
mvn -B -ntp -q -Dquick -DskipTests package
mvn -B -ntp -q dependency:copy-dependencies -DincludeScope=test -DoutputDirectory="$PWD/$root/tests/lib"

cp mneme README.md LICENSE "$root/"
cp src/pack/check.sh "$root/check"
cp target/mneme.jar "$root/target/"
cp -r target/lib "$root/target/lib"
for jar in "$root"/target/lib/*.jar; do rm -f "$root/tests/lib/$(basename "$jar")"; done
rm -f "$root"/target/lib/*natives-windows* "$root"/target/lib/*natives-macos*
cp -r target/test-classes "$root/tests/classes"
"$JAVA_HOME/bin/jlink" --add-modules "$modules" --strip-debug --no-header-files --no-man-pages \
    --compress zip-9 --output "$root/runtime"

if [ -d "$shared/goldens" ]; then
    mkdir "$root/shared"
    for folder in goldens goldens-hf models tools; do cp -r "$shared/$folder" "$root/shared/"; done
else
    echo "mneme: no golden models at $shared: their tests will be skipped there by name" >&2
fi

mkdir -p "$(dirname "$file")"
tar -C target/pack -czf "$file" mneme
printf '%s: %s\n' "$file" "$(du -h "$file" | cut -f1)"
