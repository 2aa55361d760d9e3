# Builds the engine, its Python language host, and the script with which the host starts a program.
# Called as `sh build.sh OUTPUT_FOLDER` in this folder, with Go on PATH.
set -eu
output=$1
engine=github.com/pulumi/pulumi/pkg/v3
sdk=github.com/pulumi/pulumi/sdk/v3
programs="$engine/cmd/pulumi ./cmd/pulumi-language-python"

# shellcheck disable=SC2086 # a list
printf 'packages in all: %s\n' "$(go list -mod=readonly -deps $programs | wc -l)"
install -m 755 "$(go list -mod=readonly -m -f '{{.Dir}}' "$sdk")/python/cmd/pulumi-language-python-exec" "$output/"
# Without a version the engine takes itself for a development build and skips its version checks.
version=$(go list -mod=readonly -m -f '{{.Version}}' "$engine")
# `exec`, so that whoever stops this script stops the compiler.
# shellcheck disable=SC2086
exec go build -v -mod=readonly -buildvcs=false -o "$output/" \
    -ldflags "-s -w -X $sdk/go/common/version.Version=$version" $programs
