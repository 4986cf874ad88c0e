package standin

import (
	"context"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/structpb"
)

const urn = "urn:pulumi:stack::project::test:index/thing:Thing::name"

type thingArgs struct {
	Size  int     `json:"size"`
	Note  *string `json:"note,omitempty"`
	Early int     `json:"early"`
}

var keep = plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true}

func serverOf(t *testing.T) *server {
	t.Helper()
	return &server{name: "test", version: "1.0.0", resources: map[string]*Resource{"test:index/thing:Thing": {
		Defaults: func() any { return &thingArgs{Size: 2} },
		Outputs:  []string{"value", "due"},
		Secrets:  []string{"value"},
		InPlace:  []string{"early"},
		Stale:    "due",
		Check: Typed(func(args *thingArgs) Problems {
			if args.Size > 9 {
				return Problems{"size": "too large"}
			}
			return nil
		}),
		Create: TypedCreate(func(args *thingArgs) (string, map[string]any, error) {
			return "id", map[string]any{"value": strings.Repeat("x", args.Size), "due": false}, nil
		}),
		Refresh: func(state map[string]any) map[string]any {
			early, _ := state["early"].(float64)
			return map[string]any{"due": early > 5}
		},
	}}}
}

func send(t *testing.T, props resource.PropertyMap) *structpb.Struct {
	t.Helper()
	sent, err := plugin.MarshalProperties(props, keep)
	if err != nil {
		t.Fatal(err)
	}
	return sent
}

func properties(pairs ...any) resource.PropertyMap {
	all := resource.PropertyMap{}
	for i := 0; i < len(pairs); i += 2 {
		value, ok := pairs[i+1].(resource.PropertyValue)
		if !ok {
			value = resource.NewPropertyValue(pairs[i+1])
		}
		all[resource.PropertyKey(pairs[i].(string))] = value
	}
	return all
}

func TestSecretsStaySecret(t *testing.T) {
	given := properties("note", resource.MakeSecret(resource.NewProperty("private")))
	made, err := serverOf(t).Create(context.Background(), &rpc.CreateRequest{Urn: urn, Properties: send(t, given)})
	if err != nil {
		t.Fatal(err)
	}
	state, _ := plugin.UnmarshalProperties(made.Properties, keep)
	for key, secret := range map[resource.PropertyKey]bool{"value": true, "note": true, "size": false, "due": false} {
		if state[key].IsSecret() != secret {
			t.Errorf("%s: secret %v, expected %v (%v)", key, state[key].IsSecret(), secret, state[key])
		}
	}
	read, err := serverOf(t).Read(context.Background(), &rpc.ReadRequest{Urn: urn, Id: "id", Properties: made.Properties})
	if err != nil {
		t.Fatal(err)
	}
	again, _ := plugin.UnmarshalProperties(read.Properties, keep)
	if !again.DeepEquals(state) {
		t.Errorf("a refresh changed the state: %v, was %v", again, state)
	}
}

func TestCheck(t *testing.T) {
	unknown := resource.MakeComputed(resource.NewProperty(""))
	for name, test := range map[string]struct {
		given    resource.PropertyMap
		property string // the one expected to be complained about
	}{
		"fine":                    {properties("size", 3.0), ""},
		"not covered":             {properties("other", true), "other"},
		"wrong value":             {properties("size", 10.0), "size"},
		"wrong beside an unknown": {properties("size", 10.0, "note", unknown), "size"},
		"unknown":                 {properties("size", unknown), ""},
		"the SDK's own":           {properties("__defaults", []any{}), ""},
	} {
		checked, err := serverOf(t).Check(context.Background(), &rpc.CheckRequest{Urn: urn, News: send(t, test.given)})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, failure := range checked.Failures {
			got += failure.Property
		}
		if got != test.property {
			t.Errorf("%s: complained about %q, expected %q", name, got, test.property)
		}
	}
}

func TestDiff(t *testing.T) {
	state := properties("size", 2.0, "early", 0.0, "value", "xx", "due", false)
	for name, test := range map[string]struct {
		before, after resource.PropertyMap
		diffs         string
		replaces      string
	}{
		"nothing":             {properties(), properties(), "", ""},
		"a default, said":     {properties(), properties("size", 2.0), "", ""},
		"a value":             {properties(), properties("size", 3.0), "size", "size"},
		"in place":            {properties(), properties("early", 1.0), "early", ""},
		"due":                 {properties(), properties("early", 6.0), "early due", "due"},
		"left out once again": {properties("note", "n"), properties(), "note", "note"},
	} {
		diff, err := serverOf(t).Diff(context.Background(), &rpc.DiffRequest{
			Urn: urn, Olds: send(t, state), OldInputs: send(t, test.before), News: send(t, test.after),
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(diff.Diffs, " "); got != test.diffs {
			t.Errorf("%s: changes %q, expected %q", name, got, test.diffs)
		}
		if got := strings.Join(diff.Replaces, " "); got != test.replaces {
			t.Errorf("%s: replaces for %q, expected %q", name, got, test.replaces)
		}
	}
}
