package languagehost

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// How long a process may take to end by itself before it is killed. The engine gives the host five seconds.
const gracePeriod = 4 * time.Second

// endGently makes the end of the command's context a termination signal first and a kill only afterwards.
//
// The process stays in the host's own process group: that is what the engine interrupts, and in the end kills.
func endGently(command *exec.Cmd) {
	command.Cancel = func() error { return command.Process.Signal(syscall.SIGTERM) }
	command.WaitDelay = gracePeriod
}

// addEnvironment sets further variables; later ones win.
func addEnvironment(command *exec.Cmd, variables ...string) {
	if command.Env == nil {
		command.Env = os.Environ()
	}
	command.Env = append(command.Env, variables...)
}

// exitCode returns the exit code of a process that ended by itself, and false for any other error.
func exitCode(err error) (int, bool) {
	if err == nil {
		return 0, true
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.Exited() {
		return exit.ExitCode(), true
	}
	return 0, false
}
