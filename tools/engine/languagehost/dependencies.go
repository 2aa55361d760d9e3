package languagehost

import (
	"context"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/pulumi/pulumi/sdk/v3/python/toolchain"
)

// GetProgramDependencies lists the Python packages that are installed for a program.
func (host *Host) GetProgramDependencies(
	call context.Context, request *pulumirpc.GetProgramDependenciesRequest,
) (*pulumirpc.GetProgramDependenciesResponse, error) {
	ctx, release := host.during(call)
	defer release()
	python, err := resolveToolchain(request.GetInfo())
	if err != nil {
		return nil, err
	}
	if err := python.ValidateVenv(ctx); err != nil {
		return nil, err
	}
	packages, err := python.ListPackages(ctx, request.GetTransitiveDependencies())
	if err != nil {
		return nil, err
	}
	response := &pulumirpc.GetProgramDependenciesResponse{}
	for _, installed := range packages {
		response.Dependencies = append(response.Dependencies,
			&pulumirpc.DependencyInfo{Name: installed.Name, Version: installed.Version})
	}
	return response, nil
}

// InstallDependencies installs what a program or plugin requires, into its virtual environment if it names one.
func (host *Host) InstallDependencies(
	request *pulumirpc.InstallDependenciesRequest, stream pulumirpc.LanguageRuntime_InstallDependenciesServer,
) error {
	ctx, release := host.during(stream.Context())
	defer release()
	python, err := resolveToolchain(request.GetInfo())
	if err != nil {
		return err
	}
	closer, stdout, stderr, err := rpcutil.MakeInstallDependenciesStreams(stream, request.GetIsTerminal())
	if err != nil {
		return err
	}
	err = python.InstallDependencies(
		ctx, request.GetInfo().GetProgramDirectory(), request.GetUseLanguageVersionTools(), true, stdout, stderr)
	if closeErr := closer.Close(); err == nil {
		err = closeErr
	}
	return err
}

// About describes the Python that a program runs with.
func (host *Host) About(
	call context.Context, request *pulumirpc.AboutRequest,
) (*pulumirpc.AboutResponse, error) {
	ctx, release := host.during(call)
	defer release()
	options, err := pythonOptions(request.GetInfo())
	if err != nil {
		return nil, err
	}
	python, err := toolchain.ResolveToolchain(options)
	if err != nil {
		return nil, err
	}
	about, err := python.About(ctx)
	if err != nil {
		return nil, err
	}
	return &pulumirpc.AboutResponse{
		Executable: about.PythonExecutable,
		Version:    about.PythonVersion.String(),
		Metadata: map[string]string{
			"toolchain":        toolchain.Name(options.Toolchain),
			"toolchainVersion": about.ToolchainVersion.String(),
		},
	}, nil
}
