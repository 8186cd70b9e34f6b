package catalog_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/weirstreams/weir/bench/internal/catalog"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

func TestEveryEngineIsMeasuredInOneWay(t *testing.T) {
	names := map[string]bool{}
	for _, w := range catalog.All() {
		if _, ok := w.Engine(w.Reference); !ok {
			t.Errorf("%s: there is no engine %q to refer to", w.Name, w.Reference)
		}
		for _, e := range w.Engines {
			name := w.Name + "/" + e.Name
			if names[name] {
				t.Errorf("%s is there twice", name)
			}
			names[name] = true
			ways := 0
			for _, is := range []bool{e.Prepare != nil, e.Hold != nil, e.Report != nil, e.Node != ""} {
				if is {
					ways++
				}
			}
			if ways != 1 {
				t.Errorf("%s is measured in %d ways", name, ways)
			}
			if found, _, ok := catalog.Find(name); !ok || found.Name != w.Name {
				t.Errorf("Find(%q) = %q, %t", name, found.Name, ok)
			}
		}
	}
}
