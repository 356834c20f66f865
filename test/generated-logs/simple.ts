import { MessageWriter } from './ccm-writer.js';
import { playCcmsetup } from './ccmsetup.js';
import { MachineClock, three, two } from './clock.js';
import type { Draw } from './draw.js';
import { layOut } from './layout.js';
import { Script } from './script.js';
import type { GeneratedLog, GeneratorOptions, TimeTruth } from './types.js';

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

type Stamper = (clock: MachineClock, told: boolean) => { stamp: string; thread: string; truth: TimeTruth };

const stampers: Record<string, (draw: Draw) => Stamper> = {
  current: (draw) => (clock) => {
    const { year, month, day, hour, minute, second, millisecond } = clock.wall;
    const bias = -clock.offset;
    const thread = draw.integer(100, 30_000);
    return {
      stamp: `${two(month)}-${two(day)}-${year} ${two(hour)}:${two(minute)}:${two(second)}.${three(millisecond)}${bias < 0 ? '-' : '+'}${three(Math.abs(bias))}`,
      thread: `${thread} (0x${thread.toString(16).toUpperCase().padStart(4, '0')})`,
      truth: clock.zoned(1),
    };
  },
  'sms 2.0': (draw) => (clock, told) => {
    const { year, month, day, hour, minute, second, millisecond } = clock.wall;
    const weekday = days[new Date(clock.local).getUTCDay()]!;
    const thread = draw.integer(100, 3_000);
    const [zone, truth] = zoneInWords(clock, told);
    return {
      stamp: `${weekday} ${months[month - 1]!} ${two(day)} ${two(hour)}:${two(minute)}:${two(second)}.${three(millisecond)} ${year} ${zone}`,
      thread: `${thread} (0x${thread.toString(16).toUpperCase()})`,
      truth,
    };
  },
  'sms 1.x': (draw) => (clock, told) => {
    const { year, month, day, hour, minute, second } = clock.wall;
    const weekday = days[new Date(clock.local).getUTCDay()]!;
    return {
      stamp: `${weekday} ${months[month - 1]!} ${two(day)} ${two(hour)}:${two(minute)}:${two(second)} ${year}~`,
      thread: draw.hex(2).toUpperCase(),
      truth: clock.unzoned(1000, told),
    };
  },
};

/** The zone as Windows names it in English; its truth is exact where that name says which. */
function zoneInWords(clock: MachineClock, told: boolean): [string, TimeTruth] {
  const names: Record<string, [string, string]> = {
    'America/New_York': ['Eastern Standard Time', 'Eastern Daylight Time'],
    'America/Los_Angeles': ['Pacific Standard Time', 'Pacific Daylight Time'],
    'Europe/Paris': ['Romance Standard Time', 'Romance Daylight Time'],
    'Europe/Berlin': ['W. Europe Standard Time', 'W. Europe Daylight Time'],
    'Asia/Tokyo': ['Tokyo Standard Time', 'Tokyo Daylight Time'],
  };
  const found = names[clock.zone];
  if (found === undefined)
    return ['Local Time', { ...clock.unzoned(1, told), ...(told ? {} : { sure: 'local' as const }) }];
  const standard = {
    'America/New_York': -300,
    'America/Los_Angeles': -480,
    'Europe/Paris': 60,
    'Europe/Berlin': 60,
    'Asia/Tokyo': 540,
  }[clock.zone];
  const name = found[clock.offset === standard ? 0 : 1];
  // Names of America tell the offset by themselves; others may be known or not.
  return /^(?:Eastern|Pacific)/.test(name)
    ? [name, clock.zoned(1)]
    : [name, { ...clock.unzoned(1, told), sure: 'arguable' }];
}

