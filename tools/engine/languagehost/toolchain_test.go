package languagehost

import (
	"path/filepath"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/structpb"
)

func programInfo(t *testing.T, options map[string]any) *pulumirpc.ProgramInfo {
	t.Helper()
	given, err := structpb.NewStruct(options)
	if err != nil {
		t.Fatal(err)
	}
	return &pulumirpc.ProgramInfo{
		RootDirectory: "/project", ProgramDirectory: "/project/program", EntryPoint: ".", Options: given,
	}
}

func TestRelativeVirtualEnvironmentLiesBelowTheRoot(t *testing.T) {
	python, err := resolveToolchain(programInfo(t, map[string]any{"toolchain": "pip", "virtualenv": "../shared/venv"}))
	if err != nil {
		t.Fatal(err)
	}
	command, err := python.Command(t.Context(), "-V")
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.FromSlash("/shared/venv/bin/python"); command.Path != want {
		t.Errorf("python is %s, want %s", command.Path, want)
	}
}

func TestOptionsThatAreNotUnderstoodAreRefused(t *testing.T) {
	for _, options := range []map[string]any{
		{"toolchain": "conda"}, {"typechecker": "pytype"}, {"virtualenv": true}, {"toolchain": 1},
	} {
		if _, err := resolveToolchain(programInfo(t, options)); err == nil {
			t.Errorf("%v: no error", options)
		}
	}
}
