import { collectedMachine, failsAfterSeconds } from './client-logs.js';
import { simulateFleet, type FleetMessage } from '../simulation/fleet.js';

const hour = 3_600_000;
const historyDays = 6;
/** Machines of the demonstration's past; those that come later have higher numbers. */
export const historyClients = 500;

/** How long a message is on its way, at the least and at the most. */
const onTheWay = [2_000, 90_000] as const;

/** A message of the past, with the moment at which it arrived. */
export interface PastMessage {
  receivedAt: number;
  message: FleetMessage;
}

/**
 * Several days of a fleet, up to now: everyday failures; one morning on which a name server of Lyon was down, so that
 * sixty machines there failed for one reason within two hours and were mended afterwards; and a machine whose client was
 * removed and never came back.
 */
export function pastMessages(now: number): PastMessage[] {
  const start = now - historyDays * 24 * hour;
  const fleet = simulateFleet({
    clients: historyClients,
    failureRate: 0.08,
    seed: 1,
    start,
    // A story's machines begin within its first three quarters: this one goes on after now.
    over: (historyDays * 24 * hour) / 0.75,
  });
  const all = [
    ...fleet,
    ...burst(now - 2 * 24 * hour),
    ...removed(now - 3 * 24 * hour),
    ...collected(collectedAt(now)),
  ].filter(({ at }) => at < now - onTheWay[1]);
  const [least, most] = onTheWay;
  return all
    .map((message, index) => ({ message, receivedAt: message.at + least + ((index * 7919) % (most - least)) }))
    .sort((a, b) => a.receivedAt - b.receivedAt);
}

/** Sixty machines of one site that cannot find the management point, and succeed once its name can be resolved again. */
function burst(begin: number): FleetMessage[] {
  const mended = begin + 2.5 * hour;
  return Array.from({ length: 60 }, (_, index): FleetMessage[] => {
    const number = String(90_001 + index);
    const base = {
      name: `LYO-PC${number}`,
      version: '5.00.9132.1011',
      clientAddress: `10.20.${index % 4}.${20 + index}`,
      topicType: 800,
      topicId: `{0D5A1B00-0000-4000-8000-0000000${number}}`,
    };
    const clientId = `0D5A1B00-1111-4000-8000-0000000${number}`;
    const at = begin + index * 115_000;
    const failed = { stateId: 308, params: ['http://mp01.contoso.com:80/CCM_Client/ccmsetup.cab', '0x80072EE7'] };
    const later = mended + index * 60_000;
    return [
      { ...base, at, clientId: '', serial: 1, stateId: 100, params: [] },
      { ...base, at: at + 45_000, clientId: '', serial: 2, ...failed },
      { ...base, at: later, clientId: '', serial: 3, stateId: 100, params: [] },
      { ...base, at: later + 300_000, clientId, serial: 4, stateId: 400, params: [] },
      { ...base, at: later + 330_000, clientId, serial: 5, stateId: 500, params: [] },
      { ...base, at: later + 390_000, clientId, serial: 6, stateId: 700, params: [] },
    ];
  }).flat();
}

/** When the machine whose logs were collected tried to install. */
export const collectedAt = (now: number) => now - 5 * hour;

/** A machine that fails in Windows Installer, of which the two logs were brought. */
function collected(at: number): FleetMessage[] {
  const base = {
    name: collectedMachine,
    version: '5.00.9132.1011',
    clientAddress: '10.10.5.42',
    topicType: 800,
    topicId: '{0D5A1B00-0000-4000-8000-000000099002}',
    clientId: '',
  };
  return [
    { ...base, at, serial: 1, stateId: 100, params: [] },
    { ...base, at: at + failsAfterSeconds * 1000, serial: 2, stateId: 313, params: ['1603'] },
  ];
}

/** A machine whose client was removed: it had one, and now tells without one that a new installation cannot begin. */
function removed(at: number): FleetMessage[] {
  const base = {
    name: 'PAR-PC99001',
    version: '5.00.9096.1000',
    clientAddress: '10.10.3.99',
    topicType: 800,
    topicId: '{0D5A1B00-0000-4000-8000-000000099001}',
    params: [] as string[],
  };
  const clientId = '0D5A1B00-1111-4000-8000-000000099001';
  return [
    { ...base, at, clientId: '', serial: 1, stateId: 100 },
    { ...base, at: at + 420_000, clientId, serial: 2, stateId: 400 },
    { ...base, at: at + 480_000, clientId, serial: 3, stateId: 500 },
    { ...base, at: at + 540_000, clientId, serial: 4, stateId: 700 },
    { ...base, at: at + 30 * hour, clientId: '', serial: 5, stateId: 100 },
    { ...base, at: at + 30 * hour + 60_000, clientId: '', serial: 6, stateId: 322 },
  ];
}
