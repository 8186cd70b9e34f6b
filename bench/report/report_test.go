package main

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"log"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/weirstreams/weir/bench/internal/catalog"
	"github.com/weirstreams/weir/bench/internal/workload"
)

// Everything at once, on a small selection: processes, medians, tables, page and charts.
func TestReport(t *testing.T) {
	folder := t.TempDir()
	var out, progress bytes.Buffer
	args := []string{"-quick", "-time", "1ms", "-count", "2", "-o", folder, "-run", `^(W7|W3/.*|Rest/readable)/(weir|chan.*)$`}
	if err := run(t.Context(), args, &out, &progress); err != nil {
		t.Fatal(err, progress.String())
	}
	page, err := os.ReadFile(filepath.Join(folder, "RESULTS.md"))
	if err != nil {
		t.Fatal(err)
	}
	for where, text := range map[string]string{"output": out.String(), "page": string(page)} {
		for _, want := range []string{"W3/mark=128", "chan-ctx", "Rest/readable", "1.00×", "goroutines", "at most"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s lacks %q", where, want)
			}
		}
		for _, no := range []string{"NaN", "%!", "failed:"} {
			if strings.Contains(text, no) {
				t.Errorf("%s has %q", where, no)
			}
		}
	}
	for _, path := range regexp.MustCompile(`charts/[a-z-]+\.svg`).FindAllString(string(page), -1) {
		image, err := os.ReadFile(filepath.Join(folder, path))
		if err != nil {
			t.Error(err)
			continue
		}
		for decoder := xml.NewDecoder(bytes.NewReader(image)); ; {
			if _, err := decoder.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Errorf("%s: %v", path, err)
				break
			}
		}
	}
}

func TestHangingEngine(t *testing.T) {
	w, e, _ := catalog.Find("W1/weir")
	_, err := measureThere(t.Context(), w, e, options{time: time.Hour, timeout: 50 * time.Millisecond})
	if err == nil || !strings.Contains(err.Error(), "no result after 50ms") {
		t.Errorf("a measurement that hangs gave %v", err)
	}
}

func TestCrashingEngine(t *testing.T) {
	w := workload.Workload{Name: "W0"}
	_, err := measureThere(t.Context(), w, workload.Engine{Name: "none"}, options{timeout: time.Minute})
	if err == nil || !strings.Contains(err.Error(), "W0/none") {
		t.Errorf("a measurement that crashes gave %v", err)
	}
}

// One that fails is not tried again, and is shown as failed; what it has given before counts.
func TestCollectGoesOnAfterFailure(t *testing.T) {
	broken := errors.New("broken")
	calls := map[string]int{}
	measure := func(_ context.Context, _ workload.Workload, e workload.Engine, _ options) (figures, error) {
		calls[e.Name]++
		if e.Name == "breaks" || e.Name == "breaks-later" && calls[e.Name] == 2 {
			return nil, broken
		}
		return figures{workload.CPU: float64(calls[e.Name])}, nil
	}
	list := []workload.Workload{{
		Name: "W1", Reference: "works",
		Engines: []workload.Engine{{Name: "works"}, {Name: "breaks"}, {Name: "breaks-later"}},
	}}
	outcomes, err := collect(t.Context(), list, options{counts: 3}, measure, log.New(io.Discard, "", 0))
	if err != nil {
		t.Fatal(err)
	}
	rows := outcomes[0].rows
	if got := rows[0].figures[workload.CPU]; got != 2 {
		t.Errorf("median of 1, 2, 3: %v", got)
	}
	if rows[1].figures != nil || !errors.Is(rows[1].failed, broken) || calls["breaks"] != 1 {
		t.Errorf("the one that fails: %+v, tried %d times", rows[1], calls["breaks"])
	}
	if rows[2].figures[workload.CPU] != 1 || !errors.Is(rows[2].failed, broken) || calls["breaks-later"] != 2 {
		t.Errorf("the one that fails later: %+v, tried %d times", rows[2], calls["breaks-later"])
	}
	for i, want := range []string{"1.00×", "failed: broken", "0.50× (then failed: broken)"} {
		if got := sections[0].cells(outcomes[0], rows[i])[0]; got != want {
			t.Errorf("row %d shows %q, want %q", i, got, want)
		}
	}
}

func TestCollectEndsWithContext(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	enough := errors.New("enough")
	measure := func(context.Context, workload.Workload, workload.Engine, options) (figures, error) {
		cancel(enough)
		return nil, context.Canceled
	}
	list := []workload.Workload{{Name: "W1", Engines: []workload.Engine{{Name: "a"}, {Name: "b"}}}}
	if _, err := collect(ctx, list, options{counts: 3}, measure, log.New(io.Discard, "", 0)); !errors.Is(err, enough) {
		t.Errorf("collect gave %v", err)
	}
}

