package languagehost

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/pulumi/pulumi/sdk/v3/python/toolchain"
)

//go:embed required_packages.py
var requiredPackagesScript string

// installedSDK is a Python package that is the SDK of a Pulumi package.
type installedSDK struct {
	Package string                  `json:"package"`
	Version string                  `json:"version"`
	Plugin  plugin.PulumiPluginJSON `json:"plugin"`
}

// GetRequiredPackages reports the Pulumi packages whose SDKs are installed for a program, as their pulumi-plugin.json
// describes them. The engine looks for their plugins where `plugins.providers` in Pulumi.yaml says, else in its cache.
func (host *Host) GetRequiredPackages(
	call context.Context, request *pulumirpc.GetRequiredPackagesRequest,
) (*pulumirpc.GetRequiredPackagesResponse, error) {
	ctx, release := host.during(call)
	defer release()
	python, err := resolveToolchain(request.GetInfo())
	if err != nil {
		return nil, err
	}
	if err := python.ValidateVenv(ctx); err != nil {
		return nil, err
	}
	command, err := python.Command(ctx, "-c", requiredPackagesScript)
	if err != nil {
		return nil, err
	}
	output, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("looking for Pulumi packages among the installed Python packages: %w", err)
	}
	var installed []installedSDK
	if err := json.Unmarshal(output, &installed); err != nil {
		return nil, fmt.Errorf("reading the descriptions of the installed Pulumi packages: %w", err)
	}
	response := &pulumirpc.GetRequiredPackagesResponse{}
	for _, sdk := range installed {
		if !sdk.Plugin.Resource {
			continue
		}
		dependency, err := sdk.dependency()
		if err != nil {
			return nil, err
		}
		response.Packages = append(response.Packages, dependency)
	}
	return response, nil
}

func (sdk installedSDK) dependency() (*pulumirpc.PackageDependency, error) {
	name := sdk.Plugin.Name
	if name == "" {
		name = strings.ReplaceAll(strings.TrimPrefix(sdk.Package, "pulumi_"), "_", "-")
	}
	version := sdk.Plugin.Version
	if version == "" {
		// Python writes a pre-release as 1.2.0a3, semantic versioning as 1.2.0-alpha.3.
		parsed, err := toolchain.ParsePythonVersion(sdk.Version)
		if err != nil {
			return nil, fmt.Errorf("the version of the Python package %s: %w", sdk.Package, err)
		}
		version = parsed.String()
	}
	return &pulumirpc.PackageDependency{
		Name:             name,
		Kind:             string(apitype.ResourcePlugin),
		Version:          "v" + strings.TrimPrefix(version, "v"),
		Server:           sdk.Plugin.Server,
		Parameterization: parameterization(sdk.Plugin.Parameterization),
		Extension:        parameterization(sdk.Plugin.ExtensionParameterization),
	}, nil
}

func parameterization(parameter *plugin.PulumiParameterizationJSON) *pulumirpc.PackageParameterization {
	if parameter == nil {
		return nil
	}
	return &pulumirpc.PackageParameterization{
		Name: parameter.Name, Version: parameter.Version, Value: parameter.Value,
	}
}
