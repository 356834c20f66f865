// Bytes of a log to records, each format, against finding the line ends of the same bytes.
import { performance } from 'node:perf_hooks';
import { LogParser } from '../../server/dist/setup-logs/log-parser.js';

const lines = 200_000;
const rounds = 5;
const chunkSize = 256 * 1024;

const two = (number) => String(number % 60).padStart(2, '0');
const clock = (index) => `10:${two(Math.floor(index / 60))}:${two(index)}`;
const lineOf = {
  ccm: (n) =>
    `<![LOG[Downloading file number ${n} of the content to the cache folder]LOG]!><time="${clock(n)}.123+000" date="03-15-2026" component="ContentAccess" context="" type="1" thread="${n % 5000}" file="downloadjob.cpp:${n % 999}">\r\n`,
  simple: (n) =>
    `Processing file number ${n} of the inbox~~  $$<SMS_STATE_SYSTEM><03-15-2026 ${clock(n)}.123+240><thread=${n % 5000} (0x1018)>\r\n`,
  role_setup: (n) => `<03/15/26 ${clock(n)}> Checking component number ${n} of the role on this server\r\n`,
  msi: (n) =>
    `MSI (s) (54:F8) [${clock(n)}:123]: Executing op: FileCopy(SourceName=file${n}.dll,DestName=file${n}.dll)\r\n`,
};
const heading = {
  msi: '=== Verbose logging started: 3/15/2026  10:00:00  Build type: SHIP UNICODE 5.00.10011.00 ===\r\n',
};

/** Rows of the results: what, measured, against, ratio. */
export function benchLogParsing() {
  return Object.entries(lineOf).map(([format, line]) => {
    const text = (heading[format] ?? '') + Array.from({ length: lines }, (_, index) => line(index)).join('');
    const bytes = Buffer.from(text);
    const findEnds = () => {
      for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1));
    };
    let records = 0;
    const parse = () => {
      records = 0;
      const parser = new LogParser({ timezone: 'Europe/Paris', onRecord: () => records++ });
      for (let at = 0; at < bytes.length; at += chunkSize) parser.push(bytes.subarray(at, at + chunkSize));
      parser.end();
    };
    // Side by side, round after round: these machines are noisy, and both sides should have the same noise.
    let ends = Infinity;
    let parsing = Infinity;
    for (let round = 0; round < rounds; round++) {
      ends = Math.min(ends, timed(findEnds));
      parsing = Math.min(parsing, timed(parse));
    }
    return {
      key: `logs.${format}`,
      what: `log parsing, ${format}`,
      measured: `${Math.round((records / parsing) * 1000).toLocaleString('en')} records/s`,
      against: `${Math.round((lines / ends) * 1000).toLocaleString('en')} line ends/s`,
      ratio: (ends / parsing).toFixed(3),
      target: format === 'ccm' ? '≥ 0.10, and ≥ 200,000 records/s' : '≥ 0.10',
    };
  });
}

function timed(work) {
  const begun = performance.now();
  work();
  return performance.now() - begun;
}
