package standin

import (
	"context"
	"fmt"
	"os"
	"sort"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	sdk "github.com/pulumi/pulumi/sdk/v3/go/pulumi/provider"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"
)

// Serve runs the plugin until the engine is done with it.
func Serve(name, version string, resources map[string]*Resource) {
	if len(os.Args) == 2 && (os.Args[1] == "-version" || os.Args[1] == "--version") {
		fmt.Println(version)
		return
	}
	err := sdk.Main(name, func(*sdk.HostClient) (rpc.ResourceProviderServer, error) {
		return &server{name: name, version: version, resources: resources}, nil
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

type server struct {
	rpc.UnimplementedResourceProviderServer
	name, version string
	resources     map[string]*Resource
}

func (s *server) find(urn string) (*Resource, error) {
	token := string(resource.URN(urn).Type())
	if found, ok := s.resources[token]; ok {
		return found, nil
	}
	covered := make([]string, 0, len(s.resources))
	for known := range s.resources {
		covered = append(covered, known)
	}
	sort.Strings(covered)
	return nil, fmt.Errorf("the %s stand-in plugin does not cover %s; it covers %v. The official plugin covers all: "+
		"`pulumi plugin install resource %s` where the vendor can be reached", s.name, token, covered, s.name)
}

func (s *server) Configure(context.Context, *rpc.ConfigureRequest) (*rpc.ConfigureResponse, error) {
	return &rpc.ConfigureResponse{AcceptSecrets: true, AcceptResources: true, SupportsPreview: true}, nil
}

func (s *server) CheckConfig(_ context.Context, req *rpc.CheckRequest) (*rpc.CheckResponse, error) {
	return &rpc.CheckResponse{Inputs: req.News}, nil
}

func (s *server) DiffConfig(context.Context, *rpc.DiffRequest) (*rpc.DiffResponse, error) {
	return &rpc.DiffResponse{Changes: rpc.DiffResponse_DIFF_NONE}, nil
}

func (s *server) GetPluginInfo(context.Context, *emptypb.Empty) (*rpc.PluginInfo, error) {
	return &rpc.PluginInfo{Version: s.version}, nil
}

func (s *server) GetSchema(context.Context, *rpc.GetSchemaRequest) (*rpc.GetSchemaResponse, error) {
	return &rpc.GetSchemaResponse{Schema: fmt.Sprintf(`{"name":%q,"version":%q}`, s.name, s.version)}, nil
}

func (s *server) Invoke(_ context.Context, req *rpc.InvokeRequest) (*rpc.InvokeResponse, error) {
	return nil, fmt.Errorf("the %s stand-in plugin covers no functions (asked for %s)", s.name, req.Tok)
}

func (s *server) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

func (s *server) Create(_ context.Context, req *rpc.CreateRequest) (*rpc.CreateResponse, error) {
	r, err := s.find(req.Urn)
	if err != nil {
		return nil, err
	}
	given, err := read(req.Properties)
	if err != nil {
		return nil, err
	}
	given = withoutInternal(given)
	state := r.withDefaults(given)
	if req.Preview {
		for _, output := range r.Outputs {
			state[resource.PropertyKey(output)] = resource.MakeComputed(resource.NewProperty(""))
		}
		properties, err := r.write(state, req.Properties)
		return &rpc.CreateResponse{Properties: properties}, err
	}
	inputs, err := r.decode(given)
	if err != nil {
		return nil, err
	}
	id, outputs, err := r.Create(inputs)
	if err != nil {
		return nil, err
	}
	for key, value := range toProperties(outputs) {
		state[key] = value
	}
	properties, err := r.write(state, req.Properties)
	return &rpc.CreateResponse{Id: id, Properties: properties}, err
}

func (s *server) Update(_ context.Context, req *rpc.UpdateRequest) (*rpc.UpdateResponse, error) {
	r, err := s.find(req.Urn)
	if err != nil {
		return nil, err
	}
	state, news, err := readBoth(req.Olds, req.News)
	if err != nil {
		return nil, err
	}
	properties, err := r.write(r.refreshed(state, withoutInternal(news)), req.Olds, req.News)
	return &rpc.UpdateResponse{Properties: properties}, err
}

func (s *server) Read(_ context.Context, req *rpc.ReadRequest) (*rpc.ReadResponse, error) {
	r, err := s.find(req.Urn)
	if err != nil {
		return nil, err
	}
	state, err := read(req.Properties)
	if err != nil {
		return nil, err
	}
	if len(state) == 0 {
		return nil, fmt.Errorf("%s %q cannot be imported: it exists nowhere but in a Pulumi state", req.Urn, req.Id)
	}
	properties, err := r.write(r.refreshed(state, nil), req.Properties)
	return &rpc.ReadResponse{Id: req.Id, Inputs: req.Inputs, Properties: properties}, err
}

func (s *server) Delete(context.Context, *rpc.DeleteRequest) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}
