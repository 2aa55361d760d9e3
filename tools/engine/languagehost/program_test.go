package languagehost

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"
)

// Stands in for the SDK's starter: does what the program's first argument says.
const starter = `
import os, sys, time
action, value = sys.argv[-2:]
if action == "exit":
    sys.exit(int(value))
with open(value, "w") as file:
    file.write(str(os.getpid()))
time.sleep(60)
`

// runRequest lays the starter beside the test's executable, which takes the host's place.
func runRequest(t *testing.T, arguments ...string) *pulumirpc.RunRequest {
	t.Helper()
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("python3 is not installed")
	}
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(filepath.Dir(executable), starterScript)
	if err := os.WriteFile(path, []byte(starter), 0o600); err != nil {
		t.Fatal(err)
	}
	return &pulumirpc.RunRequest{Args: arguments, Info: programInfo(t, nil)}
}

func TestExitCodesOfAProgram(t *testing.T) {
	host := NewHost(t.Context(), "127.0.0.1:1")
	for _, test := range []struct {
		code int
		want *pulumirpc.RunResponse
	}{
		{0, &pulumirpc.RunResponse{}},
		{1, &pulumirpc.RunResponse{Error: "Program exited with non-zero exit code: 1"}},
		{exitCodeAlreadyExplained, &pulumirpc.RunResponse{Bail: true}},
	} {
		response, err := host.Run(t.Context(), runRequest(t, "exit", strconv.Itoa(test.code)))
		if err != nil {
			t.Fatal(err)
		}
		if response.GetBail() != test.want.GetBail() || response.GetError() != test.want.GetError() {
			t.Errorf("exit code %d: %v, want %v", test.code, response, test.want)
		}
	}
}

func TestCancelEndsTheProgram(t *testing.T) {
	host := NewHost(t.Context(), "127.0.0.1:1")
	note := filepath.Join(t.TempDir(), "process")
	outcome := make(chan error, 1)
	request := runRequest(t, "wait", note)
	go func() {
		_, err := host.Run(context.Background(), request)
		outcome <- err
	}()
	process := awaitNumber(t, note)
	if _, err := host.Cancel(t.Context(), &emptypb.Empty{}); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-outcome:
		if err == nil || !strings.Contains(err.Error(), "cancelled") {
			t.Errorf("Run returned %v", err)
		}
	case <-time.After(gracePeriod):
		t.Fatal("Run goes on after Cancel")
	}
	if err := syscall.Kill(process, 0); err == nil {
		t.Error("the program lives on")
	}
}

func awaitNumber(t *testing.T, path string) int {
	t.Helper()
	for range 200 {
		if content, err := os.ReadFile(path); err == nil && len(content) > 0 {
			number, err := strconv.Atoi(string(content))
			if err != nil {
				t.Fatal(err)
			}
			return number
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("the program has not started")
	return 0
}

func TestAbsentConfigurationReachesPythonAsEmpty(t *testing.T) {
	variables, err := configurationEnvironment(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"PULUMI_CONFIG={}", "PULUMI_CONFIG_SECRET_KEYS=[]"}; !slices.Equal(variables, want) {
		t.Errorf("%v, want %v", variables, want)
	}
}

func TestConfigurationDoesNotReachTheArguments(t *testing.T) {
	request := runRequest(t)
	request.Config = map[string]string{"project:password": "canary"}
	arguments, err := starterArguments(request, "127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(strings.Join(arguments, " "), "canary") {
		t.Errorf("a secret in the arguments: %v", arguments)
	}
}
