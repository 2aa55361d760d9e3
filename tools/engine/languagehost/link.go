package languagehost

import (
	"context"
	"fmt"
	"strings"

	"github.com/blang/semver"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// Link adds local SDKs to a program's requirements. `pulumi package add` calls it after it has generated an SDK.
func (host *Host) Link(ctx context.Context, request *pulumirpc.LinkRequest) (*pulumirpc.LinkResponse, error) {
	python, err := resolveToolchain(request.GetInfo())
	if err != nil {
		return nil, err
	}
	loader, closeLoader, err := openLoader(request.GetLoaderTarget())
	if err != nil {
		return nil, err
	}
	defer closeLoader()

	var instructions strings.Builder
	instructions.WriteString("You can import the SDK in your Python code with:\n\n")
	paths := map[string]string{}
	for _, linked := range request.GetPackages() {
		name, err := pythonPackageName(ctx, loader, linked.GetPackage())
		if err != nil {
			return nil, err
		}
		paths[name] = linked.GetPath()
		fmt.Fprintf(&instructions, "  import %s as %s\n", name, shortName(name))
	}
	if err := python.LinkPackages(ctx, paths); err != nil {
		return nil, fmt.Errorf("adding the SDK to the program's requirements: %w", err)
	}
	return &pulumirpc.LinkResponse{ImportInstructions: instructions.String()}, nil
}

// pythonPackageName asks the package's schema, which may name the Python package itself.
func pythonPackageName(
	ctx context.Context, loader schema.ReferenceLoader, dependency *pulumirpc.PackageDependency,
) (string, error) {
	descriptor, err := packageDescriptor(dependency)
	if err != nil {
		return "", err
	}
	loaded, err := schema.LoadPackageReferenceV2(ctx, loader, descriptor)
	if err != nil {
		return "", fmt.Errorf("loading the schema of %s: %w", dependency.GetName(), err)
	}
	definition, err := loaded.Definition()
	if err != nil {
		return "", fmt.Errorf("reading the schema of %s: %w", dependency.GetName(), err)
	}
	if err := definition.ImportLanguages(map[string]schema.Language{"python": python.Importer}); err != nil {
		return "", fmt.Errorf("reading the schema of %s: %w", dependency.GetName(), err)
	}
	if info, ok := definition.Language["python"].(python.PackageInfo); ok && info.PackageName != "" {
		return info.PackageName, nil
	}
	return python.PyPack(definition.Namespace, definition.Name), nil
}

func packageDescriptor(dependency *pulumirpc.PackageDependency) (*schema.PackageDescriptor, error) {
	descriptor := &schema.PackageDescriptor{Name: dependency.GetName(), DownloadURL: dependency.GetServer()}
	if given := dependency.GetVersion(); given != "" {
		version, err := semver.ParseTolerant(given)
		if err != nil {
			return nil, fmt.Errorf("the version of %s: %w", dependency.GetName(), err)
		}
		descriptor.Version = &version
	}
	if given := dependency.GetParameterization(); given != nil {
		version, err := semver.ParseTolerant(given.GetVersion())
		if err != nil {
			return nil, fmt.Errorf("the version of %s: %w", given.GetName(), err)
		}
		descriptor.Parameterization = &schema.ParameterizationDescriptor{
			Name: given.GetName(), Version: version, Value: given.GetValue(),
		}
	}
	return descriptor, nil
}

func shortName(pythonPackage string) string {
	_, name, found := strings.Cut(pythonPackage, "_")
	if !found {
		return pythonPackage
	}
	return name
}
