package languagehost

import (
	"context"
	"fmt"
	"io"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/pulumi/pulumi/sdk/v3/python/toolchain"
)

// RunPlugin runs a provider or a policy pack until it ends or the engine closes the stream, and sends its output there.
func (host *Host) RunPlugin(
	request *pulumirpc.RunPluginRequest, stream pulumirpc.LanguageRuntime_RunPluginServer,
) error {
	ctx, release := host.during(stream.Context())
	defer release()

	if request.GetAttachDebugger() {
		return errNoDebugger
	}
	python, err := resolveToolchain(request.GetInfo())
	if err != nil {
		return err
	}
	if err := python.ValidateVenv(ctx); err != nil {
		return err
	}
	stdout, stderr := senders(
		func(data []byte) error {
			return stream.Send(&pulumirpc.RunPluginResponse{Output: &pulumirpc.RunPluginResponse_Stdout{Stdout: data}})
		},
		func(data []byte) error {
			return stream.Send(&pulumirpc.RunPluginResponse{Output: &pulumirpc.RunPluginResponse_Stderr{Stderr: data}})
		},
	)

	if apitype.PluginKind(request.GetKind()) == apitype.AnalyzerPlugin {
		err = runPolicyPack(ctx, python, request, stdout, stderr)
	} else {
		err = runProvider(ctx, python, request, stdout, stderr)
	}
	code, ended := exitCode(err)
	switch {
	case ctx.Err() != nil:
		// The engine has closed the stream or has cancelled: nobody waits for an exit code.
		return ctx.Err()
	case !ended:
		return err
	}
	return stream.Send(&pulumirpc.RunPluginResponse{
		Output: &pulumirpc.RunPluginResponse_Exitcode{Exitcode: int32(code)},
	})
}

// runProvider runs the plugin's folder, which holds a __main__.py.
func runProvider(
	ctx context.Context, python toolchain.Toolchain, request *pulumirpc.RunPluginRequest, stdout, stderr io.Writer,
) error {
	arguments := append([]string{"-u", request.GetInfo().GetProgramDirectory()}, request.GetArgs()...)
	command, err := python.Command(ctx, arguments...)
	if err != nil {
		return err
	}
	command.Dir = request.GetPwd()
	addEnvironment(command, request.GetEnv()...)
	command.Stdout, command.Stderr = stdout, stderr
	endGently(command)
	if err := command.Run(); err != nil {
		return fmt.Errorf("running the plugin in %s: %w", request.GetInfo().GetProgramDirectory(), err)
	}
	return nil
}
