import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import type { Subject } from '../forget/subject.js';
import { createManagement, type ManagementOptions } from './management.js';

test('an answer that is worked on for longer than a connection may be silent comes all the same', async () => {
  const token = 'a token of sixteen or more'.replaceAll(' ', '-');
  const app = await createManagement({
    tokens: () => ({ admin: token, viewer: 'viewer' }),
    forget: async (subject: Subject, dryRun: boolean) => {
      await sleep(800);
      return { subject, dryRun, tables: [], spool: 0, quarantine: 0, alsoKnownAs: [], unfinished: [] };
    },
    collect: { enabled: false },
    logger: { error: () => undefined },
  } as unknown as ManagementOptions);
  onTestFinished(() => app.close());
  app.server.timeout = 300;
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const answer = await fetch(`${url}/api/v1/forget`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ kind: 'machine', name: 'PC042', dryRun: true }),
  });
  expect(await answer.json()).toMatchObject({ subject: { name: 'PC042' } });
});
