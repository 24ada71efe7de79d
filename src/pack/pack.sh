#!/usr/bin/env bash
# Packs Mneme, its tests and a Java runtime for a machine that has neither Java nor Maven nor a
# network: ./mneme pack [--small] [FILE.tar.gz|FILE.tar.xz]. There, unpacked, ./check tries every
# device and ./bench times it.
#   --small   less than LIMIT_MIB (60): no server, and of the golden models as many as fit
# JAVA_HOME and SHARED (the folder of golden models; may be absent) come from the caller.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
small=no
if [ "${1:-}" = --small ]; then
    small=yes
    shift
fi
name=mneme-pack
[ $small = no ] || name=mneme-small
file=$(realpath -m "${1:-target/$name.tar.gz}")
shared=$(realpath -m "${SHARED:-../shared}")
work=$PWD/target/pack
root=$work/mneme

# Modules that reflection and service loading need, which no scan of the jars can find.
modules=java.se,jdk.incubator.vector,jdk.unsupported,jdk.management,jdk.crypto.ec,jdk.zipfs,jdk.jfr,jdk.net
small_modules=java.base,java.logging,java.management,java.naming,java.xml,jdk.incubator.vector,jdk.management,jdk.unsupported

# What devices are tested and timed with; everything else belongs to the server or to other tests.
small_jars='^(mneme|lwjgl|jackson|config|picocli|logback|slf4j|jspecify|junit|opentest4j|apiguardian|assertj)'

# One golden of each kind of memory, of routing and of weights first.
first_goldens='
goldens/llama goldens/llama-q4_k_m goldens/llama-q8_0 goldens/gemma3 goldens/deepseek2 goldens/falcon-h1
goldens/gpt-oss goldens/mamba goldens/mamba2 goldens/qwen35 goldens/rwkv7 models goldens-hf/xlstm
goldens-hf/xlstm_lm goldens/minimax-01 goldens-hf/recurrent_gemma goldens-hf/rwkv goldens/llama-mxfp4
goldens/lfm2 goldens/kimi-linear goldens/rwkv6 goldens/llama-q6_k goldens/llama-moe goldens/plamo2'

case $file in
    *.xz) compress=(xz -9e -T1) ;;
    *) compress=(gzip -9) ;;
esac

size() { tar -C "$1" -c "${@:2}" | "${compress[@]}" | wc -c; }

build() {
    rm -rf "$work"
    mkdir -p "$root/target/lib" "$root/tests/lib"
    mvn -B -ntp -q -Dquick -DskipTests package
    mvn -B -ntp -q dependency:copy-dependencies -DincludeScope=test -DoutputDirectory="$work/all"
    cp mneme README.md LICENSE "$root/"
    for script in check bench; do cp "src/pack/$script.sh" "$root/$script"; done
    cp src/pack/drivers.sh "$root/"
    cp -r target/test-classes "$root/tests/classes"
}

# Jars of the archive: those of the server beside it, those of the tests with the tests.
copy_jars() {
    local jar base
    for jar in target/mneme.jar "$work"/all/*.jar; do
        base=$(basename "$jar")
        case $base in *natives-windows* | *natives-macos*) continue ;; esac
        if [ $small = yes ]; then
            case $base in *natives-linux-arm64*) continue ;; esac
            [[ $base =~ $small_jars ]] || continue
        fi
        if [ "$base" = mneme.jar ]; then
            cp "$jar" "$root/target/"
        elif [ -f "target/lib/$base" ]; then
            cp "$jar" "$root/target/lib/"
        else
            cp "$jar" "$root/tests/lib/"
        fi
    done
}

# What is compressed once, all together, becomes smaller than what is compressed twice.
store_jars() {
    local jar
    for jar in "$root"/target/*.jar "$root"/*/lib/*.jar; do
        rm -rf "$work/jar"
        mkdir "$work/jar"
        (cd "$work/jar" && "$JAVA_HOME/bin/jar" xf "$jar")
        rm -f "$work/jar/mneme/store/mneme-tiny.gguf" # it is for the server
        "$JAVA_HOME/bin/jar" --create --no-compress --no-manifest --file "$jar" -C "$work/jar" .
    done
    rm -rf "$work/jar"
}

link_runtime() {
    local list=$modules compression=zip-9
    [ $small = no ] || { list=$small_modules; compression=zip-0; }
    "$JAVA_HOME/bin/jlink" --add-modules "$list" --strip-debug --no-header-files --no-man-pages \
        --compress $compression --output "$root/runtime"
}

# The loaders of OpenCL and Vulkan, for a machine that has drivers but no loader.
copy_loaders() {
    local loader package found
    mkdir -p "$root/loaders"
    while read -r loader package; do
        found=$(compgen -G "/usr/lib/$(uname -m)-linux-gnu/$loader" || true)
        [ -n "$found" ] && [ -f "/usr/share/doc/$package/copyright" ] || continue
        cp -L "$found" "$root/loaders/"
        cp "/usr/share/doc/$package/copyright" "$root/loaders/$loader.copyright"
    done <<<"libOpenCL.so.1 ocl-icd-libopencl1
libvulkan.so.1 libvulkan1"
}

all_goldens() {
    printf '%s\n' $first_goldens
    (cd "$shared" && find goldens goldens-hf -mindepth 1 -maxdepth 1 -type d | sort)
}

# As many golden models as the limit leaves room for.
copy_some_goldens() {
    local room left=() golden bytes
    room=$((${LIMIT_MIB:-60} * 1048576 - $(size "$work" mneme) - 65536))
    for golden in $(all_goldens | awk '!seen[$0]++'); do
        [ -d "$shared/$golden" ] || continue
        bytes=$(size "$shared" "$golden")
        if [ "$bytes" -gt "$room" ]; then
            left+=("$golden")
            continue
        fi
        room=$((room - bytes))
        mkdir -p "$root/shared/$golden"
        cp -rT "$shared/$golden" "$root/shared/$golden"
    done
    [ ${#left[@]} = 0 ] || echo "no room for: ${left[*]}"
    printf '%s\n' "${left[@]}" >"$root/shared/left-out.txt"
}

copy_goldens() {
    if [ ! -d "$shared/goldens" ]; then
        echo "mneme: no golden models at $shared: their tests will be skipped there by name" >&2
    elif [ $small = yes ]; then
        copy_some_goldens
    else
        mkdir "$root/shared"
        for folder in goldens goldens-hf models demo-model; do cp -r "$shared/$folder" "$root/shared/"; done
    fi
    [ ! -d "$root/shared" ] || chmod -R u+w "$root/shared"
}

build
copy_jars
[ $small = no ] || store_jars
link_runtime
copy_loaders
copy_goldens
mkdir -p "$(dirname "$file")"
tar -C "$work" -c mneme | "${compress[@]}" >"$file"
printf '%s: %s\n' "$file" "$(du -h "$file" | cut -f1)"
