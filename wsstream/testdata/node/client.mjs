// node client.mjs IMPLEMENTATION SCENARIO URL [DEFLATE]: a client of the server in the test. DEFLATE is what ws takes as
// its option perMessageDeflate, in JSON; undici always offers to compress.
import { isDeepStrictEqual } from 'node:util';
import { say, told } from './lines.mjs';
import { clients } from './sockets.mjs';

const [implementation, scenario, url, deflate = 'false'] = process.argv.slice(2);

const scenarios = { echo, end, stall, flood };
const socket = await clients[implementation](url, JSON.parse(deflate));
await scenarios[scenario]();
say({ closed: await socket.closed });
process.exit(0);

// echo wants back all that it sends, twice, and closes the connection.
async function echo() {
  say({ extensions: socket.extensions });
  const messages = ['', 'x', 'grüß dich, 世界 😀', new Uint8Array(0), new Uint8Array([0, 255, 128])];
  for (const size of [125, 126, 65535, 65536, 1 << 20]) {
    messages.push('0123456789 '.repeat(size / 11 + 1).slice(0, size));
    messages.push(Uint8Array.from({ length: size }, (_, i) => (i * i) >> 3));
  }
  for (const message of [...messages, ...messages]) {
    const [, answer] = await Promise.all([socket.write(message), socket.read()]);
    const got = answer instanceof ArrayBuffer ? new Uint8Array(answer) : answer;
    if (!isDeepStrictEqual(got, message)) {
      say({ different: message.length, from: got?.length });
    }
  }
  say({ echoed: 2 * messages.length });
  socket.close(4000, 'enough');
}

// end reads to the end of the connection.
async function end() {
  let messages = 0;
  while ((await socket.read()) !== undefined) messages++;
  say({ messages });
}

// stall reads nothing until it is told to, and then a number of messages.
async function stall() {
  socket.pause?.();
  say('open');
  await told();
  socket.resume?.();
  let bytes = 0;
  for (let i = 0; i < 1000; i++) bytes += (await socket.read()).byteLength;
  say({ bytes });
  socket.close(4000, 'enough');
}

// flood writes messages as fast as they are taken, and says how many.
async function flood() {
  const message = new Uint8Array(16 << 10);
  for (let written = 1; written <= 1000; written++) {
    await socket.write(message);
    say({ written });
  }
  socket.close(4000, 'enough');
}
