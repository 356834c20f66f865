// One attack in a process of its own: node attacker.mjs NAME PORT SECONDS
import { attacks } from './attacks.mjs';

const [name, port, seconds] = process.argv.slice(2);
// Those who attack have no right to the cores that the server and an honest client need.
(await import('node:os')).setPriority(10);
const outcome = await attacks[name](Number(port), Date.now() + Number(seconds) * 1_000);
process.stdout.write(JSON.stringify(outcome));
process.exit();
