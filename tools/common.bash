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

# configure PRESET: quietly, unless it fails.
configure() {
    local log
    log=$(mktemp)
    if ! cmake --preset "$1" >"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        die "configuring the preset '$1' failed, see above"
    fi
    rm -f "$log"
}

# build PRESET [TARGET...]: configures quietly and builds with Ninja's progress on the screen.
build() {
    local preset=$1
    shift
    configure "$preset"
    cmake --build --preset "$preset" -j "$(build_jobs)" ${1:+--target "$@"} ||
        die "building the preset '$preset' failed, see above"
}

# build_quietly PRESET TARGET...: says how long it will take, and at a terminal keeps one line of progress. The
# compiler's output appears only where it fails.
build_quietly() {
    local preset=$1 log steps jobs line began=$SECONDS
    shift
    configure "$preset"
    jobs=$(build_jobs)
    steps=$(cmake --build --preset "$preset" --target "$@" -- -n | grep -c '^\[') || true
    if ((steps > 1)); then
        # A step takes a compiler of today some eight seconds.
        say "Building $*: $steps steps, about $((steps * 8 / jobs / 60 + 1)) min with $jobs compilers."
    fi
    log=$(mktemp)
    cmake --build --preset "$preset" -j "$jobs" --target "$@" 2>&1 | while IFS= read -r line; do
        printf '%s\n' "$line" >>"$log"
        if [[ -t 1 && $line =~ ^\[([0-9]+/[0-9]+)\] ]]; then
            printf '\r  %s, %s  ' "${BASH_REMATCH[1]}" "$(elapsed $((SECONDS - began)))"
        fi
    done || {
        tail -n 40 "$log" >&2
        die "building the preset '$preset' failed, see above; all of it is in $log"
    }
    rm -f "$log"
    if ((steps > 1)); then
        [[ ! -t 1 ]] || printf '\r'
        say "Built in $(elapsed $((SECONDS - began))).          "
    fi
}
