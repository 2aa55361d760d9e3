// Command pulumi-language-python runs Python programs, providers and policy packs for the Pulumi engine.
//
// The engine starts it with its own address as the only argument and reads the port from the first line of its output.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"

	"etally.example/tools/engine/languagehost"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/logging"
)

func main() {
	// The engine passes on -logtostderr and -v, which Pulumi's logging library declares, and -tracing.
	flag.String("tracing", "", "accepted for compatibility; this host emits no traces")
	flag.Parse()
	logging.InitLogging(false, 0, false)

	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: pulumi-language-python [options] ENGINE_ADDRESS (the Pulumi engine starts this program)")
		os.Exit(2)
	}
	if err := languagehost.Serve(context.Background(), flag.Arg(0), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
