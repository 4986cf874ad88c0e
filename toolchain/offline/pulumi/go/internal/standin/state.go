package standin

import (
	"sort"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"google.golang.org/protobuf/types/known/structpb"
)

// read turns what the engine sent into plain values; which of them are secret is known from the resource type.
func read(sent *structpb.Struct) (resource.PropertyMap, error) {
	return plugin.UnmarshalProperties(sent, plugin.MarshalOptions{KeepUnknowns: true, SkipNulls: true})
}

func readBoth(one, other *structpb.Struct) (resource.PropertyMap, resource.PropertyMap, error) {
	first, err := read(one)
	if err != nil {
		return nil, nil, err
	}
	second, err := read(other)
	return first, second, err
}

// write turns a state into what the engine stores. Secret are the properties that always are, and those that the
// program said to be secret in what was sent.
func (r *Resource) write(state resource.PropertyMap, sent ...*structpb.Struct) (*structpb.Struct, error) {
	state = state.Copy()
	secrets := map[resource.PropertyKey]bool{}
	for _, name := range r.Secrets {
		secrets[resource.PropertyKey(name)] = true
	}
	for _, given := range sent {
		marked, err := plugin.UnmarshalProperties(given, plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true})
		if err != nil {
			return nil, err
		}
		for key, value := range marked {
			secrets[key] = secrets[key] || value.ContainsSecrets()
		}
	}
	for key, value := range state {
		if secrets[key] {
			state[key] = resource.MakeSecret(value)
		}
	}
	return plugin.MarshalProperties(state, plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true, SkipNulls: true})
}

// refreshed is the state with new inputs laid over it and its time-dependent outputs computed anew.
func (r *Resource) refreshed(state, inputs resource.PropertyMap) resource.PropertyMap {
	state = state.Copy()
	for key, value := range inputs {
		state[key] = value
	}
	if r.Refresh != nil && !state.ContainsUnknowns() {
		for key, value := range toProperties(r.Refresh(state.Mappable())) {
			state[key] = value
		}
	}
	return state
}

// withoutInternal drops what the engine and the SDK keep for themselves (`__defaults` and the like).
func withoutInternal(given resource.PropertyMap) resource.PropertyMap {
	kept := resource.PropertyMap{}
	for key, value := range given {
		if !resource.IsInternalPropertyKey(key) {
			kept[key] = value
		}
	}
	return kept
}

func union(one, other resource.PropertyMap) []resource.PropertyKey {
	all := one.Copy()
	for key, value := range other {
		all[key] = value
	}
	keys := all.StableKeys()
	sort.Slice(keys, func(i, j int) bool { return keys[i] < keys[j] })
	return keys
}
