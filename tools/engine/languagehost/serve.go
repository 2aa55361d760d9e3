package languagehost

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
)

const (
	// How often the engine is asked whether it is alive. An engine on this machine that dies is noticed sooner, as the
	// parent process; this notices one that this host was attached to.
	engineCheckInterval = 30 * time.Second

	parentCheckInterval = 500 * time.Millisecond
)

// Serve listens on a free port, writes it to out, and serves until the engine is gone or an interrupt arrives. It returns
// after every process of the host has ended.
func Serve(ctx context.Context, engineAddress string, out io.Writer) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	stopWithParent(ctx, stop)
	if err := rpcutil.Healthcheck(ctx, engineAddress, engineCheckInterval, stop); err != nil {
		return fmt.Errorf("watching the engine: %w", err)
	}

	host := NewHost(ctx, engineAddress)
	stopServing := make(chan bool)
	go func() {
		<-ctx.Done()
		close(stopServing)
	}()
	server, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: stopServing,
		Init: func(server *grpc.Server) error {
			pulumirpc.RegisterLanguageRuntimeServer(server, host)
			return nil
		},
	})
	if err != nil {
		return fmt.Errorf("listening for the engine: %w", err)
	}
	if _, err := fmt.Fprintf(out, "%d\n", server.Port); err != nil {
		return fmt.Errorf("telling the engine the port: %w", err)
	}
	return <-server.Done
}

// stopWithParent calls stop when this process is handed over to another parent, which happens when the engine is killed.
func stopWithParent(ctx context.Context, stop context.CancelFunc) {
	parent := os.Getppid()
	go func() {
		ticker := time.NewTicker(parentCheckInterval)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
				if os.Getppid() != parent {
					stop()
					return
				}
			}
		}
	}()
}
