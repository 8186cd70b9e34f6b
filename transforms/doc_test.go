package transforms_test

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Every exported name has an Example with output.
func TestEveryNameHasExample(t *testing.T) {
	source, tests := parseFiles(t)
	shown := map[string]bool{}
	for _, example := range doc.Examples(tests...) {
		shown[example.Name] = example.Output != ""
	}
	for _, name := range exported(source) {
		if !shown[name.Name] {
			t.Errorf("%s has no Example with output", name.Name)
		}
	}
}

// Every function is in the table of doc.go, and every operator is a subject of TestOperators.
func TestEveryFunctionIsListed(t *testing.T) {
	table := readFile(t, "doc.go")
	tested := []string{"WriterSink", "Discard"} // in sink_test.go
	for _, s := range subjects() {
		tested = append(tested, s.name)
	}
	source, _ := parseFiles(t)
	for _, name := range exported(source) {
		if name.Obj.Kind != ast.Fun {
			continue
		}
		if !strings.Contains(table, "  "+name.Name+"  ") {
			t.Errorf("%s is not in the table of doc.go", name.Name)
		}
		if !slices.Contains(tested, name.Name) {
			t.Errorf("%s is not among the subjects of TestOperators", name.Name)
		}
	}
}

// parseFiles returns the files of the package and those of its tests.
func parseFiles(t *testing.T) (source, tests []*ast.File) {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, "_test.go") {
			tests = append(tests, file)
		} else {
			source = append(source, file)
		}
	}
	return source, tests
}

// exported returns the exported names that files declare, without fields and methods.
func exported(files []*ast.File) []*ast.Ident {
	var names []*ast.Ident
	for _, file := range files {
		for _, declaration := range file.Decls {
			names = append(names, declared(declaration)...)
		}
	}
	return slices.DeleteFunc(names, func(name *ast.Ident) bool { return !name.IsExported() })
}

func declared(declaration ast.Decl) (names []*ast.Ident) {
	switch d := declaration.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil {
			names = append(names, d.Name)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.TypeSpec:
				names = append(names, s.Name)
			case *ast.ValueSpec:
				names = append(names, s.Names...)
			}
		}
	}
	return names
}
