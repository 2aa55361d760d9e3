package languagehost

import (
	"fmt"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/pulumi/pulumi/sdk/v3/python/toolchain"
)

// resolveToolchain finds the Python that belongs to a program: `runtime.options` in its Pulumi.yaml, PulumiPlugin.yaml or
// PulumiPolicy.yaml names the virtual environment (relative to the folder of that file), the package manager and the type
// checker.
func resolveToolchain(info *pulumirpc.ProgramInfo) (toolchain.Toolchain, error) {
	options, err := pythonOptions(info)
	if err != nil {
		return nil, err
	}
	return toolchain.ResolveToolchain(options)
}

func pythonOptions(info *pulumirpc.ProgramInfo) (toolchain.PythonOptions, error) {
	options := toolchain.PythonOptions{
		Root:       info.GetRootDirectory(),
		ProgramDir: info.GetProgramDirectory(),
	}
	given := info.GetOptions().AsMap()

	// The toolchains resolve a relative path against Root.
	var err error
	if options.Virtualenv, err = stringOption(given, "virtualenv"); err != nil {
		return options, err
	}

	manager, err := stringOption(given, "toolchain")
	if err != nil {
		return options, err
	}
	switch manager {
	case "", "auto":
		options.Toolchain = toolchain.Auto
	case "pip":
		options.Toolchain = toolchain.Pip
	case "poetry":
		options.Toolchain = toolchain.Poetry
	case "uv":
		options.Toolchain = toolchain.Uv
	default:
		return options, fmt.Errorf("runtime option toolchain is %q: use auto, pip, poetry or uv", manager)
	}

	checker, err := stringOption(given, "typechecker")
	if err != nil {
		return options, err
	}
	switch checker {
	case "":
		options.Typechecker = toolchain.TypeCheckerNone
	case "mypy":
		options.Typechecker = toolchain.TypeCheckerMypy
	case "pyright":
		options.Typechecker = toolchain.TypeCheckerPyright
	default:
		return options, fmt.Errorf("runtime option typechecker is %q: use mypy or pyright", checker)
	}
	return options, nil
}

func stringOption(options map[string]any, name string) (string, error) {
	value, given := options[name]
	if !given {
		return "", nil
	}
	text, isText := value.(string)
	if !isText {
		return "", fmt.Errorf("runtime option %s must be a string, not %v", name, value)
	}
	return text, nil
}
