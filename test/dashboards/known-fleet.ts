// A fleet whose every machine is known, absurd ones among it, and a model of what is so of each: without SQL.

interface Said {
  name: string;
  id?: string;
  topic?: number;
  state: number;
  params?: string[];
  /** Milliseconds that the client's clock is ahead. */
  ahead?: number;
  version?: string;
  twice?: boolean;
}

const noId = '00000000-0000-0000-0000-000000000000';
const xml = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\n', '&#10;');
let serial = 0;

/** A report as a client posts it, now by our clock. */
export function body({
  name,
  id = noId,
  topic = 800,
  state,
  params = [],
  ahead = 0,
  version = '5.00.9128.1007',
}: Said): Buffer {
  const at = new Date(Date.now() + ahead).toISOString().replaceAll(/[-:TZ]/g, '');
  const list = params.map((one) => `<Param>${xml(one)}</Param>`).join('');
  return Buffer.from(
    `\ufeff<?xml version="1.0" encoding="UTF-16"?>\r\n<Report><ReportHeader><Identification><Machine><ClientInstalled>0</ClientInstalled><ClientType>1</ClientType>` +
      `<ClientID IDType="0" IDFlag="1">${id}</ClientID><ClientVersion>${version}</ClientVersion><NetBIOSName>${xml(name)}</NetBIOSName></Machine></Identification></ReportHeader>` +
      `<ReportBody><StateMessage MessageTime="${at}000+000" SerialNumber="${++serial}"><Topic ID="{0D94311F-CB7B-4E73-94B1-75878081111C}" Type="${topic}" IDType="0"/>` +
      `<State ID="${state}" Criticality="0"/><UserParameters Flags="0" Count="${params.length}">${list}</UserParameters></StateMessage></ReportBody></Report>`,
    'utf16le',
  );
}

const guid = (number: number) => `0A1B2C3D-0000-4000-8000-${String(number).padStart(12, '0')}`;
const years = 365 * 86_400_000;
/** Names that look like code of every kind; the product writes names in capitals. */
export const hostile = [
  `A' OR 1=1 --`,
  `B\\`,
  `C\\' OR 1=1 --`,
  `D"E\`F`,
  '${__ALL}',
  '$__ALL',
  '${SITE:RAW}',
  '[[SITE]]',
  '<IMG SRC=X ONERROR=ALERT(1)>',
  '=CMD|A0',
  '+1+1',
  '@SUM(1)',
  '%41',
  'G&VAR-SITE=X#Y?Z/',
  '$__TIMEFILTER(X)',
  'H/*I*/J;K',
];

/** What each machine says, in order. */
export const said: readonly Said[] = [
  // Installed, and well.
  ...[1, 2, 3, 4, 5].flatMap((one) => [
    { name: `GOOD${one}`, id: guid(one), state: 100 },
    { name: `GOOD${one}`, id: guid(one), state: 400 },
  ]),
  // Failed in one state with codes of their own.
  ...['1603', '1618', '1639'].flatMap((code, one) => [
    { name: `BAD${one}`, state: 100 },
    { name: `BAD${one}`, state: 313, params: [code] },
  ]),
  { name: 'BAD3', state: 313, params: ['1603'], twice: true },
  // One state, no code, and a parameter of its own each.
  ...[1, 2].map((one) => ({ name: `FAR${one}`, state: 308, params: [`http://dp${one}/x`] })),
  // Failed, then installed: no longer failed.
  { name: 'MENDED', state: 313, params: ['1603'] },
  { name: 'MENDED', state: 100 },
  { name: 'MENDED', state: 400 },
  // A name, an id with it, then a new name with that id.
  { name: 'OLDNAME', state: 100 },
  { name: 'OLDNAME', id: guid(50), state: 313, params: ['1603'] },
  { name: 'NEWNAME', id: guid(50), state: 100 },
  { name: 'NEWNAME', id: guid(50), state: 313, params: ['1603'] },
  // Cut off by the management point, by a certificate, by both; and once, but no more.
  { name: 'OFF1', topic: 1000, state: 2, params: ['0x80072EFD', '5'] },
  { name: 'OFF2', topic: 1001, state: 2, params: ['0x80092004'] },
  { name: 'OFF3', topic: 1000, state: 2, params: ['0x80072EFD'] },
  { name: 'OFF3', topic: 1001, state: 2, params: ['0x80092004'] },
  { name: 'ON1', topic: 1000, state: 2, params: ['0x80072EFD'] },
  { name: 'ON1', topic: 1000, state: 1 },
  // Installed, and cut off since.
  { name: 'GOOD1', id: guid(1), topic: 1000, state: 2, params: ['0x80072EFD'] },
  // Begun, and no end.
  { name: 'STUCK1', state: 100 },
  { name: 'STUCK2', state: 100 },
  // Clocks that are wrong.
  { name: 'CLOCK2001', state: 313, params: ['1603'], ahead: -25 * years },
  { name: 'CLOCK2031', state: 100, ahead: 5 * years },
  { name: 'CLOCK2031', state: 400, ahead: 5 * years },
  { name: 'CLOCK2031', state: 313, params: ['1618'] },
  { name: 'CLOCK10', state: 400, ahead: 600_000 },
  { name: 'HTTPS1', topic: 1100, state: 1 },
  { name: 'HTTPS2', topic: 1100, state: 2 },
  ...hostile.map((name) => ({ name, state: 313, params: ['1603'] })),
];

/** One line of truth a machine: a model without SQL. */
interface Truth {
  name: string;
  failed: boolean;
  succeeded: boolean;
  inProgress: boolean;
  /** It said nothing of a deployment. */
  noWord: boolean;
  cutOff: boolean;
  clockOff: boolean;
  causes: Set<string>;
  stillCause: Set<string>;
}

const failing = new Set(['800/313', '800/308', '1000/2', '1001/2', '1100/1']);
const codeOf = ({ state, params = [] }: Said) => (state === 308 ? '' : (params[0] ?? ''));

function truths(): Truth[] {
  const keyOf = ({ name }: Said) => (name === 'OLDNAME' ? 'NEWNAME' : name);
  const names = [...new Set(said.map(keyOf))];
  return names.map((name) => {
    const words = said.filter((one) => keyOf(one) === name);
    const lastOn = (topic: number) => words.filter((one) => (one.topic ?? 800) === topic).at(-1);
    const fails = (one: Said | undefined) => one !== undefined && failing.has(`${one.topic ?? 800}/${one.state}`);
    const cause = (one: Said) => `${one.topic ?? 800}/${one.state}/${codeOf(one)}`;
    const deployment = lastOn(800);
    const topics = [...new Set(words.map(({ topic = 800 }) => topic))];
    return {
      name,
      failed: fails(deployment),
      succeeded: deployment?.state === 400,
      noWord: deployment === undefined,
      inProgress: deployment?.state === 100,
      cutOff: fails(lastOn(1000)) || fails(lastOn(1001)),
      clockOff: words.some(({ ahead = 0 }) => ahead > 300_000) || words.every(({ ahead = 0 }) => ahead < -300_000),
      causes: new Set(words.filter(fails).map(cause)),
      stillCause: new Set(
        topics
          .map((topic) => lastOn(topic))
          .filter(fails)
          .map((one) => cause(one!)),
      ),
    };
  });
}

/** What is so of each machine, when all has been said. */
export const truth: readonly Truth[] = truths();
/** How many machines something is so of. */
export const countOf = (condition: (one: Truth) => boolean) => truth.filter(condition).length;
