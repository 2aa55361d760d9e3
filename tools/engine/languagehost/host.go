// Package languagehost serves Pulumi's LanguageRuntime protocol for Python.
package languagehost

import (
	"context"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"
)

// Host answers the engine's calls. Every process that it starts belongs to one call and ends with that call, with Cancel,
// or with the host.
type Host struct {
	pulumirpc.UnimplementedLanguageRuntimeServer

	mutex         sync.Mutex
	engineAddress string

	// Done when the host is to stop: Cancel was called, an interrupt arrived, or the engine is gone.
	stopping context.Context
	stop     context.CancelFunc
}

// NewHost returns a host that stops its processes when ctx is done.
func NewHost(ctx context.Context, engineAddress string) *Host {
	stopping, stop := context.WithCancel(ctx)
	return &Host{engineAddress: engineAddress, stopping: stopping, stop: stop}
}

// Handshake learns the engine's address when the engine attaches to a host that it did not start.
func (host *Host) Handshake(
	_ context.Context, request *pulumirpc.LanguageHandshakeRequest,
) (*pulumirpc.LanguageHandshakeResponse, error) {
	host.mutex.Lock()
	defer host.mutex.Unlock()
	host.engineAddress = request.GetEngineAddress()
	return &pulumirpc.LanguageHandshakeResponse{}, nil
}

// GetPluginInfo reports the version of the Pulumi SDK that this host was built from.
func (host *Host) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: sdk.Version.String()}, nil
}

// Cancel ends every process that the host started. The calls they belong to return an error.
func (host *Host) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	host.stop()
	return &emptypb.Empty{}, nil
}

func (host *Host) engine() string {
	host.mutex.Lock()
	defer host.mutex.Unlock()
	return host.engineAddress
}

// during returns a context that is done when the call is, and also when the host is to stop.
func (host *Host) during(call context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(call)
	release := context.AfterFunc(host.stopping, cancel)
	return ctx, func() {
		release()
		cancel()
	}
}
