package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/weirstreams/weir/bench/node"
)

// A machine is what everything ran on. What a system does not tell is empty.
type machine struct {
	processor string
	cores     int
	memory    string
	system    string
	load      string // load average over a minute, at the start
	goVersion string
	node      string            // version, empty if it is not installed
	libraries map[string]string // versions of the modules in this program
}

func thisMachine(ctx context.Context) machine {
	m := machine{
		processor: procField("/proc/cpuinfo", "model name"),
		cores:     runtime.GOMAXPROCS(0),
		memory:    gibibytes(procField("/proc/meminfo", "MemTotal")),
		system:    runtime.GOOS + "/" + runtime.GOARCH,
		load:      firstField("/proc/loadavg"),
		goVersion: strings.TrimPrefix(runtime.Version(), "go"),
		libraries: map[string]string{},
	}
	if out, err := exec.CommandContext(ctx, "uname", "-sr").Output(); err == nil {
		m.system += ", " + strings.TrimSpace(string(out))
	}
	if version, err := node.Version(ctx); err == nil {
		m.node = version
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, module := range info.Deps {
			m.libraries[module.Path] = module.Version
		}
	}
	return m
}

// warn says what will make the figures worse.
func (m machine) warn(progress *log.Logger) {
	if load, err := strconv.ParseFloat(m.load, 64); err == nil && load > float64(m.cores)/4 {
		progress.Printf("the machine is busy (load %s on %d cores): wall times will mean little", m.load, m.cores)
	}
	if m.node == "" {
		progress.Print("node is not installed: its Streams are left out")
	}
}

// procField returns what follows the first "name:" in a file of /proc.
func procField(path, name string) string {
	data, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(data)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

func firstField(path string) string {
	data, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	first, _, _ := strings.Cut(string(data), " ")
	return first
}

// gibibytes turns "16384000 kB" into "15.6 GiB".
func gibibytes(s string) string {
	kibibytes, err := strconv.ParseFloat(strings.TrimSuffix(s, " kB"), 64)
	if err != nil {
		return ""
	}
	return fmt.Sprintf("%.1f GiB", kibibytes/(1<<20))
}
