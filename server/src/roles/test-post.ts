import { lookup, type LookupAddress } from 'node:dns';
import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { FspError } from '../errors.js';
import type { Machine, StateMessage } from '../report/types.js';
import { wireReport } from '../simulation/wire.js';
import { testPostTexts, type TestPostVerdict } from './test-post-texts.js';

/** The machine that a test message says it comes from. */
const testMachine = 'FSP-TEST';
/** No topic of Configuration Manager: where another server takes the message, it changes no figure of a client. */
const testTopic = 65_000;
const withinMs = 5_000;
/** How long after its answer a message may still be on its way through the decoder. */
const arrivalMs = 1_000;

/** Where no fallback status point is: addresses of one link, which cloud providers answer with their secrets. */
const nowhere = new BlockList();
nowhere.addSubnet('169.254.0.0', 16);
nowhere.addSubnet('fe80::', 10, 'ipv6');
nowhere.addAddress('0.0.0.0');

export interface TestPostResult {
  verdict: TestPostVerdict;
  /** What a client would post to. */
  url: string;
  /** Status of the answer; null where none came. */
  status: number | null;
  message: { en: string; fr: string };
}

/**
 * Test messages, posted as a client does: anonymous, to the name and the port that clients use. One that comes in here
 * again proves the way, and is kept nowhere. Only names of roles and the site's port are tried, one after the other, and
 * of an answer nothing but its status is told, so that nobody looks through a network with it.
 */
export class TestPosts {
  private readonly awaited = new Map<string, () => void>();
  private busy = false;

  /** Whether a report is a test message that was sent from here: it is not to be kept. */
  take({ machine, messages }: { machine: Machine; messages: readonly { message: StateMessage }[] }): boolean {
    if (machine.netbiosName !== testMachine) return false;
    const arrived = this.awaited.get(messages[0]?.message.topic.id ?? '');
    arrived?.();
    return arrived !== undefined;
  }

  /** Posts to a name and says what became of it. @throws FspError FSP_TEST_POST_BUSY while another is under way */
  async send(name: string, port: number): Promise<TestPostResult> {
    if (this.busy)
      throw new FspError('FSP_TEST_POST_BUSY', 'Another test message is under way; try again in some seconds');
    this.busy = true;
    const url = `http://${name}${port === 80 ? '' : `:${port}`}/SMS_FSP/.sms_fsp`;
    const id = `{${randomUUID().toUpperCase()}}`;
    const arrival = new Promise<boolean>((resolve) => {
      this.awaited.set(id, () => {
        resolve(true);
      });
    });
    try {
      const status = await post(new URL(url), testBody(id));
      const soon = new Promise<boolean>((resolve) => {
        setTimeout(resolve, arrivalMs, false).unref();
      });
      const verdict = status === 200 && (await Promise.race([arrival, soon])) ? 'arrived' : verdictOfStatus(status);
      return resultOf(verdict, url, status);
    } catch (error) {
      return resultOf(verdictOfFailure(error as NodeJS.ErrnoException), url, null);
    } finally {
      this.awaited.delete(id);
      this.busy = false;
    }
  }
}

function testBody(topicId: string): Buffer {
  const nobody = { clientId: '', version: '', stateId: 0, serial: 1, params: [] };
  return wireReport({ ...nobody, at: Date.now(), name: testMachine, topicType: testTopic, topicId });
}

function post(url: URL, body: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    // Some names are an address in another spelling, as 0xA9FEA9FE, and would not be looked up.
    if (isIP(url.hostname) !== 0) {
      reject(notTheWay());
      return;
    }
    const headers = { 'content-type': 'text/plain', 'content-length': body.length };
    const signal = AbortSignal.timeout(withinMs);
    const sent = request(url, { method: 'POST', headers, signal, agent: false, lookup: safeLookup }, (answer) => {
      answer.destroy();
      resolve(answer.statusCode ?? 0);
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

const safeLookup: LookupFunction = (name, options, done) => {
  lookup(name, { ...options, all: true }, (error, found) => {
    const addresses: LookupAddress[] = error === null ? found : [];
    const refused = addresses.some(({ address, family }) => nowhere.check(address, family === 6 ? 'ipv6' : 'ipv4'));
    const problem = refused ? notTheWay() : error;
    if (problem !== null) done(problem, []);
    else if (options.all === true) done(null, addresses);
    else done(null, addresses[0]!.address, addresses[0]!.family);
  });
};

function notTheWay(): NodeJS.ErrnoException {
  return Object.assign(new Error('not a client’s way'), { code: 'EADDRNOTAVAIL' });
}

function verdictOfStatus(status: number): TestPostVerdict {
  if (status === 200) return 'other_server';
  if (status === 401 || status === 403) return 'not_anonymous';
  if (status >= 300 && status < 400) return 'redirected';
  if (status === 404 || status === 405) return 'no_role';
  return status === 503 ? 'not_taken' : 'unexpected';
}

function verdictOfFailure({ code, name }: NodeJS.ErrnoException): TestPostVerdict {
  if (name === 'AbortError' || name === 'TimeoutError' || code === 'ETIMEDOUT' || code === 'ABORT_ERR') return 'silent';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'unresolved';
  if (code === 'EADDRNOTAVAIL') return 'not_tried';
  return code === 'ECONNREFUSED' ? 'refused' : 'broken';
}

function resultOf(verdict: TestPostVerdict, url: string, status: number | null): TestPostResult {
  const { en, fr } = testPostTexts[verdict];
  const filled = (text: string) => text.replaceAll('{url}', url).replaceAll('{status}', String(status));
  return { verdict, url, status, message: { en: filled(en), fr: filled(fr) } };
}
