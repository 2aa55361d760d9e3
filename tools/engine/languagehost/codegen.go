package languagehost

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/pulumi/pulumi/pkg/v3/codegen/hcl2/syntax"
	"github.com/pulumi/pulumi/pkg/v3/codegen/pcl"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// The name of the tool in the header of generated files. It is the official host's: an SDK must not differ by who
// generated it.
const generatorName = "pulumi-language-python"

// GeneratePackage writes a Python SDK for a package's schema.
func (host *Host) GeneratePackage(
	ctx context.Context, request *pulumirpc.GeneratePackageRequest,
) (*pulumirpc.GeneratePackageResponse, error) {
	loader, closeLoader, err := openLoader(request.GetLoaderTarget())
	if err != nil {
		return nil, err
	}
	defer closeLoader()
	var specification schema.PackageSpec
	if err := json.Unmarshal([]byte(request.GetSchema()), &specification); err != nil {
		return nil, fmt.Errorf("reading the schema: %w", err)
	}
	bound, diagnostics, err := schema.BindSpecWithContext(
		ctx, specification, loader, schema.ValidationOptions{AllowDanglingReferences: true})
	if err != nil {
		return nil, fmt.Errorf("checking the schema: %w", err)
	}
	response := &pulumirpc.GeneratePackageResponse{Diagnostics: plugin.HclDiagnosticsToRPCDiagnostics(diagnostics)}
	if diagnostics.HasErrors() {
		return response, nil
	}
	files, err := python.GeneratePackage(generatorName, bound, request.GetExtraFiles(), loader)
	if err != nil {
		return nil, fmt.Errorf("generating the Python SDK: %w", err)
	}
	return response, writeFiles(request.GetDirectory(), files)
}

// GenerateProgram turns a program in Pulumi's intermediate language into Python; `pulumi import` shows its result.
func (host *Host) GenerateProgram(
	_ context.Context, request *pulumirpc.GenerateProgramRequest,
) (*pulumirpc.GenerateProgramResponse, error) {
	loader, closeLoader, err := openLoader(request.GetLoaderTarget())
	if err != nil {
		return nil, err
	}
	defer closeLoader()
	parser := syntax.NewParser()
	for _, name := range slices.Sorted(maps.Keys(request.GetSource())) {
		if err := parser.ParseFile(strings.NewReader(request.GetSource()[name]), name); err != nil {
			return nil, fmt.Errorf("parsing %s: %w", name, err)
		}
	}
	if parser.Diagnostics.HasErrors() {
		return programResponse(nil, parser.Diagnostics), nil
	}
	program, diagnostics, err := pcl.BindProgram(parser.Files, loader, bindOptions(request.GetStrict())...)
	if err != nil && !diagnostics.HasErrors() {
		return nil, fmt.Errorf("checking the program: %w", err)
	}
	if diagnostics.HasErrors() {
		return programResponse(nil, diagnostics), nil
	}
	files, generated, err := python.GenerateProgram(program)
	if err != nil {
		return nil, fmt.Errorf("generating the Python program: %w", err)
	}
	return programResponse(files, append(diagnostics, generated...)), nil
}

// GenerateProject writes a whole Python project, as `pulumi convert` does.
func (host *Host) GenerateProject(
	_ context.Context, request *pulumirpc.GenerateProjectRequest,
) (*pulumirpc.GenerateProjectResponse, error) {
	loader, closeLoader, err := openLoader(request.GetLoaderTarget())
	if err != nil {
		return nil, err
	}
	defer closeLoader()
	program, diagnostics, err := pcl.BindDirectory(
		request.GetSourceDirectory(), loader, bindOptions(request.GetStrict())...)
	if err != nil {
		return nil, fmt.Errorf("checking the program: %w", err)
	}
	response := &pulumirpc.GenerateProjectResponse{Diagnostics: plugin.HclDiagnosticsToRPCDiagnostics(diagnostics)}
	if diagnostics.HasErrors() {
		return response, nil
	}
	var project workspace.Project
	if err := json.Unmarshal([]byte(request.GetProject()), &project); err != nil {
		return nil, fmt.Errorf("reading the project file: %w", err)
	}
	err = python.GenerateProject(
		request.GetTargetDirectory(), project, program, request.GetLocalDependencies(), "", "")
	if err != nil {
		return nil, fmt.Errorf("generating the Python project: %w", err)
	}
	return response, nil
}

func bindOptions(strict bool) []pcl.BindOption {
	if strict {
		return nil
	}
	return pcl.NonStrictBindOptions()
}

func programResponse(files map[string][]byte, diagnostics hcl.Diagnostics) *pulumirpc.GenerateProgramResponse {
	return &pulumirpc.GenerateProgramResponse{
		Source:      files,
		Diagnostics: plugin.HclDiagnosticsToRPCDiagnostics(diagnostics),
	}
}

// openLoader connects to the engine's loader of schemas.
func openLoader(target string) (schema.ReferenceLoader, func(), error) {
	client, err := schema.NewLoaderClient(target)
	if err != nil {
		return nil, nil, fmt.Errorf("connecting to the engine's schema loader: %w", err)
	}
	return schema.NewCachedLoader(client), func() { _ = client.Close() }, nil
}

func writeFiles(folder string, files map[string][]byte) error {
	for name, content := range files {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}
