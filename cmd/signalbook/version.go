package main

import (
	"fmt"

	"github.com/prometheus/common/version"
)

type versionCommand struct{}

// Run prints version, revision and Go version as the Prometheus family does.
func (versionCommand) Run(std streams) error {
	_, err := fmt.Fprintln(std.out, version.Print("signalbook"))
	return err
}
