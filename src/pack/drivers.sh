# To be sourced by check and bench: lets the loaders of OpenCL and Vulkan find drivers that are on
# this machine but that nobody registered, as in a container that was lent a graphics device, and
# brings a loader where there is none. Says what it did; changes nothing outside this folder.

known=$(ldconfig -p 2>/dev/null || /sbin/ldconfig -p 2>/dev/null || true)

# Prints where library $1 is; fails if it is nowhere.
library() {
    local folder found
    found=$(awk -v name="$1" '$1 == name && !found { found = $NF } END { print found }' <<<"$known")
    [ -z "$found" ] || [ ! -e "$found" ] || { printf '%s\n' "$found"; return; }
    for folder in $(tr ':' ' ' <<<"${LD_LIBRARY_PATH:-}") /usr/lib/x86_64-linux-gnu /usr/lib64 \
        /usr/lib /usr/local/cuda/lib64 /usr/local/nvidia/lib64 /usr/lib/wsl/lib /opt/rocm/lib; do
        [ ! -e "$folder/$1" ] || { printf '%s\n' "$folder/$1"; return; }
    done
    return 1
}

# $1 loader, $2 what it is for
need_loader() {
    local found
    if found=$(library "$1"); then
        case ":${LD_LIBRARY_PATH:-}:" in
            *":$(dirname "$found"):"*) ;;
            *) case $found in /lib* | /usr/lib/*) ;; *) add_folder "$(dirname "$found")" ;; esac ;;
        esac
        echo "$2: loader $found"
    elif [ -e "loaders/$1" ]; then
        mkdir -p results/loaders
        cp "loaders/$1" results/loaders/
        add_folder "$PWD/results/loaders"
        echo "$2: no loader is installed, so the one of this archive is used"
    else
        echo "$2: no loader is installed and this archive has none"
    fi
}

add_folder() { export LD_LIBRARY_PATH="$1${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"; }

register_opencl() {
    local driver
    compgen -G '/etc/OpenCL/vendors/*.icd' >/dev/null && return
    [ -z "${OCL_ICD_VENDORS:-}${OCL_ICD_FILENAMES:-}" ] || return 0
    driver=$(library libnvidia-opencl.so.1) || { echo "OpenCL: no driver is registered"; return; }
    mkdir -p results/vendors
    echo "$driver" >results/vendors/nvidia.icd
    export OCL_ICD_VENDORS="$PWD/results/vendors"
    echo "OpenCL: driver $driver was not registered; it is for this run"
}

register_vulkan() {
    local driver
    compgen -G '/usr/share/vulkan/icd.d/*.json' >/dev/null && return
    compgen -G '/etc/vulkan/icd.d/*.json' >/dev/null && return
    [ -z "${VK_DRIVER_FILES:-}${VK_ICD_FILENAMES:-}" ] || return 0
    driver=$(library libGLX_nvidia.so.0 || library libEGL_nvidia.so.0) ||
        { echo "Vulkan: no driver is registered"; return; }
    mkdir -p results
    printf '{"file_format_version": "1.0.0", "ICD": {"library_path": "%s", "api_version": "1.3.0"}}\n' \
        "$driver" >results/nvidia.json
    export VK_ICD_FILENAMES="$PWD/results/nvidia.json" VK_DRIVER_FILES="$PWD/results/nvidia.json"
    echo "Vulkan: driver $driver was not registered; it is for this run"
}

need_loader libOpenCL.so.1 OpenCL
need_loader libvulkan.so.1 Vulkan
register_opencl
register_vulkan
