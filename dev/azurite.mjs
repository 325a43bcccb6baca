// Runs one service of Azurite as a child that cannot outlive its parent:
//
//   node azurite.mjs blob --blobPort 0 ...
//
// It prints "listening PORT" once the service can be used. On SIGTERM, or when stdin closes, which also happens when
// the parent is killed, the service writes what is still only in memory to disk, and the process ends.
import { createRequire } from 'node:module';
import net from 'node:net';

const [service] = process.argv.splice(2, 1);

let port;
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function listenAndRemember(...args) {
  this.once('listening', () => { port = this.address().port; });
  return listen.apply(this, args);
};

let running = false;
const stop = () => {
  if (!running) process.exit(0);
  process.stdin.destroy();
  process.emit('message', 'shutdown');
  // Once the service is closed nothing keeps the process alive, except a client that doesn't let go of its connection.
  setTimeout(() => process.exit(0), 8000).unref();
};

// These signals are not Azurite's to handle: Ctrl-C in a terminal reaches every process of the group, but the storage
// has to outlive the app, and Azurite's table service knows no SIGTERM. What it does know is the message "shutdown".
const signals = { SIGINT: () => {}, SIGTERM: stop };
for (const [signal, handler] of Object.entries(signals)) process.on(signal, handler);
process.on('newListener', (event, listener) => {
  if (event in signals) setImmediate(() => process.removeListener(event, listener));
  if (event === 'message') {
    running = true;
    console.log(`listening ${port}`);
  }
});
process.stdin.once('close', stop).on('error', () => {}).resume();

const require = createRequire(import.meta.url);
const { bin } = require('azurite/package.json');
require(`azurite/${bin[`azurite-${service}`]}`);
