// pulumi-language-nodejs runs Node.js programs, policy packs and plugins for the Pulumi CLI by starting the runners
// that @pulumi/pulumi ships. It stands in for Pulumi's own host, which is no module of its own and cannot be built
// from one. Dependencies are the program's own business here: it installs none and generates no code.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
)

const version = "3.256.0"

func main() {
	if len(os.Args) == 2 && strings.TrimLeft(os.Args[1], "-") == "version" {
		fmt.Println(version)
		return
	}
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, "pulumi-language-nodejs:", err)
		os.Exit(1)
	}
}

func serve() error {
	if len(os.Args) < 2 {
		return fmt.Errorf("expected the engine's address as last argument: this is started by the pulumi CLI, not by hand")
	}
	engine := os.Args[len(os.Args)-1]
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// Programs must not outlive an engine that was killed.
	if err := rpcutil.Healthcheck(ctx, engine, 5*time.Minute, stop); err != nil {
		return err
	}
	done := make(chan bool)
	go func() { <-ctx.Done(); close(done) }()

	handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: done,
		Init: func(server *grpc.Server) error {
			rpc.RegisterLanguageRuntimeServer(server, &host{engine: engine, ctx: ctx})
			return nil
		},
	})
	if err != nil {
		return err
	}
	fmt.Println(handle.Port) // how the CLI finds us
	return <-handle.Done
}

type host struct {
	rpc.UnimplementedLanguageRuntimeServer
	engine string
	ctx    context.Context //nolint:containedctx // the life of the process: it ends what we started
}

func (*host) Handshake(context.Context, *rpc.LanguageHandshakeRequest) (*rpc.LanguageHandshakeResponse, error) {
	return &rpc.LanguageHandshakeResponse{}, nil
}

func (*host) GetPluginInfo(context.Context, *emptypb.Empty) (*rpc.PluginInfo, error) {
	return &rpc.PluginInfo{Version: version}, nil
}

// The CLI asks which plugins to fetch before the program runs. Those it needs are installed already, and each
// resource names its plugin's version when it is registered.
func (*host) GetRequiredPackages(
	context.Context, *rpc.GetRequiredPackagesRequest,
) (*rpc.GetRequiredPackagesResponse, error) {
	return &rpc.GetRequiredPackagesResponse{}, nil
}

func (*host) GetProgramDependencies(
	context.Context, *rpc.GetProgramDependenciesRequest,
) (*rpc.GetProgramDependenciesResponse, error) {
	return &rpc.GetProgramDependenciesResponse{}, nil
}

func (*host) RuntimeOptionsPrompts(
	context.Context, *rpc.RuntimeOptionsRequest,
) (*rpc.RuntimeOptionsResponse, error) {
	return &rpc.RuntimeOptionsResponse{}, nil
}

func (*host) About(context.Context, *rpc.AboutRequest) (*rpc.AboutResponse, error) {
	return &rpc.AboutResponse{Executable: "node", Version: version}, nil
}

func (*host) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}
