// pulumi-resource-docker bridges the Terraform provider that the official Pulumi docker plugin bridges, with the
// same tokens and field names, so that the official SDKs (@pulumi/docker) work with it unchanged. The one resource
// it lacks is docker.Image, which the official plugin implements natively: build with docker.RemoteImage instead.
package main

import (
	"os"
	"strings"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	shimv2 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	docker "github.com/terraform-providers/terraform-provider-docker/internal/provider"
)

const version = "5.2.0"

// A provider's own `host` and certificates decide which engine it talks to. Upstream lets these variables of the
// caller's environment win over them, so that a DOCKER_HOST in a shell could redirect a whole stack.
var redirecting = []string{
	"DOCKER_HOST", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH", "DOCKER_CONTEXT", "DOCKER_API_VERSION",
}

func main() {
	for _, name := range redirecting {
		_ = os.Unsetenv(name)
	}
	// The schema only serves SDK generation; the SDKs exist already.
	tfbridge.Main("docker", version, provider(), []byte(`{"name":"docker","version":"`+version+`"}`))
}

func provider() tfbridge.ProviderInfo {
	info := tfbridge.ProviderInfo{
		P:       shimv2.NewProvider(docker.New(version)()),
		Name:    "docker",
		Version: version,
		Config: map[string]*tfbridge.SchemaInfo{
			"host":          {Default: &tfbridge.DefaultInfo{Value: "unix:///var/run/docker.sock"}},
			"registry_auth": {Name: "registryAuth", MaxItemsOne: tfbridge.False()},
		},
		Resources: map[string]*tfbridge.ResourceInfo{
			"docker_buildx_builder": {Tok: resource("BuildxBuilder")},
			"docker_config":         {Tok: resource("ServiceConfig")},
			"docker_container": {
				Tok:                 resource("Container"),
				DeleteBeforeReplace: true, // names and published ports cannot be held twice
				Fields:              verbatim("command", "networksAdvanced"),
			},
			"docker_image":          {Tok: resource("RemoteImage"), Fields: verbatim("name")},
			"docker_network":        {Tok: resource("Network")},
			"docker_plugin":         {Tok: resource("Plugin")},
			"docker_registry_image": {Tok: resource("RegistryImage")},
			"docker_secret":         {Tok: resource("Secret")},
			"docker_service":        {Tok: resource("Service")},
			"docker_tag":            {Tok: resource("Tag")},
			"docker_volume":         {Tok: resource("Volume")},
		},
		DataSources: map[string]*tfbridge.DataSourceInfo{
			"docker_image":                    {Tok: function("getRemoteImage")},
			"docker_logs":                     {Tok: function("getLogs")},
			"docker_network":                  {Tok: function("getNetwork")},
			"docker_plugin":                   {Tok: function("getPlugin")},
			"docker_registry_image":           {Tok: function("getRegistryImage")},
			"docker_registry_image_manifests": {Tok: function("getRegistryImageManifests")},
		},
	}
	info.SetAutonaming(255, "-")
	return info
}

// resource and function spell tokens the way the official SDKs do: docker:index/remoteImage:RemoteImage.
func resource(name string) tokens.Type {
	return tokens.Type("docker:index/" + strings.ToLower(name[:1]) + name[1:] + ":" + name)
}

func function(name string) tokens.ModuleMember {
	return tokens.ModuleMember("docker:index/" + name + ":" + name)
}

// verbatim keeps the bridge from making the names of list fields plural, as the official plugin does.
func verbatim(names ...string) map[string]*tfbridge.SchemaInfo {
	fields := map[string]*tfbridge.SchemaInfo{}
	for _, name := range names {
		fields[tfbridge.PulumiToTerraformName(name, nil, nil)] = &tfbridge.SchemaInfo{Name: name}
	}
	return fields
}
