# Says in which folder MinIO's server and its client are, the pinned ones, built once into a cache outside the checkout. The
# tests run what is deployed on them. Called as `sh built.sh`. See docs/engine.md.
set -eu

self=$(readlink -f -- "$0")
root=${self%/*/*/*}
# shellcheck source=tools/go/cached-build.sh
. "$root/tools/go/cached-build.sh"

cached_build "$root/tools/minio" minio "MinIO and its client" "three to five minutes with two cores"
printf '%s\n' "$built"
