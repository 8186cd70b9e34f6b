package transforms

import "github.com/weirstreams/weir/streams"

// DefaultMaxDistinct is how many values [Distinct] remembers where no number is given.
const DefaultMaxDistinct = 1 << 16

// DistinctOptions are the options of [Distinct] and [DistinctBy].
type DistinctOptions struct {
	// MaxRemembered is how many values are remembered. When there are more, the one that was remembered first is
	// forgotten: it is passed on if it comes again. 0 is DefaultMaxDistinct, streams.Unbounded is no limit; a negative number
	// makes a stream that is errored with streams.ErrRange.
	MaxRemembered int
}

// Distinct passes on the chunks that have not come before. At most one DistinctOptions is used.
//
// It holds DistinctOptions.MaxRemembered values.
func Distinct[T comparable](options ...DistinctOptions) *streams.TransformStream[T, T] {
	return distinct(func(chunk T) T { return chunk }, options)
}

// DistinctBy passes on the chunks whose key has not come before. key must not block. At most one DistinctOptions is used.
//
// It holds DistinctOptions.MaxRemembered keys.
func DistinctBy[T any, K comparable](key func(T) K, options ...DistinctOptions) *streams.TransformStream[T, T] {
	if key == nil {
		return erroredTransform[T, T](missing("DistinctBy"))
	}
	return distinct(key, options)
}

func distinct[T any, K comparable](key func(T) K, options []DistinctOptions) *streams.TransformStream[T, T] {
	limit := DefaultMaxDistinct
	if len(options) > 0 && options[0].MaxRemembered != 0 {
		limit = options[0].MaxRemembered
	}
	if limit < 0 {
		return erroredTransform[T, T](outOfRange("DistinctOptions.MaxRemembered", limit))
	}
	seen := map[K]struct{}{}
	order := ring[K]{size: limit}
	return streams.TransformFunc(func(chunk T, emit func(T)) error {
		k := key(chunk)
		if k != k { // a NaN, which equals nothing, and could not be forgotten either
			emit(chunk)
			return nil
		}
		if _, again := seen[k]; again {
			return nil
		}
		seen[k] = struct{}{}
		if oldest, full := order.push(k); full {
			delete(seen, oldest)
		}
		emit(chunk)
		return nil
	}, nil)
}

// DistinctUntilChanged passes on the chunks that differ from the one before.
//
// It holds 1 chunk.
func DistinctUntilChanged[T comparable]() *streams.TransformStream[T, T] {
	return distinctUntilChanged(func(a, b T) bool { return a == b })
}

// DistinctUntilChangedFunc passes on the chunks that do not equal the last one that was passed on. equal must not block.
//
// It holds 1 chunk.
func DistinctUntilChangedFunc[T any](equal func(last, chunk T) bool) *streams.TransformStream[T, T] {
	if equal == nil {
		return erroredTransform[T, T](missing("DistinctUntilChangedFunc"))
	}
	return distinctUntilChanged(equal)
}

func distinctUntilChanged[T any](equal func(last, chunk T) bool) *streams.TransformStream[T, T] {
	var last T
	first := true
	return streams.TransformFunc(func(chunk T, emit func(T)) error {
		if !first && equal(last, chunk) {
			return nil
		}
		last, first = chunk, false
		emit(chunk)
		return nil
	}, nil)
}
