package standin

import (
	"context"
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

func (s *server) Check(_ context.Context, req *rpc.CheckRequest) (*rpc.CheckResponse, error) {
	r, err := s.find(req.Urn)
	if err != nil {
		return nil, err
	}
	response := &rpc.CheckResponse{Inputs: req.News}
	fail := func(property, reason string) {
		response.Failures = append(response.Failures, &rpc.CheckFailure{Property: property, Reason: reason})
	}
	given, err := read(req.News)
	if err != nil {
		return nil, err
	}
	for _, key := range given.StableKeys() {
		if !r.knows(key) && !resource.IsInternalPropertyKey(key) {
			fail(string(key), fmt.Sprintf("not covered by the %s stand-in plugin", s.name))
		}
	}
	if len(response.Failures) > 0 {
		return response, nil
	}
	// A value that is only known later is checked when it is made; what is known is checked now.
	known := resource.PropertyMap{}
	for key, value := range withoutInternal(given) {
		if !value.ContainsUnknowns() {
			known[key] = value
		}
	}
	inputs, err := r.decode(known)
	if err != nil {
		fail("", err.Error())
		return response, nil
	}
	if r.Check != nil {
		for property, reason := range r.Check(inputs) {
			if _, later := given[resource.PropertyKey(property)]; !later || known.HasValue(resource.PropertyKey(property)) {
				fail(property, reason)
			}
		}
	}
	return response, nil
}

func (s *server) Diff(_ context.Context, req *rpc.DiffRequest) (*rpc.DiffResponse, error) {
	r, err := s.find(req.Urn)
	if err != nil {
		return nil, err
	}
	before, after, err := readBoth(req.OldInputs, req.News)
	if err != nil {
		return nil, err
	}
	state, err := read(req.Olds)
	if err != nil {
		return nil, err
	}
	response := &rpc.DiffResponse{Changes: rpc.DiffResponse_DIFF_NONE}
	changed := func(key string, inPlace bool) {
		response.Changes = rpc.DiffResponse_DIFF_SOME
		response.Diffs = append(response.Diffs, key)
		if !inPlace {
			response.Replaces = append(response.Replaces, key)
		}
	}
	before, after = r.withDefaults(withoutInternal(before)), r.withDefaults(withoutInternal(after))
	for _, key := range union(before, after) {
		was, had := before[key]
		is, has := after[key]
		if slices.Contains(req.IgnoreChanges, string(key)) || (had == has && had && was.DeepEquals(is)) {
			continue
		}
		changed(string(key), slices.Contains(r.InPlace, string(key)))
	}
	if r.Stale != "" && r.refreshed(state, after)[resource.PropertyKey(r.Stale)].DeepEquals(resource.NewProperty(true)) {
		changed(r.Stale, false)
	}
	return response, nil
}
