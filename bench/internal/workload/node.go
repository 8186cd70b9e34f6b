package workload

// node is Node's own Streams, the same standard in another language, which do the job in a process of their own.
func node(job string) Engine {
	return Engine{Name: "node", Node: job}
}
