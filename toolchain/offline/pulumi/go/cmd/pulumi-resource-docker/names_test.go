package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	shim "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim"
)

// The official SDK's declarations are the contract: every property it sends or reads must have the same name, be
// nested the same way, and be a list where the SDK's is one.
const sdk = "../../../../../node_modules/@pulumi/docker"

var (
	interfacePattern = regexp.MustCompile(`(?s)export interface (\w+) \{(.*?)\n\}`)
	propertyPattern  = regexp.MustCompile(`(?m)^    (\w+)\?: pulumi\.Input<((?s:.*?)) \| undefined>;$|^    (\w+): pulumi\.Input<((?s:.*?))>;$`)
	nestedPattern    = regexp.MustCompile(`inputs\.(\w+)`)
)

func TestNamesAreThoseOfTheSDK(t *testing.T) {
	if _, err := os.Stat(sdk); err != nil {
		t.Skipf("needs the official SDK (npm ci in the project): %v", err)
	}
	info := provider()
	nested := interfaces(t, "types/input.d.ts")
	checked := 0
	for key, resource := range info.Resources {
		name := resource.Tok.Name().String()
		declared := interfaces(t, strings.ToLower(name[:1])+name[1:]+".d.ts")[name+"State"]
		schema := info.P.ResourcesMap().Get(key).Schema()
		checked += compare(t, name, schema, resource.Fields, declared, nested)
	}
	checked += compare(t, "Provider", info.P.Schema(), info.Config, interfaces(t, "provider.d.ts")["ProviderArgs"], nested)
	t.Logf("%d properties compared", checked)
	if checked < 300 {
		t.Errorf("only %d properties found: the declarations are no longer read right", checked)
	}
}

func compare(
	t *testing.T, at string, schema shim.SchemaMap, fields map[string]*tfbridge.SchemaInfo,
	declared map[string]string, nested map[string]map[string]string,
) int {
	count := 0
	remaining := map[string]bool{}
	for name := range declared {
		remaining[name] = true
	}
	schema.Range(func(key string, field shim.Schema) bool {
		isResourceID := key == "id" && !strings.Contains(at, ".")
		if isResourceID || field.Removed() != "" {
			return true
		}
		count++
		name := tfbridge.TerraformToPulumiNameV2(key, schema, fields)
		declaration, ok := declared[name]
		if !ok {
			t.Errorf("%s.%s (%s) is not in the SDK", at, name, key)
			return true
		}
		delete(remaining, name)
		isList := field.Type() == shim.TypeList || field.Type() == shim.TypeSet
		if isList && tfbridge.IsMaxItemsOne(field, fields[key]) {
			isList = false
		}
		if isList != strings.HasSuffix(declaration, "[]") {
			t.Errorf("%s.%s: list here %v, in the SDK %q", at, name, isList, declaration)
		}
		inner, isObject := field.Elem().(shim.Resource)
		reference := nestedPattern.FindStringSubmatch(declaration)
		if isObject != (reference != nil) {
			t.Errorf("%s.%s: object here %v, in the SDK %q", at, name, isObject, declaration)
		} else if isObject {
			var innerFields map[string]*tfbridge.SchemaInfo
			if fields[key] != nil && fields[key].Elem != nil {
				innerFields = fields[key].Elem.Fields
			}
			count += compare(t, at+"."+name, inner.Schema(), innerFields, nested[reference[1]], nested)
		}
		return true
	})
	for name := range remaining {
		t.Errorf("%s.%s is in the SDK but not here", at, name)
	}
	return count
}

// interfaces reads the declared properties of each interface in one file of the SDK.
func interfaces(t *testing.T, file string) map[string]map[string]string {
	text, err := os.ReadFile(filepath.Join(sdk, file))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]map[string]string{}
	for _, declaration := range interfacePattern.FindAllStringSubmatch(string(text), -1) {
		properties := map[string]string{}
		for _, property := range propertyPattern.FindAllStringSubmatch(declaration[2], -1) {
			properties[property[1]+property[3]] = property[2] + property[4]
		}
		found[declaration[1]] = properties
	}
	return found
}
