package workload

import (
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

// Every engine gives the result that its workload asks for, twice with the same job.
func TestEnginesAgree(t *testing.T) {
	for _, w := range Streams() {
		for _, e := range w.Engines {
			if e.Prepare == nil {
				continue
			}
			t.Run(w.Name+"/"+e.Name, func(t *testing.T) {
				job, err := e.Prepare(w.Size.Test)
				if err != nil {
					t.Fatal(err)
				}
				for range 2 {
					if err := job.Run(t.Context()); err != nil {
						t.Error(err)
					}
				}
				if job.Close == nil {
					return
				}
				if err := job.Close(); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// A job that gives another result than the workload asks for fails.
func TestWrongResultFails(t *testing.T) {
	wrong := intsTo{func(input []int) int { return total(input) + 1 }}.engine("chan-0", "", handOverChan(0))
	job, err := wrong.Prepare(10)
	if err != nil {
		t.Fatal(err)
	}
	if err := job.Run(t.Context()); err == nil {
		t.Error("a wrong sum was accepted")
	}
}
