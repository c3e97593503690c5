package main

import (
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/prometheus/common/version"
)

// stampVersion takes the version from Go's own build information where the build
// gave none, as `go install ...@latest` does.
func stampVersion() {
	if info, ok := debug.ReadBuildInfo(); ok && version.Version == "" {
		version.Version = strings.TrimPrefix(info.Main.Version, "v")
	}
}

type versionCommand struct{}

// Run prints version, revision and Go version as the Prometheus family does.
func (versionCommand) Run(std streams) error {
	_, err := fmt.Fprintln(std.out, version.Print("signalbook"))
	return err
}
