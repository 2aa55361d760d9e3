package languagehost

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
)

func TestPackageOfAnInstalledSDK(t *testing.T) {
	for _, test := range []struct {
		sdk           installedSDK
		name, version string
	}{
		{installedSDK{"pulumi_aws_native", "1.2.0", plugin.PulumiPluginJSON{}}, "aws-native", "v1.2.0"},
		{installedSDK{"pulumiverse_railway", "0.1.0a3", plugin.PulumiPluginJSON{Name: "railway"}}, "railway", "v0.1.0-alpha.3"},
		{installedSDK{"x", "9.9.9", plugin.PulumiPluginJSON{Name: "base", Version: "2.0.0"}}, "base", "v2.0.0"},
	} {
		dependency, err := test.sdk.dependency()
		if err != nil {
			t.Fatal(err)
		}
		if dependency.GetName() != test.name || dependency.GetVersion() != test.version || dependency.GetKind() != "resource" {
			t.Errorf("%v: %v", test.sdk, dependency)
		}
	}
}

func TestParameterizationIsHandedOn(t *testing.T) {
	dependency, err := installedSDK{"pulumi_bridged", "1.0.0", plugin.PulumiPluginJSON{
		Name: "terraform-provider", Version: "0.8.0",
		Parameterization: &plugin.PulumiParameterizationJSON{Name: "bridged", Version: "1.0.0", Value: []byte("x")},
	}}.dependency()
	if err != nil {
		t.Fatal(err)
	}
	if got := dependency.GetParameterization(); got.GetName() != "bridged" || string(got.GetValue()) != "x" {
		t.Errorf("parameterization %v", got)
	}
}
