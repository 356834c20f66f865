import { screen, within } from '@testing-library/react';
import { http, HttpResponse } from 'msw';
import { expect, test, vi } from 'vitest';
import { problem, proxy, server } from '../test/handlers.js';
import { renderInGrafana } from '../test/grafana.js';
import { DropLogs } from './DropLogs.js';

const taken = (more: object = {}) => ({
  logs: 1,
  records: { added: 3, known: 0 },
  runs: { added: 0, known: 0 },
  plain: [],
  refused: [],
  failed: [],
  ...more,
});
const log = (name: string) => new File(['x'], name, { type: 'text/plain' });
/** What the server answers to each log, by its name. */
function answering(answers: Record<string, () => Response>) {
  server.use(
    http.post(`${proxy}/admin/setup-logs/upload`, ({ request }) =>
      (answers[new URL(request.url).searchParams.get('name') ?? ''] ?? (() => HttpResponse.json(taken())))(),
    ),
  );
}
function dropzone() {
  const onTaken = vi.fn();
  const rendered = renderInGrafana(<DropLogs id="drop" host="PC042" label="Logs" hint="Drop them" onTaken={onTaken} />);
  return { ...rendered, onTaken, drop: (files: File[]) => rendered.user.upload(screen.getByLabelText('Logs'), files) };
}

test('a log that is not taken, for whatever reason, is told by name with it, and the others go on', async () => {
  answering({
    'picture.png': () => problem(400, 'FSP_LOG_UNREADABLE', 'picture.png was not taken: it is no text'),
    'busy.log': () => problem(429, 'FSP_UPLOAD_BUSY', 'Another log is being taken; try again in some seconds'),
    'broken.log': () => problem(503, 'FSP_CLICKHOUSE_UNREACHABLE', 'ClickHouse cannot be reached'),
    'crash.log': () => new HttpResponse(null, { status: 500 }),
    'lost.log': () => HttpResponse.error(),
  });
  const huge = log('huge.log');
  Object.defineProperty(huge, 'size', { value: 33 * 1024 * 1024 });
  const { drop, onTaken } = dropzone();
  await drop([
    log('picture.png'),
    huge,
    log('busy.log'),
    log('broken.log'),
    log('crash.log'),
    log('lost.log'),
    log('ccmsetup.log'),
  ]);
  await screen.findByText('ccmsetup.log: 3 records taken, 0 known before');
  const refused = within(screen.getByRole('alert', { name: 'The server refused it' }));
  refused.getByText('picture.png was not taken: it is no text');
  refused.getByText('huge.log: It is larger than 32 MB, which is the most that is taken here; fsp import takes it');
  refused.getByText('busy.log: Another log is being taken; try again in some seconds');
  refused.getByText('broken.log: ClickHouse cannot be reached');
  refused.getByText(/^crash\.log: /);
  within(screen.getByRole('alert', { name: /cannot be reached/ })).getByText('lost.log');
  expect(onTaken).toHaveBeenCalledTimes(1);
});

test('what is taken as plain text, and what of a zip is not taken, is remarked by name', async () => {
  answering({
    'notes.txt': () => HttpResponse.json(taken({ plain: ['notes.txt'] })),
    'all.zip': () =>
      HttpResponse.json(
        taken({
          plain: ['all.zip/readme.log'],
          refused: [{ path: 'all.zip/logo.png', reason: 'binary', detail: 'a picture' }],
          failed: [{ path: 'all.zip/ccm.log', reason: 'ClickHouse would not take it' }],
        }),
      ),
  });
  const { drop } = dropzone();
  await drop([log('notes.txt'), log('all.zip'), log('ccmsetup.log')]);
  await screen.findByText('ccmsetup.log: 3 records taken, 0 known before');
  const remarks = within(screen.getByRole('alert', { name: 'Taken' }));
  remarks.getByText('notes.txt: 3 records taken, 0 known before');
  for (const path of ['notes.txt', 'all.zip/readme.log'])
    remarks.getByText(`${path}: no log of a known format; it is kept as text, and there is no verdict on it`);
  remarks.getByText('all.zip/logo.png: it is no text, so it is no log');
  remarks.getByText('all.zip/ccm.log: ClickHouse would not take it');
});

test('every log is told once: there is no second list of files, and none to be taken away', async () => {
  answering({});
  const { drop } = dropzone();
  await drop([log('ccmsetup.log'), log('client.msi.log')]);
  await screen.findByText('client.msi.log: 3 records taken, 0 known before');
  expect(screen.getAllByText(/ccmsetup\.log/)).toHaveLength(1);
  expect(screen.queryByRole('button')).toBeNull();
  // The next ones stand alone.
  await drop([log('more.log')]);
  await screen.findByText('more.log: 3 records taken, 0 known before');
  expect(screen.queryByText(/ccmsetup\.log/)).toBeNull();
});
