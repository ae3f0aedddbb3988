# What the tools share. Sourced, not run: bash, with errexit, nounset and pipefail on.

say() { printf '%s\n' "$*"; }
die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# elapsed SECONDS: "2 min 05 s"
elapsed() {
    if (($1 >= 60)); then printf '%d min %02d s' $(($1 / 60)) $(($1 % 60)); else printf '%d s' "$1"; fi
}

# How many compilers at once: one per processor, but none without 2 GiB of memory. Beast is hungry.
build_jobs() {
    local jobs memory
    jobs=$(nproc)
    memory=$(awk '/^MemAvailable:/ { print int($2 / 2097152) }' /proc/meminfo)
    ((jobs <= memory)) || jobs=$memory
    ((jobs >= 1)) || jobs=1
    printf '%d' "$jobs"
}

# build PRESET [TARGET...]: configures quietly and builds with Ninja's progress on the screen.
build() {
    local preset=$1 log
    shift
    log=$(mktemp)
    if ! cmake --preset "$preset" >"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        die "configuring the preset '$preset' failed, see above"
    fi
    rm -f "$log"
    cmake --build --preset "$preset" -j "$(build_jobs)" ${1:+--target "$@"} ||
        die "building the preset '$preset' failed, see above"
}
