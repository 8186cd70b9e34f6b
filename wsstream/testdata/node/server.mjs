// node server.mjs [DEFLATE]: a server of ws. It prints its port; the path of a connection says what it does with it.
import { WebSocketServer } from 'ws';
import { say, told } from './lines.mjs';

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: JSON.parse(process.argv[2] ?? 'false') });
const paths = { echo, close, terminate, ping, fragments, stall, flood };

server.on('connection', (socket, request) => {
  paths[request.url.slice(1)](socket);
  socket.on('close', (code, reason) => say({ closed: { code, reason: reason.toString() } }));
});
server.on('listening', () => say({ port: server.address().port }));

// echo sends back what comes.
function echo(socket) {
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
}

// close closes when a message comes.
function close(socket) {
  socket.on('message', () => socket.close(4001, 'enough'));
}

// terminate cuts the connection off when a message comes.
function terminate(socket) {
  socket.on('message', () => socket.terminate());
}

// ping sends a ping, and its answer as a message.
function ping(socket) {
  socket.on('pong', (data) => socket.send('pong ' + data));
  socket.ping('payload');
}

// fragments sends a message in three.
function fragments(socket) {
  socket.send('fra', { fin: false });
  socket.send('gmen', { fin: false });
  socket.send('ts', { fin: true });
}

// stall reads nothing until it is told to, and says how much when there are 1000 messages.
async function stall(socket) {
  let [messages, bytes] = [0, 0];
  socket.on('message', (data) => {
    bytes += data.length;
    if (++messages === 1000) say({ bytes });
  });
  socket.pause();
  say('open');
  await told();
  socket.resume();
}

// flood sends messages as fast as the system takes them, and says how many.
async function flood(socket) {
  const message = Buffer.alloc(16 << 10);
  for (let written = 1; written <= 1000; written++) {
    await new Promise((resolve) => socket.send(message, resolve));
    say({ written });
  }
}
