# Functions that the tools share. Sourced, not run: bash, with errexit, nounset and pipefail on.

say() { printf '%s\n' "$*"; }
die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# elapsed SECONDS: "2 min 05 s"
elapsed() {
    if (($1 >= 60)); then printf '%d min %02d s' $(($1 / 60)) $(($1 % 60)); else printf '%d s' "$1"; fi
}

# The number of parallel compilers: one per processor, but 2 GiB of memory for each, because Beast needs much.
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

# build_quietly PRESET TARGET...: prints an estimate of the time, and at a terminal one line of progress. The
# compiler's output appears only if the build fails.
build_quietly() {
    local preset=$1 jobs log
    shift
    configure "$preset"
    jobs=$(build_jobs)
    log=$(mktemp)
    cmake --build --preset "$preset" -j "$jobs" --target "$@" 2>&1 | tee "$log" | build_progress "$jobs" "$*" || {
        tail -n 40 "$log" >&2
        die "building the preset '$preset' failed, see above; all of it is in $log"
    }
    rm -f "$log"
}

# build_progress JOBS WHAT: reads Ninja's lines, "[done/steps] ...".
build_progress() {
    local line built steps=0 spent began=$SECONDS
    while IFS= read -r line; do
        # Two steps or less: only the check for new files.
        if [[ ! $line =~ ^\[([0-9]+)/([0-9]+)\] ]] || ((BASH_REMATCH[2] <= 2)); then
            continue
        fi
        built=${BASH_REMATCH[1]} spent=$((SECONDS - began))
        if ((steps == 0)); then
            steps=${BASH_REMATCH[2]}
            # A step takes about eight seconds on a current processor.
            say "Building $2: $steps steps, about $((steps * 8 / $1 / 60 + 1)) min with $1 compilers."
        fi
        if [[ -t 1 ]] && ((built > 0)); then
            printf '\r  %d of %d, %s, about %d min left\e[K' "$built" "$steps" "$(elapsed "$spent")" \
                $((spent * (steps - built) / built / 60 + 1))
        fi
    done
    ((steps > 0)) || return 0
    [[ ! -t 1 ]] || printf '\r\e[K'
    say "Built in $(elapsed $((SECONDS - began)))."
}
