# Builds MinIO's server and its client. Called as `sh build.sh OUTPUT_FOLDER` in this folder, with Go on PATH.
set -eu
programs='github.com/minio/minio github.com/minio/mc'

# shellcheck disable=SC2086 # a list
printf 'packages in all: %s\n' "$(go list -mod=readonly -deps $programs | wc -l)"
# `exec`, so that whoever stops this script stops the compiler.
# shellcheck disable=SC2086
exec go build -v -mod=readonly -buildvcs=false -o "$1/" -ldflags '-s -w' $programs