const messages: readonly ((draw: Draw) => string)[] = [
  () => 'SMS_EXECUTIVE started SMS_FALLBACK_STATUS_POINT as thread ID 4120 (0x1018).~',
  () => 'Waiting for changes to the inbox D:\\SMS\\MP\\OUTBOXES\\StateMsg.box...',
  (draw) => `Processing file ${draw.hex(8)}.SMX, ${draw.integer(1, 60)} reports~~`,
  (draw) => `CStateMsgProcessor - Total Records: ${draw.integer(1, 999)}  Records Processed: ${draw.integer(1, 99)}~`,
  () =>
    'STATMSG: ID=500 SEV=I LEV=M SOURCE="SMS Server" COMP="SMS_FALLBACK_STATUS_POINT" SYS=CM01 SITE=PS1 PID=2224 TID=4120 GMTDATE=Wed Nov 25 13:00:00.000 2026 ISTR0="" NUMATTRS=0',
  () =>
    'STATMSG: ID=4959 SEV=E LEV=M SOURCE="SMS Server" COMP="SMS_MP_CONTROL_MANAGER" SYS=CM01 SITE=PS1 ISTR0="12030"',
  () => 'Failed to connect to registry, error 53. Will try again in 60 seconds.',
  () => 'Failover of the database connection is done.',
  () => 'Moved C:\\PROGRA~1\\SMS\\inboxes\\a.SMX to the outbox~',
];

/** A ccmsetup.log of which somebody copied the messages alone. */
function generateMessages(draw: Draw, seed: number, asked: GeneratorOptions): GeneratedLog {
  const script = new Script();
  const writer = new MessageWriter(script, MachineClock.drawn(draw));
  const kinds: string[] = [];
  for (let left = draw.integer(1, 2); left > 0; left--) kinds.push(playCcmsetup(draw, script, writer, asked.bulk ?? 1));
  const kind = `messages ${kinds.join('+')}`;
  const about = { format: 'simple', seed, tornAt: () => 8, rotates: false, timezone: null, kind } as const;
  return layOut(draw, script, { ...about, name: 'ccmsetup.log' }, asked);
}

/** A log of the site server's threads: no runs, but times, texts and what stands between. */
export function generateSimple(draw: Draw, seed: number, asked: GeneratorOptions): GeneratedLog {
  if (asked.plain !== true && draw.chance(0.15)) return generateMessages(draw, seed, asked);
  const script = new Script();
  const clock = MachineClock.drawn(draw);
  const told = draw.chance(0.4);
  const kind = draw.weighted([
    [6, 'current'],
    [1, 'sms 2.0'],
    [1, 'sms 1.x'],
  ] as const);
  const stamper = stampers[kind]!(draw);
  const component = draw.pick(['SMS_FALLBACK_STATUS_POINT', 'SMS_STATE_SYSTEM', 'SMS_SITE_COMPONENT_MANAGER']);
  const write = (message: string, spare: boolean) => {
    clock.pass();
    const { stamp, thread, truth } = stamper(clock, told);
    return script.write(`${message}  $$<${component}><${stamp}><thread=${thread}>`, truth, spare);
  };
  for (let left = draw.integer(5, Math.ceil(40 * (asked.bulk ?? 1))); left > 0; left--) {
    const what = draw.next();
    if (what < 0.03) {
      const secret = draw.secret();
      script.secrets.push(secret);
      write(`Connecting with Server=CM01;Database=CM_PS1;User Id=svc;Password=${secret};`, false);
    } else if (what < 0.06) {
      const text = draw.pick(['Père Noël', 'Größe', 'Señor Ibáñez']);
      script.mustRead(write(`User ${text} has asked for it`, false), text);
    } else write(draw.pick(messages)(draw), true);
  }
  if (draw.chance(0.1)) script.write('<MAXIMUM LOG FILE SIZE REACHED - FILE RENAMED>');
  const tornAt = ({ text }: { text: string }) => Math.min(draw.integer(8, 20), text.indexOf('  $$<'));
  const about = { format: 'simple', seed, tornAt, rotates: true, kind } as const;
  return layOut(draw, script, { ...about, name: 'fspmgr.log', timezone: told ? clock.zone : null }, asked);
}
