package languagehost

import (
	"context"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/emptypb"
)

func TestServesOnThePortThatItWrites(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	reader, writer := io.Pipe()
	outcome := make(chan error, 1)
	go func() { outcome <- Serve(ctx, "127.0.0.1:1", writer) }()

	var port int
	if _, err := fmt.Fscanf(reader, "%d\n", &port); err != nil {
		t.Fatal(err)
	}
	connection, err := grpc.NewClient(
		fmt.Sprintf("127.0.0.1:%d", port), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	info, err := pulumirpc.NewLanguageRuntimeClient(connection).GetPluginInfo(t.Context(), &emptypb.Empty{})
	if err != nil {
		t.Fatal(err)
	}
	if info.GetVersion() != sdk.Version.String() {
		t.Errorf("version %s, want %s", info.GetVersion(), sdk.Version)
	}

	stop()
	select {
	case err := <-outcome:
		if err != nil {
			t.Errorf("Serve returned %v", err)
		}
	case <-time.After(5 * time.Second):
		t.Error("Serve goes on")
	}
}
