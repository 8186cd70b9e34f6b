package transforms_test

import (
	"os"
	"strings"
	"testing"
)

// The pipeline in the README is the body of Example_readme, which the compiler and its Output comment check.
func TestReadmeShowsExample(t *testing.T) {
	source := readFile(t, "example_readme_test.go")
	_, body, found := strings.Cut(source, "func Example_readme() {\n")
	if !found {
		t.Fatal("no Example_readme")
	}
	body, _, found = strings.Cut(body, "\n}\n")
	if !found {
		t.Fatal("Example_readme has no end")
	}
	body = strings.ReplaceAll("\n"+body, "\n\t", "\n")
	if block := "\n```go" + body + "\n```\n"; !strings.Contains(readFile(t, "../README.md"), block) {
		t.Errorf("README.md does not have this block:\n%s", block)
	}
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
