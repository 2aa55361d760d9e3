# Builds actionlint. Called as `sh build.sh OUTPUT_FOLDER` in this folder, with Go on PATH.
set -eu
program=github.com/rhysd/actionlint/cmd/actionlint
printf 'packages in all: %s\n' "$(go list -mod=readonly -deps "$program" | wc -l)"
exec go build -v -mod=readonly -buildvcs=false -o "$1/" -ldflags '-s -w' "$program"
