package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"

	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
)

// explained is the exit code with which a runner says that it told the user what went wrong.
const explained = 32

// Run executes a program. Its output is ours, which the CLI shows.
func (h *host) Run(ctx context.Context, req *rpc.RunRequest) (*rpc.RunResponse, error) {
	runner, err := findRunner(req.Info.ProgramDirectory, "run")
	if err != nil {
		return nil, err
	}
	args := []string{
		runner, "--monitor=" + req.MonitorAddress, "--engine=" + h.engine,
		"--organization=" + req.Organization, "--project=" + req.Project, "--stack=" + req.Stack,
		"--root-directory=" + req.Info.RootDirectory, "--pwd=" + req.Pwd,
		"--parallel=" + strconv.Itoa(int(req.Parallel)),
	}
	if req.DryRun {
		args = append(args, "--dry-run")
	}
	command, release := h.node(ctx, append(append(args, req.Info.EntryPoint), req.Args...))
	defer release()
	command.Dir = req.Pwd
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	command.Env = append(os.Environ(),
		"PULUMI_CONFIG="+jsonOf(req.Config, "{}"),
		"PULUMI_CONFIG_SECRET_KEYS="+jsonOf(req.ConfigSecretKeys, "[]"),
		"PULUMI_NODEJS_TYPESCRIPT=true",
	)
	switch code, err := exitCode(command.Run()); {
	case err != nil:
		return nil, err
	case code == explained:
		return &rpc.RunResponse{Bail: true}, nil
	case code != 0:
		return &rpc.RunResponse{Error: fmt.Sprintf("Program exited with non-zero exit code: %d", code)}, nil
	}
	return &rpc.RunResponse{}, nil
}

// RunPlugin executes a policy pack or a provider that is written for Node.js, and hands its output on as it comes.
func (h *host) RunPlugin(req *rpc.RunPluginRequest, stream grpc.ServerStreamingServer[rpc.RunPluginResponse]) error {
	directory := req.Info.ProgramDirectory
	kind, args := "run-plugin", append([]string{directory}, req.Args...)
	if req.Kind == "analyzer" { // its runner expects the engine's address first
		kind, args = "run-policy-pack", append(append([]string{}, req.Args...), directory)
	}
	runner, err := findRunner(directory, kind)
	if err != nil {
		return err
	}
	command, release := h.node(stream.Context(), append([]string{runner}, args...))
	defer release()
	command.Dir = req.Pwd
	command.Env = append(os.Environ(), req.Env...)
	var sending sync.Mutex // stdout and stderr are copied side by side, a stream takes one message at a time
	send := func(message *rpc.RunPluginResponse) error {
		sending.Lock()
		defer sending.Unlock()
		return stream.Send(message)
	}
	command.Stdout = writer(func(text []byte) error {
		return send(&rpc.RunPluginResponse{Output: &rpc.RunPluginResponse_Stdout{Stdout: text}})
	})
	command.Stderr = writer(func(text []byte) error {
		return send(&rpc.RunPluginResponse{Output: &rpc.RunPluginResponse_Stderr{Stderr: text}})
	})
	code, err := exitCode(command.Run())
	if err != nil {
		return err
	}
	return send(&rpc.RunPluginResponse{Output: &rpc.RunPluginResponse_Exitcode{Exitcode: int32(code)}})
}

// node prepares a Node.js process that ends with its request or with us, gently first.
func (h *host) node(request context.Context, args []string) (*exec.Cmd, func()) {
	ctx, cancel := context.WithCancel(request)
	release := context.AfterFunc(h.ctx, cancel)
	command := exec.CommandContext(ctx, "node", args...)
	command.Cancel = func() error { return command.Process.Signal(syscall.SIGTERM) }
	command.WaitDelay = 5 * time.Second
	return command, func() { release(); cancel() }
}

// findRunner looks where Node.js would: in node_modules of the folder and of those above it.
func findRunner(directory, name string) (string, error) {
	for folder := filepath.Clean(directory); ; folder = filepath.Dir(folder) {
		runner := filepath.Join(folder, "node_modules", "@pulumi", "pulumi", "cmd", name)
		if _, err := os.Stat(runner); err == nil {
			return runner, nil
		}
		if folder == filepath.Dir(folder) {
			return "", fmt.Errorf("@pulumi/pulumi (with cmd/%s) is not installed in %s or above: run `npm ci` there",
				name, directory)
		}
	}
}

// jsonOf writes what the SDK parses; a request without any config carries nil, which must not become `null`.
func jsonOf[T map[string]string | []string](value T, empty string) string {
	if len(value) == 0 {
		return empty
	}
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // strings always marshal
	}
	return string(text)
}

func exitCode(err error) (int, error) {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode(), nil
	}
	return 0, err
}

type writer func([]byte) error

func (w writer) Write(text []byte) (int, error) {
	if err := w(text); err != nil {
		return 0, err
	}
	return len(text), nil
}
