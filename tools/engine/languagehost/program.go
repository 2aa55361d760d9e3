package languagehost

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/pulumi/pulumi/sdk/v3/python/toolchain"
)

// The SDK's starter script exits with this code after it has shown the user what is wrong.
const exitCodeAlreadyExplained = 32

// The script of the Pulumi SDK that connects to the engine and then runs the program. It lies beside this host.
const starterScript = "pulumi-language-python-exec"

var errNoDebugger = errors.New(
	"this language host starts nothing under a debugger: leave out --attach-debugger, or install Pulumi's command line, " +
		"whose own host does")

// Run runs a Pulumi program to its end.
func (host *Host) Run(call context.Context, request *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error) {
	ctx, release := host.during(call)
	defer release()

	if request.GetAttachDebugger() {
		return nil, errNoDebugger
	}
	python, err := resolveToolchain(request.GetInfo())
	if err != nil {
		return nil, err
	}
	if err := python.ValidateVenv(ctx); err != nil {
		return nil, err
	}
	if problem, err := checkTypes(ctx, python, request.GetInfo()); err != nil || problem != nil {
		return problem, err
	}

	arguments, err := starterArguments(request, host.engine())
	if err != nil {
		return nil, err
	}
	command, err := python.Command(ctx, arguments...)
	if err != nil {
		return nil, err
	}
	configuration, err := configurationEnvironment(request.GetConfig(), request.GetConfigSecretKeys())
	if err != nil {
		return nil, err
	}
	addEnvironment(command, configuration...)
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	endGently(command)

	err = command.Run()
	code, ended := exitCode(err)
	switch {
	case ctx.Err() != nil:
		return nil, fmt.Errorf("the program was cancelled: %w", ctx.Err())
	case !ended:
		return nil, fmt.Errorf("running the program: %w", err)
	case code == exitCodeAlreadyExplained:
		return &pulumirpc.RunResponse{Bail: true}, nil
	case code != 0:
		return &pulumirpc.RunResponse{Error: fmt.Sprintf("Program exited with non-zero exit code: %d", code)}, nil
	}
	return &pulumirpc.RunResponse{}, nil
}

func starterArguments(request *pulumirpc.RunRequest, engineAddress string) ([]string, error) {
	executable, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("looking for %s: %w", starterScript, err)
	}
	if executable, err = filepath.EvalSymlinks(executable); err != nil {
		return nil, fmt.Errorf("looking for %s: %w", starterScript, err)
	}
	arguments := []string{"-u", filepath.Join(filepath.Dir(executable), starterScript)}
	for _, option := range [][2]string{
		{"--monitor", request.GetMonitorAddress()},
		{"--engine", engineAddress},
		{"--project", request.GetProject()},
		{"--root_directory", request.GetInfo().GetRootDirectory()},
		{"--stack", request.GetStack()},
		{"--pwd", request.GetPwd()},
		{"--dry_run", strconv.FormatBool(request.GetDryRun())},
		{"--parallel", strconv.Itoa(int(request.GetParallel()))},
		{"--organization", request.GetOrganization()},
	} {
		if option[1] != "" {
			arguments = append(arguments, option[0], option[1])
		}
	}
	arguments = append(arguments, request.GetInfo().GetEntryPoint())
	return append(arguments, request.GetArgs()...), nil
}

// configurationEnvironment hands a stack's configuration over as the Python SDK reads it. The SDK expects an object and a
// list; nil would arrive as null.
func configurationEnvironment(config map[string]string, secretKeys []string) ([]string, error) {
	if config == nil {
		config = map[string]string{}
	}
	if secretKeys == nil {
		secretKeys = []string{}
	}
	configJSON, err := json.Marshal(config)
	if err != nil {
		return nil, fmt.Errorf("encoding the configuration: %w", err)
	}
	secretKeysJSON, err := json.Marshal(secretKeys)
	if err != nil {
		return nil, fmt.Errorf("encoding the names of the secrets: %w", err)
	}
	return []string{
		"PULUMI_CONFIG=" + string(configJSON),
		"PULUMI_CONFIG_SECRET_KEYS=" + string(secretKeysJSON),
	}, nil
}

// checkTypes runs the type checker that the project asks for. The response, if any, says that it found something.
func checkTypes(
	ctx context.Context, python toolchain.Toolchain, info *pulumirpc.ProgramInfo,
) (*pulumirpc.RunResponse, error) {
	options, err := pythonOptions(info)
	if err != nil {
		return nil, err
	}
	modules := map[string]string{"Mypy": "mypy", "Pyright": "pyright"}
	module, wanted := modules[toolchain.TypeCheckerName(options.Typechecker)]
	if !wanted {
		return nil, nil
	}
	command, err := python.ModuleCommand(ctx, module, ".")
	if err != nil {
		return nil, err
	}
	command.Dir = info.GetProgramDirectory()
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	endGently(command)
	err = command.Run()
	if code, ended := exitCode(err); !ended {
		return nil, fmt.Errorf("running the type checker %s: %w", module, err)
	} else if code != 0 {
		return &pulumirpc.RunResponse{Error: fmt.Sprintf("%s found type errors, or is not installed", module)}, nil
	}
	return nil, nil
}
