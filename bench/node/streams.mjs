// The workloads on Node's own WHATWG Streams. Each job is the one of the same name in internal/workload, and its result
// is checked. Usage: node streams.mjs JOB UNITS WARM-UP DURATION, the times in
// milliseconds; it prints its figures per unit as JSON.

import process from 'node:process';
import { CountQueuingStrategy, ReadableStream, TransformStream, WritableStream } from 'node:stream/web';

const triple = (x) => 3 * x + 1;
const even = (x) => x % 2 === 0;

const count = (n) => Array.from({ length: n }, (_, i) => i);
const queued = (n) => new CountQueuingStrategy({ highWaterMark: n });

function check(got, want) {
  if (got !== want) throw new Error(`got ${got}, want ${want}`);
}

// Sources, stages and sinks whose callbacks are plain functions.

function source(input, mark = 1) {
  let next = 0;
  return new ReadableStream({
    pull(controller) {
      if (next === input.length) return controller.close();
      controller.enqueue(input[next++]);
    },
  }, queued(mark));
}

const map = (f) => new TransformStream({ transform: (x, controller) => controller.enqueue(f(x)) });

const filter = (keep) => new TransformStream({
  transform(x, controller) { if (keep(x)) controller.enqueue(x); },
});

function sink(mark = 1) {
  const state = { sum: 0 };
  state.stream = new WritableStream({ write(x) { state.sum += x; } }, queued(mark));
  return state;
}

// The same with callbacks that return promises.

function asyncSource(input, mark = 1) {
  let next = 0;
  return new ReadableStream({
    async pull(controller) {
      if (next === input.length) return controller.close();
      controller.enqueue(input[next++]);
    },
  }, queued(mark));
}

const asyncMap = (f) => new TransformStream({ async transform(x, controller) { controller.enqueue(f(x)); } });

const asyncFilter = (keep) => new TransformStream({
  async transform(x, controller) { if (keep(x)) controller.enqueue(x); },
});

function asyncSink(mark = 1) {
  const state = { sum: 0 };
  state.stream = new WritableStream({ async write(x) { state.sum += x; } }, queued(mark));
  return state;
}

// What must come out.

function total(input) {
  let sum = 0;
  for (const x of input) sum += x;
  return sum;
}

const evenTriples = (input) => total(input.map(triple).filter(even));

async function plain(input) {
  const end = sink();
  await source(input).pipeThrough(map(triple)).pipeThrough(filter(even)).pipeTo(end.stream);
  return end.sum;
}

// A job on ints: run gives the result, want what it must be.
const ints = (want, run) => (units) => {
  const input = count(units);
  const wanted = want(input);
  return async () => check(await run(input), wanted);
};

function blockingSink(mark) {
  return ints(evenTriples, async (input) => {
    const end = asyncSink(mark);
    await source(input).pipeThrough(map(triple)).pipeThrough(filter(even)).pipeTo(end.stream);
    return end.sum;
  });
}

const blockingAll = ints(evenTriples, async (input) => {
  const end = asyncSink();
  await asyncSource(input).pipeThrough(asyncMap(triple)).pipeThrough(asyncFilter(even)).pipeTo(end.stream);
  return end.sum;
});

const blockingFunc = ints((input) => total(input.map(triple)), async (input) => {
  const end = asyncSink();
  await asyncSource(input, 0).pipeThrough(asyncMap(triple)).pipeTo(end.stream);
  return end.sum;
});

async function readAll(stream) {
  const reader = stream.getReader();
  let sum = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return sum;
    sum += value;
  }
}

async function writeAll(stream, input) {
  const writer = stream.getWriter();
  const failed = (error) => { throw error; };
  for (const x of input) {
    await writer.ready;
    writer.write(x).catch(failed);
  }
  await writer.close();
}

const readFunc = ints(total, (input) => readAll(asyncSource(input, 0)));

function depth(stages) {
  const after = (input) => total(input.map((x) => {
    for (let i = 0; i < stages; i++) x = triple(x);
    return x;
  }));
  return ints(after, async (input) => {
    let stream = source(input);
    for (let i = 0; i < stages; i++) stream = stream.pipeThrough(map(triple));
    const end = sink();
    await stream.pipeTo(end.stream);
    return end.sum;
  });
}

function handOver(mark) {
  return ints(total, async (input) => {
    const between = new TransformStream({}, undefined, queued(mark));
    const [sum] = await Promise.all([readAll(between.readable), writeAll(between.writable, input)]);
    return sum;
  });
}

const chunkSize = 64 * 1024;

function bytesCopied(chunks) {
  const content = new Uint8Array(chunkSize).fill(0xa5);
  const buffer = new Uint8Array(chunkSize);
  return async () => {
    let read = 0;
    let size = 0;
    const from = new ReadableStream({
      pull(controller) {
        if (read === chunks) return controller.close();
        const chunk = content.slice(); // the stream owns what it is given
        chunk[0] = read++ % 256;
        controller.enqueue(chunk);
      },
    });
    const to = new WritableStream({
      write(chunk) {
        check(chunk[0], (size / chunkSize) % 256);
        buffer.set(chunk);
        size += chunk.length;
      },
    });
    await from.pipeTo(to);
    check(size, chunks * chunkSize);
  };
}

function tees(stream, n) {
  if (n === 1) return [stream];
  const [a, b] = stream.tee();
  return [...tees(a, n / 2), ...tees(b, n / 2)];
}

function fanOut(consumers) {
  return ints((input) => consumers * total(input), async (input) => {
    const sums = await Promise.all(tees(source(input), consumers).map(async (branch) => {
      const end = sink();
      await branch.pipeTo(end.stream);
      return end.sum;
    }));
    return total(sums);
  });
}

function short(pipelines) {
  const input = count(10);
  const wanted = evenTriples(input);
  return async () => {
    for (let i = 0; i < pipelines; i++) check(await plain(input), wanted);
  };
}

const jobs = {
  W1: ints(evenTriples, plain),
  'W1-ctx': blockingAll,
  'W1-func': blockingFunc,
  Read: readFunc,
  W4: bytesCopied,
  W7: short,
};
for (const mark of [1, 16, 128]) jobs[`W1-sink/mark=${mark}`] = blockingSink(mark);
for (const stages of [1, 2, 4, 8, 16]) jobs[`W2/depth=${stages}`] = depth(stages);
for (const mark of [0, 1, 16, 128, 1024]) jobs[`W3/mark=${mark}`] = handOver(mark);
for (const consumers of [2, 8]) jobs[`W5/consumers=${consumers}`] = fanOut(consumers);

const [name, ...numbers] = process.argv.slice(2);
const [units, warmUp, duration] = numbers.map(Number);
if (!Object.hasOwn(jobs, name)) throw new Error(`there is no job ${name}`);
const run = jobs[name](units);

// Runs until the time is up, at least once, and returns how often.
async function repeat(milliseconds) {
  const end = process.hrtime.bigint() + BigInt(Math.round(milliseconds * 1e6));
  let runs = 0;
  do {
    await run();
    runs++;
  } while (process.hrtime.bigint() < end);
  return runs;
}

await repeat(warmUp); // what is hot gets compiled
const cpu = process.cpuUsage();
const start = process.hrtime.bigint();
const per = await repeat(duration) * units;
const wall = Number(process.hrtime.bigint() - start);
const { user, system } = process.cpuUsage(cpu);
console.log(JSON.stringify({ 'cpu-ns/el': (user + system) * 1000 / per, 'ns/el': wall / per }));
