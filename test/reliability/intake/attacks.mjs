// Attacks on the intake, each a function of where it is, from where the attack comes ({ port, host, localAddress }), and
// of the time at which it ends. They run in a process of their own.
import http from 'node:http';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';

const mebibyte = 1024 * 1024;
/** As large as the intake takes them. */
const largest = 4 * mebibyte - 2_000;

/** A report as a client writes it. */
export function report({ client = 'PC1', serial = 1, params = ['x'] } = {}) {
  return `<Report><ReportHeader><Identification><Machine><ClientInstalled>0</ClientInstalled><ClientID IDType="0" IDFlag="1">00000000-0000-0000-0000-000000000000</ClientID><ClientVersion>5.00.0000.0000</ClientVersion><NetBIOSName>${client}</NetBIOSName></Machine></Identification></ReportHeader><ReportBody>${message(serial, params)}</ReportBody></Report>`;
}

function message(serial, params) {
  return `<StateMessage MessageTime="20260102030405.000000+000" SerialNumber="${serial}"><Topic ID="{0D94311F-CB7B-4E73-94B1-75878081111C}" Type="800" IDType="0"/><State ID="100" Criticality="0"/><UserParameters Flags="0" Count="${params.length}">${params.map((one) => `<Param>${one}</Param>`).join('')}</UserParameters></StateMessage>`;
}

const filled = (piece, before = '<Report>', after = '</Report>') =>
  before + piece.repeat(Math.floor(largest / piece.length)) + after;

const bodies = {
  'tiny elements': () => filled('<a/>'),
  '63 attributes': () => filled(`<a ${Array.from({ length: 63 }, (_, index) => `q${index}="1"`).join(' ')}/>`),
  entities: (index) => report({ client: `E${index}`, params: ['&#65;'.repeat(Math.floor(largest / 5) - 1_000)] }),
  'a thousand messages': (index) =>
    report({ client: `T${index}` }).replace(/<StateMessage.*<\/StateMessage>/, () =>
      Array.from({ length: 1_000 }, (_, serial) => message(serial, ['y'.repeat(3_300)])).join(''),
    ),
  'two hundred thousand parameters': (index) => report({ client: `P${index}`, params: Array(200_000).fill('p') }),
  'one large text': (index) => report({ client: `L${index}`, params: ['x'.repeat(largest - 2_000)] }),
  'open tags': () => filled(`<${'a'.repeat(4_100)}`, '<Report>', ''),
  'comments and CDATA': () => filled('<![CDATA[x]]><!--y--><?z?>'),
  'no text': () => Buffer.alloc(largest, 0xff),
  'no text behind a tag': () => Buffer.concat([Buffer.from('<Report>'), Buffer.alloc(largest - 8, 0xff)]),
  'gzip bombs': () => gzipSync(Buffer.alloc(50 * mebibyte, 97)),
  'entity bombs': () =>
    `<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">${Array.from({ length: 20 }, (_, index) => `<!ENTITY b${index} "${(index > 0 ? `&b${index - 1};` : '&a;').repeat(10)}">`).join('')}]><Report>&b19;</Report>`,
  'small tiny elements': () => `<Report>${'<a/>'.repeat(4_000)}</Report>`,
};

/** Eight connections that post bodies one after the other. */
function flood(bodyOf) {
  return async (target, end) => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
    const answers = {};
    let index = 0;
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        while (Date.now() < end) {
          const answer = await post(target, bodyOf(index++), agent, end);
          answers[answer] = (answers[answer] ?? 0) + 1;
          if (answer === 'error') await sleep(20);
        }
      }),
    );
    agent.destroy();
    return answers;
  };
}

function post(target, body, agent, end) {
  return new Promise((resolve) => {
    const request = http.request(
      {
        ...target,
        method: 'POST',
        path: '/SMS_FSP/.sms_fsp',
        agent,
        headers: { 'content-length': Buffer.byteLength(body) },
      },
      (answer) => answer.resume().once('end', () => resolve(answer.statusCode)),
    );
    const timer = setTimeout(() => request.destroy(), Math.max(1, end - Date.now()));
    request.once('error', () => resolve('error')).once('close', () => clearTimeout(timer));
    request.end(body);
  });
}

