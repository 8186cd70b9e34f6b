package workload

import "context"

// The stages of a channel pipeline: a goroutine each, which closes its output when its input ends.

func chanSource(input []int, buffer int) <-chan int {
	out := make(chan int, buffer)
	go func() {
		defer close(out)
		for _, x := range input {
			out <- x
		}
	}()
	return out
}

func chanMap(in <-chan int, buffer int, f func(int) int) <-chan int {
	out := make(chan int, buffer)
	go func() {
		defer close(out)
		for x := range in {
			out <- f(x)
		}
	}()
	return out
}

func chanFilter(in <-chan int, buffer int, keep func(int) bool) <-chan int {
	out := make(chan int, buffer)
	go func() {
		defer close(out)
		for x := range in {
			if keep(x) {
				out <- x
			}
		}
	}()
	return out
}

func chanSum(in <-chan int) int {
	sum := 0
	for x := range in {
		sum += x
	}
	return sum
}

// The same as they must be written if the pipeline can be cancelled: every receive and every send also waits for ctx.

func chanSourceCtx(ctx context.Context, input []int, buffer int) <-chan int {
	out := make(chan int, buffer)
	go func() {
		defer close(out)
		for _, x := range input {
			select {
			case out <- x:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

func chanMapCtx(ctx context.Context, in <-chan int, buffer int, f func(int) int) <-chan int {
	return chanStageCtx(ctx, in, buffer, func(x int) (int, bool) { return f(x), true })
}

func chanFilterCtx(ctx context.Context, in <-chan int, buffer int, keep func(int) bool) <-chan int {
	return chanStageCtx(ctx, in, buffer, func(x int) (int, bool) { return x, keep(x) })
}

func chanStageCtx(ctx context.Context, in <-chan int, buffer int, stage func(int) (int, bool)) <-chan int {
	out := make(chan int, buffer)
	go func() {
		defer close(out)
		for {
			x, ok := chanReceiveCtx(ctx, in)
			if !ok {
				return
			}
			y, keep := stage(x)
			if !keep {
				continue
			}
			select {
			case out <- y:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

func chanSumCtx(ctx context.Context, in <-chan int) (int, error) {
	sum := 0
	for {
		x, ok := chanReceiveCtx(ctx, in)
		if !ok {
			return sum, context.Cause(ctx)
		}
		sum += x
	}
}

// chanReceiveCtx returns false when in is closed or ctx has ended.
func chanReceiveCtx(ctx context.Context, in <-chan int) (int, bool) {
	select {
	case x, ok := <-in:
		return x, ok
	case <-ctx.Done():
		return 0, false
	}
}

// chanLoopCtx runs map and filter as one loop in a goroutine, which is how they are best written by hand.
func chanLoopCtx(ctx context.Context, input []int, buffer int) <-chan int {
	out := make(chan int, buffer)
	go func() {
		defer close(out)
		for _, x := range input {
			y := triple(x)
			if !even(y) {
				continue
			}
			select {
			case out <- y:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}
