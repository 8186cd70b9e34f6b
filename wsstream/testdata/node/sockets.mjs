// The two clients behind one face: write waits until the message is taken, read returns undefined at the end, closed is
// {code, reason} or {error}.
import { WebSocketStream } from 'undici';
import { WebSocket } from 'ws';

export const clients = { undici, ws };

async function undici(url) {
  const stream = new WebSocketStream(url);
  const { readable, writable, extensions } = await stream.opened;
  const reader = readable.getReader();
  const writer = writable.getWriter();
  return {
    extensions: extensions instanceof Map ? [...extensions.keys()].join() : extensions, // it should be a string
    write: async (message) => {
      await writer.ready;
      await writer.write(message);
    },
    read: () => reader.read().then(({ value }) => value, () => undefined), // closed tells the error
    close: (code, reason) => stream.close({ closeCode: code, reason }),
    closed: stream.closed.then(
      ({ closeCode, reason }) => ({ code: closeCode, reason }),
      (error) => ({ error: error.name, code: error.closeCode, reason: error.reason }),
    ),
  };
}

async function ws(url, perMessageDeflate) {
  const socket = new WebSocket(url, { perMessageDeflate });
  const queue = [];
  const readers = [];
  const deliver = (message) => (readers.length > 0 ? readers.shift()(message) : queue.push(message));
  socket.on('message', (data, isBinary) => deliver(isBinary ? new Uint8Array(data) : data.toString()));
  let failed;
  socket.on('error', (error) => (failed = error.message));
  const closed = new Promise((resolve) => {
    socket.on('close', (code, reason) => {
      deliver(undefined);
      resolve(failed === undefined ? { code, reason: reason.toString() } : { error: failed, code });
    });
  });
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  return {
    extensions: socket.extensions,
    write: (message) => new Promise((resolve, reject) => socket.send(message, (error) => (error ? reject(error) : resolve()))),
    read: () => (queue.length > 0 ? queue.shift() : new Promise((resolve) => readers.push(resolve))),
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    close: (code, reason) => socket.close(code, reason),
    closed,
  };
}