func TestJudge(t *testing.T) {
	outcomes := []outcome{{
		workload: workload.Workload{Name: "W4"}, units: 100,
		rows: []row{
			{engine: workload.Engine{Name: "weir"}, figures: figures{workload.CPU: 30, workload.Allocs: 0.5}},
			{engine: workload.Engine{Name: "loop"}, figures: figures{workload.CPU: 10}},
		},
	}}
	for _, c := range []struct {
		target
		want string
		got  float64
		met  bool
	}{
		{target{workload: "W4", engine: "weir", metric: workload.CPU, atMost: 30}, "W4 weir: at most 30 cpu-ns/el", 30, true},
		{target{workload: "W4", engine: "weir", metric: workload.CPU, atMost: 2.5, of: "loop"}, "W4 weir: cpu-ns/el at most 2.50× of loop", 3, false},
		{target{workload: "W4", engine: "weir", metric: workload.Allocs, atMost: 64, whole: true}, "W4 weir: at most 64 allocations in all", 50, true},
		{target{workload: "W4", engine: "weir", metric: workload.Allocs, atMost: noAllocs}, "W4 weir: 0 allocs/el", 0.5, false},
	} {
		list := judge([]target{c.target}, outcomes)
		if len(list) != 1 || list[0].got != c.got || list[0].met != c.met || list[0].String() != c.want {
			t.Errorf("%+v: judged %+v", c, list)
		}
	}
	for _, unknown := range []target{
		{workload: "W5", engine: "weir", metric: workload.CPU},
		{workload: "W4", engine: "weir", metric: workload.Heap},
		{workload: "W4", engine: "weir", metric: workload.CPU, of: "ro"},
	} {
		if list := judge([]target{unknown}, outcomes); len(list) > 0 {
			t.Errorf("judged what was not measured: %+v", list)
		}
	}
}

// The targets and the sections are about workloads and engines that exist.
func TestNames(t *testing.T) {
	find := func(w, e string) {
		t.Helper()
		if _, _, ok := catalog.Find(w + "/" + e); !ok {
			t.Errorf("there is no %s by %s", w, e)
		}
	}
	for _, target := range targets {
		find(target.workload, target.engine)
		if target.of != "" {
			find(target.workload, target.of)
		}
	}
	shown := map[string][]section{}
	for _, s := range sections {
		for _, family := range s.families {
			shown[family] = append(shown[family], s)
		}
	}
	for _, w := range catalog.All() {
		in := shown[w.Family()]
		if len(in) != 1 {
			t.Fatalf("%s is in %d sections", w.Name, len(in))
		}
		for _, e := range w.Engines {
			if _, ok := in[0].groupOf(e); !ok && len(in[0].groups) > 0 {
				t.Errorf("%s/%s is in no column of the overview", w.Name, e.Name)
			}
		}
	}
}

func TestNumbers(t *testing.T) {
	for _, c := range []struct {
		x             float64
		number, times string
	}{
		{math.NaN(), "", ""},
		{0, "0", "0.00×"},
		{0.0044, "0", "0.0044×"},
		{0.25, "0.25", "0.25×"},
		{1.26, "1.3", "1.26×"},
		{12.4, "12", "12×"},
		{1234.5, "1,235", "1,235×"},
		{7000123, "7,000,123", "7,000,123×"},
	} {
		if got := number(c.x); got != c.number {
			t.Errorf("number(%v) = %q, want %q", c.x, got, c.number)
		}
		if got := times(c.x); got != c.times {
			t.Errorf("times(%v) = %q, want %q", c.x, got, c.times)
		}
	}
}

func TestMedian(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   float64
	}{
		{[]float64{3}, 3},
		{[]float64{4, 1}, 2.5},
		{[]float64{9, 1, 2}, 2},
	} {
		if got := median(c.values); got != c.want {
			t.Errorf("median(%v) = %v", c.values, got)
		}
	}
}

func TestParse(t *testing.T) {
	for _, c := range []struct {
		args   string
		output string
		quick  bool
		counts int
		fails  bool
	}{
		{args: "", output: "bench", counts: 5},
		{args: "-quick", quick: true, counts: 5},
		{args: "-quick -o out -count 7", output: "out", quick: true, counts: 7},
		{args: "-run W1", counts: 5},
		{args: "-count 0", fails: true},
		{args: "W1", fails: true},
		{args: "-fast", fails: true},
	} {
		o, err := parse(strings.Fields(c.args), io.Discard)
		if (err != nil) != c.fails {
			t.Errorf("%q: %v", c.args, err)
		}
		if err == nil && (o.output != c.output || o.quick != c.quick || o.counts != c.counts) {
			t.Errorf("%q gives %+v", c.args, o)
		}
	}
}
