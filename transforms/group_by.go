package transforms

import (
	"context"
	"errors"

	"github.com/weirstreams/weir/streams"
)

// A Group is the stream of the chunks that have a key in common. See [GroupBy].
type Group[K comparable, T any] struct {
	Key      K
	Readable *streams.ReadableStream[T]
}

// ErrTooManyGroups is the error of [GroupBy] when a chunk comes for one group more than are allowed.
var ErrTooManyGroups = errors.New("transforms: too many groups")

// GroupBy splits its input by the key of each chunk into groups, which it gives as they begin. key must not block. A group
// ends with the input. Its consumer may cancel it: the chunk that waits for it is dropped, and one that comes later begins a new group. There are at most so
// many groups at a time as most says; one more errors the stream, and with it all groups, with ErrTooManyGroups, as do an
// error of the input or a panic in key. When the consumer of the groups cancels, all is cancelled. A most below 1 makes a
// stream that is errored with streams.ErrRange.
//
// Chunks keep their order, so a group whose consumer is slow holds up the others, and the producer waits: the consumers
// must run at the same time. One chunk is held, and one that follows.
func GroupBy[T any, K comparable](most int, key func(chunk T) K) streams.ReadableWritablePair[T, Group[K, T]] {
	switch {
	case most < 1:
		return erroredTransform[T, Group[K, T]](outOfRange("GroupBy", most))
	case key == nil:
		return erroredTransform[T, Group[K, T]](missing("GroupBy"))
	}
	g := &grouping[T, K]{most: most, key: key, groups: map[K]*outflow[T]{}}
	g.init(g.turn)
	return g
}

type grouping[T any, K comparable] struct {
	station[T, Group[K, T]]
	most int
	key  func(chunk T) K

	// Turns use following fields.

	groups map[K]*outflow[T]
	held   slot[T]
	of     K           // the key of held
	to     *outflow[T] // the group of held; nil until it has one
}

func (g *grouping[T, K]) turn(*station[T, Group[K, T]]) {
	for g.hold() && g.route() {
	}
	if !g.held.full && g.in.exhausted() {
		for _, group := range g.groups {
			group.close()
		}
		g.finish()
	}
}

// hold takes a chunk, if none is held, and reports whether one is.
func (g *grouping[T, K]) hold() bool {
	if g.held.full {
		return true
	}
	chunk, ok := g.in.next()
	if ok {
		g.of = g.key(chunk)
		g.held.put(chunk)
	}
	return ok
}

// route gives the chunk that is held to its group, and reports whether it did. If the group is cancelled before it could,
// the chunk goes with it.
func (g *grouping[T, K]) route() bool {
	if g.to == nil {
		g.removeGone(g.of)
		if g.to = g.groups[g.of]; g.to == nil {
			g.to = g.begin()
		}
	}
	switch {
	case g.to == nil:
		return false
	case g.to.isGone():
		g.held.take()
	case g.to.isWanted():
		g.to.give(g.held.take())
	default:
		return false
	}
	g.to = nil
	return true
}

// begin begins the group of the chunk that is held; nil if nobody waits for it.
func (g *grouping[T, K]) begin() *outflow[T] {
	if len(g.groups) == g.most {
		for key := range g.groups {
			g.removeGone(key)
		}
	}
	if len(g.groups) == g.most {
		g.end(ErrTooManyGroups)
		return nil
	}
	if !g.out.isWanted() {
		return nil
	}
	group := newOutflow[T](&g.turns, func(context.Context, error) { g.wake() })
	g.groups[g.of] = group
	g.out.give(Group[K, T]{g.of, group.stream})
	return group
}

// removeGone makes room for another group in place of one that was cancelled.
func (g *grouping[T, K]) removeGone(key K) {
	if group := g.groups[key]; group != nil && group.isGone() {
		g.remove(group.exit)
		delete(g.groups, key)
	}
}
