package playbooks

import "strings"

// IsTest reports whether a path is that of a test file by its name: those end in
// _test.yml or _test.yaml. Patterns and folders of playbooks leave them out.
func IsTest(path string) bool {
	return strings.HasSuffix(path, "_test.yml") || strings.HasSuffix(path, "_test.yaml")
}
