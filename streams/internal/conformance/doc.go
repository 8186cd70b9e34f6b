// Package conformance plays recorded programs of stream operations on package streams and compares, step by step, what
// they show with what implementations of the WHATWG Streams standard showed.
//
// # Programs
//
// A file holds one [Program] a line, as JSON. A program is a list of steps; each step has an action (`do`), the events
// that entities showed because of it (`events`) and what changed in the visible state (`state`). Entities are named by
// the program: r0 a readable stream, r1a and r1b the branches of a tee, w0 a writable stream, t0 a transform with its
// sides t0.r and t0.w, rd3 a reader, wr4 a writer, s5 an abort signal, p6 the operation of a step. Events of one entity
// are ordered, entities are independent of one another. Errors are the reasons e0 to e4, or the kind of error that the
// standard's API raises by itself.
//
// # Playing
//
// [Play] runs a program in a [testing/synctest] bubble: it does a step, waits until every goroutine of the bubble is
// blocked, and compares. That point of rest is where the standard's promises have all been reacted to, so no schedule
// shows in it. An operation that blocks runs on a goroutine of its own, and its result is an event of that operation.
//
// Every program can be played in three forms. In [Blocking] every callback is one that may block. In [Plain] those that
// never hold are given in the forms that the library fuses, wherever that shows the same; plain.go has the exact rule.
// [PlainBeforeSinks] is the mixture in which bursts end in the queue of a sink.
package conformance
