// Runs services of Azurite as a child that cannot outlive its parent:
//
//   node azurite.mjs table,queue --tablePort 0 --queuePort 0 ...
//
// It prints "listening PORT ..." once all of them can be used. On SIGTERM, or when stdin closes, which also happens when
// the parent is killed, they write what is still only in memory to disk, and the process ends.
import { createRequire } from 'node:module';
import net from 'node:net';

const [names] = process.argv.splice(2, 1);
const services = names.split(',');

const servers = [];
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function listenAndRemember(...args) {
  this.once('listening', () => servers.push(this));
  // Longer than clients keep an idle connection: with Node's 5 s, a request can meet a connection that is just being closed.
  this.keepAliveTimeout = 120_000;
  return listen.apply(this, args);
};

let running = 0;
const stop = () => {
  if (!running) process.exit(0);
  process.stdin.destroy();
  process.emit('message', 'shutdown');
  // A closing server ends idle connections, but not those on which nothing was ever asked.
  setTimeout(() => servers.forEach(server => server.closeAllConnections()), 1000).unref();
  // What else might keep the process alive does so no longer than this.
  setTimeout(() => process.exit(0), 8000).unref();
};

// These signals are not Azurite's to handle: Ctrl-C in a terminal reaches every process of the group, but the storage
// has to outlive the app, and Azurite's table service knows no SIGTERM. What it does know is the message "shutdown".
const signals = { SIGINT: () => {}, SIGTERM: stop };
for (const [signal, handler] of Object.entries(signals)) process.on(signal, handler);
process.on('newListener', (event, listener) => {
  if (event in signals) setImmediate(() => process.removeListener(event, listener));
  if (event !== 'message') return;
  if (++running < services.length) start(services[running]);
  else console.log(`listening ${servers.map(server => server.address().port).join(' ')}`);
});
process.stdin.once('close', stop).on('error', () => {}).resume();

// One after the other. Each takes those of the options that are its own, and refuses others.
const require = createRequire(import.meta.url);
const { bin } = require('azurite/package.json');
const args = process.argv.slice(2);
function start(service) {
  const others = services.filter(other => other !== service).map(other => `--${other}`);
  process.argv.length = 2;
  for (let i = 0; i < args.length; i++) {
    if (others.some(other => args[i].startsWith(other))) i++;
    else process.argv.push(args[i]);
  }
  require(`azurite/${bin[`azurite-${service}`]}`);
}
start(services[0]);
