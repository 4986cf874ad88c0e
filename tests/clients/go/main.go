// The official Go SDK. Its only argument is a task, it prints one line of JSON for each step: ../steps.ts.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

const (
	large       = 5_000_000 // characters of the large result
	cancelAfter = 500 * time.Millisecond
	patience    = 60 * time.Second // for one step
)

type task struct {
	URL    string `json:"url"`
	Prefix string `json:"prefix"`
}

type said struct {
	Step string `json:"step"`
	OK   bool   `json:"ok"`
	Note string `json:"note,omitempty"`
}

func say(line any) {
	text, _ := json.Marshal(line)
	fmt.Println(string(text))
}

type driver struct {
	task
	session *mcp.ClientSession
	stdin   *bufio.Reader
}

func (d *driver) connect(ctx context.Context) (string, error) {
	client := mcp.NewClient(&mcp.Implementation{Name: "go", Version: "1"}, nil)
	// The session lives longer than the step.
	session, err := client.Connect(context.WithoutCancel(ctx), &mcp.StreamableClientTransport{Endpoint: d.URL}, nil)
	if err != nil {
		return "", err
	}
	d.session = session
	return session.InitializeResult().ProtocolVersion, nil
}

// callTool gives the first text of the tool's result.
func (d *driver) callTool(ctx context.Context, tool string, arguments map[string]any) (string, error) {
	if d.session == nil {
		return "", errors.New("it is not connected")
	}
	result, err := d.session.CallTool(ctx, &mcp.CallToolParams{Name: d.Prefix + tool, Arguments: arguments})
	if err != nil {
		return "", err
	}
	if len(result.Content) == 0 {
		return "", errors.New("the result has no content")
	}
	text, ok := result.Content[0].(*mcp.TextContent)
	if !ok {
		return "", fmt.Errorf("got a %T, expected a text", result.Content[0])
	}
	return text.Text, nil
}

func (d *driver) answers(ctx context.Context) error {
	pid, err := d.callTool(ctx, "pid", nil)
	if err == nil && (pid == "" || strings.Trim(pid, "0123456789") != "") {
		return fmt.Errorf("got %s, expected a process id", pid)
	}
	return err
}

func (d *driver) list(ctx context.Context) (string, error) {
	if d.session == nil {
		return "", errors.New("it is not connected")
	}
	result, err := d.session.ListTools(ctx, nil)
	if err != nil {
		return "", err
	}
	wanted := d.Prefix + "pid"
	if !slices.ContainsFunc(result.Tools, func(tool *mcp.Tool) bool { return tool.Name == wanted }) {
		return "", fmt.Errorf("there is no %s among %d tools", wanted, len(result.Tools))
	}
	return "", nil
}

func (d *driver) call(ctx context.Context) (string, error) { return "", d.answers(ctx) }

func (d *driver) cancel(ctx context.Context) (string, error) {
	short, cancel := context.WithTimeout(ctx, cancelAfter)
	defer cancel()
	if _, err := d.callTool(short, "hang", nil); err == nil || short.Err() == nil {
		return "", fmt.Errorf("the call ended before it was cancelled: %v", err)
	}
	return "", d.answers(ctx)
}

func (d *driver) large(ctx context.Context) (string, error) {
	text, err := d.callTool(ctx, "big", map[string]any{"bytes": large})
	if err == nil && len(text) != large {
		return "", fmt.Errorf("got %d characters, expected %d", len(text), large)
	}
	return "", err
}

func (d *driver) lost(ctx context.Context) (string, error) {
	if d.session == nil {
		return "", errors.New("it is not connected")
	}
	say(map[string]string{"end": "sessions"})
	if _, err := d.stdin.ReadString('\n'); err != nil {
		return "", err
	}
	failed := d.answers(ctx)
	if failed == nil {
		return "by itself", nil
	}
	d.session.Close()
	if _, err := d.connect(ctx); err != nil {
		return "", err
	}
	return fmt.Sprintf("connects again after: %v", failed), d.answers(ctx)
}

func main() {
	d := &driver{stdin: bufio.NewReader(os.Stdin)}
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "error: expected one argument, a task")
		os.Exit(2)
	}
	if err := json.Unmarshal([]byte(os.Args[1]), &d.task); err != nil {
		fmt.Fprintln(os.Stderr, "error: the task:", err)
		os.Exit(2)
	}
	for _, step := range []struct {
		name string
		take func(context.Context) (string, error)
	}{
		{"connect", d.connect}, {"list", d.list}, {"call", d.call},
		{"cancel", d.cancel}, {"large", d.large}, {"lost", d.lost},
	} {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		note, err := step.take(ctx)
		cancel()
		if err != nil {
			note = strings.SplitN(err.Error(), "\n", 2)[0]
		}
		say(said{step.name, err == nil, note})
	}
	if d.session != nil {
		d.session.Close()
	}
}
