// One attack in a process of its own: node attacker.mjs NAME PORT SECONDS ADDRESS PRIORITY
import { setPriority } from 'node:os';
import { attacks } from './attacks.mjs';

const [name, port, seconds, localAddress, priority] = process.argv.slice(2);
setPriority(Number(priority));
const target = { port: Number(port), host: '127.0.0.1', localAddress };
const outcome = await attacks[name](target, Date.now() + Number(seconds) * 1_000);
const { user, system } = process.cpuUsage();
process.stdout.write(JSON.stringify({ outcome, cpuSeconds: (user + system) / 1e6 }));
process.exit();
