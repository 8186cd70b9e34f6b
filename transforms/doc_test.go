package transforms_test

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
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

// Every function is in a table of doc.go, in each of its columns.
func TestEveryFunctionIsInTable(t *testing.T) {
	rows := tableRows(readFile(t, "doc.go"))
	source, _ := parseFiles(t)
	for _, function := range functions(source) {
		if rows[function.Name.Name] != len(tableColumns) {
			t.Errorf("%s has %d columns in the tables of doc.go, want %d: %v",
				function.Name.Name, rows[function.Name.Name], len(tableColumns), tableColumns)
		}
	}
}

var tableColumns = []string{"to do", "use", "slow consumer", "holds", "RxJS, RxGo, ro"}

// tableRows returns how many columns there are in the row of each name.
func tableRows(text string) map[string]int {
	rows := map[string]int{}
	gap := regexp.MustCompile(` {2,}`)
	for line := range strings.Lines(text) {
		if row, found := strings.CutPrefix(strings.TrimSpace(line), "//\t"); found {
			if columns := gap.Split(row, -1); len(columns) > 1 {
				rows[columns[1]] = len(columns)
			}
		}
	}
	return rows
}

// Every function has a row in the contract test, and checks of its callbacks.
func TestEveryFunctionHasContract(t *testing.T) {
	rows := map[string]subject{}
	for _, s := range subjects() {
		if _, twice := rows[s.name]; twice {
			t.Errorf("two subjects are called %s", s.name)
		}
		rows[s.name] = s
	}
	source, _ := parseFiles(t)
	for _, function := range functions(source) {
		name := function.Name.Name
		row, found := rows[name]
		delete(rows, name)
		calls, canFail := callbacks(function)
		switch {
		case !found:
			t.Errorf("%s is not among the subjects of TestContract", name)
		case row.test != nil: // which is about all of it
		case calls && !row.panics:
			t.Errorf("the subject %s has no check of a panic in its callback", name)
		case canFail && !row.fails:
			t.Errorf("the subject %s has no check of an error in its callback", name)
		}
	}
	for name := range rows {
		t.Errorf("there is a subject %s, but no such function", name)
	}
}

// callbacks reports whether function has a parameter that is a function, and one that returns an error.
func callbacks(function *ast.FuncDecl) (calls, canFail bool) {
	for _, parameter := range function.Type.Params.List {
		callback, ok := parameter.Type.(*ast.FuncType)
		if !ok {
			continue
		}
		calls = true
		for _, result := range results(callback) {
			if name, ok := result.Type.(*ast.Ident); ok && name.Name == "error" {
				canFail = true
			}
		}
	}
	return calls, canFail
}

func results(f *ast.FuncType) []*ast.Field {
	if f.Results == nil {
		return nil
	}
	return f.Results.List
}

// functions returns the exported functions of files, methods not among them.
func functions(files []*ast.File) []*ast.FuncDecl {
	var found []*ast.FuncDecl
	for _, file := range files {
		for _, declaration := range file.Decls {
			if f, ok := declaration.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.IsExported() {
				found = append(found, f)
			}
		}
	}
	return found
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
