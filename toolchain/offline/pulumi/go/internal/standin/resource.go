// Package standin serves logical resources (keys, certificates, random values) to Pulumi: made once from their
// inputs, kept in the state, never read back from anywhere.
package standin

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// Resource is one resource type of the official SDK that this plugin stands in for.
type Resource struct {
	// Defaults returns a pointer to a fresh struct whose JSON names are the SDK's inputs, with their defaults in place.
	Defaults func() any
	// Outputs are the properties Create computes.
	Outputs []string
	// Secrets are the properties that are encrypted in the state and masked on the screen.
	Secrets []string
	// InPlace are the inputs that may change without a new value being made; any other change replaces the resource.
	InPlace []string
	// Check reports what is wrong with complete inputs, property by property. Optional.
	Check func(inputs any) Problems
	// Create makes the value: its id and its outputs.
	Create func(inputs any) (id string, outputs map[string]any, err error)
	// Refresh recomputes outputs that depend on the time of day. Optional.
	Refresh func(state map[string]any) (outputs map[string]any)
	// Stale names the output that asks for a replacement when it is true. Optional.
	Stale string
}

// Problems maps a property to what is wrong with it and how to put it right.
type Problems map[string]string

// Error makes problems that were found late an error.
func (p Problems) Error() string { return fmt.Sprint(map[string]string(p)) }

// Typed adapts a function over a concrete input struct.
func Typed[I, R any](f func(*I) R) func(any) R { return func(in any) R { return f(in.(*I)) } }

// TypedCreate adapts a Create function over a concrete input struct.
func TypedCreate[I any](f func(*I) (string, map[string]any, error)) func(any) (string, map[string]any, error) {
	return func(in any) (string, map[string]any, error) { return f(in.(*I)) }
}

// withDefaults adds the defaults of what the program left out, and drops nulls, which mean the same.
func (r *Resource) withDefaults(given resource.PropertyMap) resource.PropertyMap {
	all := toProperties(r.Defaults())
	for key, value := range given {
		if !value.IsNull() {
			all[key] = value
		}
	}
	return all
}

// decode fills the typed inputs. The values must be known and plain.
func (r *Resource) decode(given resource.PropertyMap) (any, error) {
	inputs := r.Defaults()
	decoder := json.NewDecoder(bytes.NewReader(mustJSON(given.Mappable())))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(inputs); err != nil {
		return nil, fmt.Errorf("%s", strings.TrimPrefix(err.Error(), "json: "))
	}
	return inputs, nil
}

// knows tells whether an input is covered.
func (r *Resource) knows(name resource.PropertyKey) bool {
	probe := mustJSON(map[string]any{string(name): nil})
	decoder := json.NewDecoder(bytes.NewReader(probe))
	decoder.DisallowUnknownFields()
	return decoder.Decode(r.Defaults()) == nil
}

func toProperties(value any) resource.PropertyMap {
	plain := map[string]any{}
	if err := json.Unmarshal(mustJSON(value), &plain); err != nil {
		panic(err)
	}
	return resource.NewPropertyMapFromMap(plain)
}

func mustJSON(value any) []byte {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // only our own structs and decoded JSON come here
	}
	return text
}
