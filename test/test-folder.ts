import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, onTestFinished, TestRunner } from 'vitest';

/**
 * A folder for what a test writes, which goes when the test has finished; asked for beside the tests of a file, when all
 * have. What was started in it ends before: such hooks run in the order opposite to that in which they were asked for.
 * What writes beside its folder, as a spool does, is given one within. Of tests that run beside each other Vitest does
 * not know which one asks.
 */
export function testFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'fsp-test-'));
  const remove = () => {
    // An engine whose server was killed writes for a moment more.
    rmSync(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
  };
  const test = TestRunner.getCurrentTest();
  if (test?.concurrent === true) throw new Error('tests that run beside each other share a folder of their file');
  if (test === undefined) afterAll(remove);
  else onTestFinished(remove);
  return path;
}
