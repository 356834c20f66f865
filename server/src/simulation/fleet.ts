import { Random } from './random.js';
import type { SimulatedState } from './wire.js';

export interface FleetOptions {
  clients: number;
  /** Share of installations that fail at least once. */
  failureRate: number;
  seed: number;
  /** Begin of the story, in milliseconds since 1970 UTC. */
  start: number;
  /** Its length in milliseconds. */
  over: number;
  /** Number of the first machine, where others were there before; 0 without it. */
  firstIndex?: number;
}

export interface FleetMessage extends SimulatedState {
  clientAddress: string;
}

interface Site {
  name: string;
  subnet: string;
  /** How many times as likely an installation fails here: a proxy that is wrong, a distribution point that is full. */
  trouble: number;
}

const second = 1000;
const minute = 60 * second;

const sites: readonly (readonly [number, Site])[] = [
  [50, { name: 'PAR', subnet: '10.10', trouble: 0.7 }],
  [25, { name: 'LYO', subnet: '10.20', trouble: 1 }],
  [15, { name: 'BER', subnet: '10.30', trouble: 1 }],
  [10, { name: 'OSL', subnet: '10.40', trouble: 3 }],
];

const versions: readonly (readonly [number, string])[] = [
  [60, '5.00.9132.1011'],
  [30, '5.00.9128.1007'],
  [10, '5.00.9096.1000'],
];

type Cause = (random: Random) => { stateId: number; params: string[] };
const url = (file: string) => `http://mp01.contoso.com:80/CCM_Client/${file}`;

/** Causes of failure as fleets have them, most often a download or Windows Installer. */
const causes: readonly (readonly [number, Cause])[] = [
  [
    22,
    (random) => ({
      stateId: 308,
      params: [
        url('ccmsetup.cab'),
        random.weighted([
          [4, '0x80072EE2'],
          [3, '0x80072EFD'],
          [2, '0x80072EE7'],
          [1, '0x80072F8F'],
        ]),
      ],
    }),
  ],
  [
    12,
    (random) => ({
      stateId: 309,
      params: [
        url('x64/client.msi'),
        random.weighted([
          [2, '0x80072EFE'],
          [1, '0x87D0027E'],
        ]),
      ],
    }),
  ],
  [
    26,
    (random) => ({
      stateId: 313,
      params: [
        random.weighted([
          [6, '1603'],
          [3, '1618'],
          [1, '1612'],
          [1, '1638'],
        ]),
      ],
    }),
  ],
  [8, () => ({ stateId: 312, params: [] })],
  [7, () => ({ stateId: 322, params: [] })],
  [6, () => ({ stateId: 325, params: [] })],
  [5, () => ({ stateId: 315, params: ['-2146885628'] })],
  [5, () => ({ stateId: 319, params: [] })],
  [4, () => ({ stateId: 307, params: [] })],
  [3, () => ({ stateId: 301, params: ['-2147467259'] })],
  [2, () => ({ stateId: 321, params: [] })],
];

const assignmentCauses: readonly (readonly [number, Cause])[] = [
  [4, () => ({ stateId: 604, params: [] })],
  [3, () => ({ stateId: 603, params: [] })],
  [2, () => ({ stateId: 602, params: ['P0X'] })],
  [1, () => ({ stateId: 605, params: [] })],
];

/**
 * The messages of a fleet whose machines get their client during the story, in the order of their times. Some fail and
 * try again, some never come to an end, some lose their management point later. The same options give the same
 * messages.
 */
export function simulateFleet(options: FleetOptions): FleetMessage[] {
  const messages: FleetMessage[] = [];
  const first = options.firstIndex ?? 0;
  for (let index = first; index < first + options.clients; index++) {
    // A generator for each client: a larger fleet begins with the same clients.
    const client = new ClientStory(index, new Random(options.seed * 1_000_003 + index), options);
    messages.push(...client.tell());
  }
  return messages
    .filter((message) => message.at < options.start + options.over)
    .sort((a, b) => a.at - b.at || (a.name < b.name ? -1 : 1));
}

class ClientStory {
  private readonly site: Site;
  private readonly base: Pick<FleetMessage, 'name' | 'version' | 'clientAddress'>;
  private readonly deploymentId: string;
  private readonly newId: string;
  private clientId = '';
  private serial = 0;
  private at: number;
  private readonly told: FleetMessage[] = [];

  constructor(
    index: number,
    private readonly random: Random,
    private readonly options: FleetOptions,
  ) {
    this.site = random.weighted(sites);
    this.base = {
      name: `${this.site.name}-PC${String(index + 1).padStart(5, '0')}`,
      version: random.weighted(versions),
      clientAddress: `${this.site.subnet}.${random.integer(0, 7)}.${random.integer(10, 250)}`,
    };
    this.deploymentId = `{${random.guid()}}`;
    this.newId = random.guid();
    // Most machines come up in the first three quarters, so that most of them are seen to the end.
    this.at = options.start + random.next() * options.over * 0.75;
  }

  tell(): FleetMessage[] {
    if (this.install()) this.assign();
    return this.told;
  }

  private install(): boolean {
    const { random } = this;
    let failing = random.chance(Math.min(0.95, this.options.failureRate * this.site.trouble));
    for (let attempt = 1; attempt <= 3; attempt++) {
      this.say(100);
      // Started, and never heard of again: switched off, or reinstalled.
      if (random.chance(0.015)) return false;
      if (random.chance(0.1)) this.say(101, random.integer(5, 90) * second);
      if (!failing) {
        this.clientId = this.newId;
        const minutes = random.integer(2, 14) + (random.chance(0.1) ? random.integer(10, 60) : 0);
        this.say(random.chance(0.06) ? 401 : 400, minutes * minute);
        return true;
      }
      const { stateId, params } = random.weighted(causes)(random);
      this.say(stateId, random.integer(20, 600) * second, params);
      // Most causes pass or are mended; ccmsetup tries again after a while.
      failing = random.chance(0.45);
      this.at += random.integer(30, 120) * minute;
    }
    return false;
  }

  private assign(): void {
    const { random } = this;
    this.say(500, random.integer(5, 60) * second);
    if (random.chance(0.03)) {
      const { stateId, params } = random.weighted(assignmentCauses)(random);
      this.say(stateId, random.integer(30, 300) * second, params);
      return;
    }
    this.say(700, random.integer(10, 120) * second);
    if (random.chance(0.05)) this.say(2, random.integer(60, 400) * minute, ['12029', '-2147012867'], 1000);
    else if (random.chance(0.02)) this.say(2, random.integer(60, 400) * minute, ['-2146885628', '0'], 1001);
    else return;
    if (random.chance(0.6)) this.say(1, random.integer(20, 200) * minute, [], this.told.at(-1)!.topicType);
  }

  private say(stateId: number, afterMs = 0, params: string[] = [], topicType = 800): void {
    this.at += afterMs;
    this.told.push({
      ...this.base,
      at: Math.floor(this.at),
      clientId: this.clientId,
      topicType,
      topicId: topicType === 800 ? this.deploymentId : `{${this.newId}}`,
      stateId,
      serial: ++this.serial,
      params,
    });
  }
}
