package languagehost

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	codegenrpc "github.com/pulumi/pulumi/sdk/v3/proto/go/codegen"
	"google.golang.org/grpc"
)

// serveSchema takes the engine's place as the loader of one schema and returns its address.
func serveSchema(t *testing.T, specification schema.PackageSpec) string {
	t.Helper()
	bound, err := schema.ImportSpec(
		specification, map[string]schema.Language{"python": python.Importer}, schema.NewNullLoader(),
		schema.ValidationOptions{})
	if err != nil {
		t.Fatal(err)
	}
	reference := bound.Reference()
	loader := schema.NewCachedLoaderWithEntries(
		nil, map[string]schema.PackageReference{reference.Identity(): reference})
	stop := make(chan bool)
	t.Cleanup(func() { close(stop) })
	server, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: stop,
		Init: func(server *grpc.Server) error {
			codegenrpc.RegisterLoaderServer(server, schema.NewLoaderServer(loader))
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("127.0.0.1:%d", server.Port)
}

func TestLinkAddsTheSDKToTheRequirements(t *testing.T) {
	for _, test := range []struct {
		namespace, language, want string
	}{
		{"", "{}", "import pulumi_tiny as tiny"},
		{"example", "{}", "import example_tiny as tiny"},
		{"example", `{"packageName": "tiny"}`, "import tiny as tiny"},
	} {
		folder := t.TempDir()
		requirements := filepath.Join(folder, "requirements.txt")
		if err := os.WriteFile(requirements, []byte("pulumi\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		loader := serveSchema(t, schema.PackageSpec{
			Name: "tiny", Version: "0.1.0", Namespace: test.namespace,
			Language: map[string]schema.RawMessage{"python": schema.RawMessage(test.language)},
		})
		response, err := NewHost(t.Context(), "").Link(t.Context(), &pulumirpc.LinkRequest{
			Info:         &pulumirpc.ProgramInfo{RootDirectory: folder, ProgramDirectory: folder},
			LoaderTarget: loader,
			Packages: []*pulumirpc.LinkRequest_LinkDependency{{
				Path:    "sdks/tiny",
				Package: &pulumirpc.PackageDependency{Name: "tiny", Version: "0.1.0"},
			}},
		})
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(response.GetImportInstructions(), test.want) {
			t.Errorf("instructions %q, want %q", response.GetImportInstructions(), test.want)
		}
		if content, _ := os.ReadFile(requirements); string(content) != "pulumi\nsdks/tiny\n" {
			t.Errorf("requirements.txt is %q", content)
		}
	}
}