/** Connections kept open; `each` writes to one, and is called again every second. A closed one is replaced. */
function sockets(count, first, each) {
  return async (target, end) => {
    const open = new Set();
    let closed = 0;
    const connect = () => {
      const socket = net.connect({ ...target, allowHalfOpen: true });
      socket.on('error', () => undefined);
      socket.once('close', () => {
        open.delete(socket);
        closed++;
      });
      socket.write(first);
      open.add(socket);
    };
    while (Date.now() < end) {
      for (let started = 0; open.size < count && started < 100; started++) connect();
      if (each !== undefined) for (const socket of open) if (socket.writable) socket.write(each);
      await sleep(open.size < count ? 100 : 1_000);
    }
    for (const socket of open) socket.destroy();
    return { closedByServer: closed };
  };
}

/** Connections that write as fast as they are read. */
function stream(count, head, chunk) {
  return async (target, end) => {
    let bytes = 0;
    const one = async () => {
      while (Date.now() < end) {
        const socket = net.connect(target);
        socket.on('error', () => undefined).resume();
        socket.write(head);
        while (!socket.destroyed && Date.now() < end) {
          bytes += chunk.length;
          if (!socket.write(chunk)) await sleep(5);
        }
        socket.destroy();
        await sleep(5);
      }
    };
    await Promise.all(Array.from({ length: count }, one));
    return { mebibytes: Math.round(bytes / mebibyte) };
  };
}

const head = (headers) => `POST /SMS_FSP/.sms_fsp HTTP/1.1\r\nHost: x\r\n${headers}\r\n`;
const small = report({ client: 'PIPE' });

export const attacks = {
  ...Object.fromEntries(Object.entries(bodies).map(([name, bodyOf]) => [name, flood(bodyOf)])),
  'header bombs': stream(
    8,
    'POST /SMS_FSP/.sms_fsp HTTP/1.1\r\nHost: x\r\n',
    `X-${'y'.repeat(100)}: z\r\n`.repeat(100),
  ),
  'endless chunked': stream(8, head('Transfer-Encoding: chunked\r\n'), `10000\r\n${'<a/>'.repeat(16_384)}\r\n`),
  oversize: stream(8, head('Content-Length: 50000000\r\n'), 'a'.repeat(65_536)),
  pipelining: stream(4, '', `${head(`Content-Length: ${small.length}\r\n`)}${small}`.repeat(20)),
  'pipelined rubbish': stream(4, '', `${head('Content-Length: 1\r\n')}x`.repeat(500)),
  'length and chunked': stream(
    4,
    '',
    `${head('Content-Length: 5\r\nTransfer-Encoding: chunked\r\n')}0\r\n\r\nGET /x HTTP/1.1\r\nHost: x\r\n\r\n`,
  ),
  'slow bodies on 1000 sockets': sockets(1_000, head('Content-Length: 4000000\r\n') + 'a'.repeat(50_000), 'a'),
  'slow reports on 1000 sockets': sockets(1_000, head('Content-Length: 4000000\r\n') + '<a>'.repeat(17_000), '<'),
  'slow chunks on 1000 sockets': sockets(
    1_000,
    head('Transfer-Encoding: chunked\r\n') + `c000\r\n${'<a>'.repeat(16_384)}\r\n`,
    '1\r\n<\r\n',
  ),
  'slow headers on 1000 sockets': sockets(1_000, 'POST /SMS_FSP/.sms_fsp HTTP/1.1\r\nHost: x\r\n', 'X: y\r\n'),
  'silence on 1000 sockets': sockets(1_000, ''),
  'a byte a second': sockets(200, head('Content-Length: 1000\r\n'), 'a'),
  '400 unfinished bodies of 4 MB': sockets(400, head('Content-Length: 4190000\r\n') + 'a'.repeat(4_180_000)),
};
