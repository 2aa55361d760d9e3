package languagehost

import (
	"context"
	"fmt"
	"io"
	"strconv"

	"github.com/pulumi/pulumi/sdk/v3"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/pulumi/pulumi/sdk/v3/python/toolchain"
)

// runPolicyPack runs a policy pack. The Python policy SDK reads the stack's configuration from its environment when it
// starts, the engine sends it afterwards: Pulumi's policy proxy answers the engine until it is there.
func runPolicyPack(
	ctx context.Context, python toolchain.Toolchain, request *pulumirpc.RunPluginRequest, stdout, stderr io.Writer,
) error {
	folder := request.GetInfo().GetProgramDirectory()
	arguments := append([]string{"-u", "-m", "pulumi.policy"}, request.GetArgs()...)
	command, err := python.Command(ctx, append(arguments, folder)...)
	if err != nil {
		return err
	}
	command.Dir = folder

	proxy, proxiedStdout, err := sdk.NewPolicyProxy(ctx, stdout)
	if err != nil {
		return fmt.Errorf("starting the policy proxy: %w", err)
	}
	configuration, err := proxy.AwaitConfiguration(ctx)
	if err != nil {
		return fmt.Errorf("waiting for the policy pack's configuration: %w", err)
	}
	variables, err := policyEnvironment(configuration)
	if err != nil {
		return err
	}
	addEnvironment(command, request.GetEnv()...)
	addEnvironment(command, variables...)
	command.Stdout, command.Stderr = proxiedStdout, stderr
	endGently(command)
	if err := command.Start(); err != nil {
		return fmt.Errorf("starting the policy pack in %s: %w", folder, err)
	}
	if err := proxy.Attach(ctx, command); err != nil {
		return fmt.Errorf("running the policy pack in %s: %w", folder, err)
	}
	return nil
}

// policyEnvironment is empty when the pack runs without a stack, as in `pulumi policy publish`.
func policyEnvironment(stack *pulumirpc.AnalyzerStackConfigureRequest) ([]string, error) {
	if stack == nil {
		return nil, nil
	}
	variables, err := configurationEnvironment(stack.GetConfig(), stack.GetConfigSecretKeys())
	if err != nil {
		return nil, err
	}
	return append(variables,
		"PULUMI_ORGANIZATION="+stack.GetOrganization(),
		"PULUMI_PROJECT="+stack.GetProject(),
		"PULUMI_STACK="+stack.GetStack(),
		"PULUMI_DRY_RUN="+strconv.FormatBool(stack.GetDryRun()),
	), nil
}
