import { screen, waitFor } from '@testing-library/react';
import { http, HttpResponse } from 'msw';
import { expect, test, vi } from 'vitest';
import type { Role, RoleConfiguration } from '../api/roles.js';
import { configuration, finding, problem, proxy, requests, role, server, validation } from '../test/handlers.js';
import { renderInGrafana } from '../test/grafana.js';
import { RoleEditor } from './RoleEditor.js';

const field = (label: RegExp) => screen.getByLabelText<HTMLInputElement>(label);

test('a change is saved against the version that was seen, and nothing else is sent along', async () => {
  const onSaved = vi.fn();
  const { user } = renderInGrafana(<RoleEditor role={role} tab="general" readOnly={false} onSaved={onSaved} />);
  await user.type(field(/^Internet FQDN/), 'fsp.contoso.com');
  await user.click(screen.getByRole('button', { name: 'Save' }));
  await waitFor(() => {
    expect(onSaved).toHaveBeenCalled();
  });
  expect(requests).toEqual([
    {
      method: 'PUT',
      path: 'admin/roles/FSP01',
      body: { ...configuration, internetFqdn: 'fsp.contoso.com' },
      ifMatch: '"3"',
    },
  ]);
});

test('the keyboard goes on from the fields where the button that was pressed has nothing to do any more', async () => {
  const { user } = renderInGrafana(<RoleEditor role={role} tab="general" readOnly={false} onSaved={vi.fn()} />);
  for (const button of ['Discard changes', 'Save']) {
    await user.type(field(/^Internet FQDN/), 'fsp.contoso.com');
    await user.click(screen.getByRole('button', { name: button }));
    await waitFor(() => {
      expect(screen.getByRole('form', { name: 'Properties' })).toHaveFocus();
    });
  }
});

test('a number that is emptied and typed anew is the number that was typed', async () => {
  const { user } = renderInGrafana(<RoleEditor role={role} tab="throttle" readOnly={false} onSaved={vi.fn()} />);
  const count = field(/^Number of state messages/);
  await user.clear(count);
  expect(count).toHaveValue(null);
  await user.type(count, '500');
  expect(count.value).toBe('500');
  await user.type(count, '.5');
  expect(count.value).toBe('500');
});

test('what the rules say stands at its field, in the user’s language', async () => {
  server.use(
    http.post(`${proxy}/admin/roles/validate`, () =>
      HttpResponse.json(
        validation(configuration, [
          finding('ROLE_SITE_CODE_INVALID', 'siteCode'),
          finding('ROLE_NAME_UNRESOLVED', 'intranetFqdn', 'warning'),
        ]) as never,
      ),
    ),
  );
  renderInGrafana(<RoleEditor role={role} tab="general" readOnly={false} onSaved={vi.fn()} />, { language: 'fr-FR' });
  await screen.findByText('ROLE_SITE_CODE_INVALID en français');
  await screen.findByText('ROLE_NAME_UNRESOLVED en français');
  expect(field(/^Site code/)).toBeInvalid();
});

test('a refusal keeps what was typed and gives the server’s reasons', async () => {
  server.use(
    http.put(`${proxy}/admin/roles/FSP01`, () =>
      problem(422, 'FSP_ROLE_INVALID', 'No', [finding('ROLE_MESSAGE_COUNT_RANGE', 'messageCount')]),
    ),
  );
  const { user } = renderInGrafana(<RoleEditor role={role} tab="general" readOnly={false} onSaved={vi.fn()} />);
  await user.clear(field(/^Site code/));
  await user.type(field(/^Site code/), 'PS2');
  await user.click(screen.getByRole('button', { name: 'Save' }));
  await screen.findByText('ROLE_MESSAGE_COUNT_RANGE in English');
  expect(field(/^Site code/)).toHaveValue('PS2');
});

test('when somebody else was first, both changes are shown, and mine go on top of theirs', async () => {
  const theirs = { ...role, version: 9, changedBy: 'Grace', configuration: { ...configuration, messageCount: 500 } };
  server.use(
    http.put(`${proxy}/admin/roles/FSP01`, () => problem(412, 'FSP_ROLE_CHANGED', 'changed'), { once: true }),
    http.get(`${proxy}/read/roles/FSP01`, () => HttpResponse.json(theirs as never)),
  );
  const { user } = renderInGrafana(<RoleEditor role={role} tab="general" readOnly={false} onSaved={vi.fn()} />);
  await user.clear(field(/^Site code/));
  await user.type(field(/^Site code/), 'PS2');
  await user.click(screen.getByRole('button', { name: 'Save' }));
  await screen.findByText(/Grace changed this role meanwhile/);
  expect(screen.getByRole('row', { name: /Number of state messages 10,000 500 10,000/ })).toBeInTheDocument();
  await user.click(screen.getByRole('button', { name: /Put my changes on top/ }));
  await user.click(await screen.findByRole('button', { name: 'Save' }));
  await waitFor(() => {
    expect(requests.at(-1)).toMatchObject({ body: { siteCode: 'PS2', messageCount: 500 }, ifMatch: '"9"' });
  });
});

test('what was typed while a save is under way is not saved with it, and not lost', async () => {
  let answer: (() => void) | undefined;
  const held = new Promise<void>((resolve) => (answer = resolve));
  server.use(
    http.put(`${proxy}/admin/roles/FSP01`, async ({ request }) => {
      const body = (await request.json()) as RoleConfiguration;
      await held;
      return HttpResponse.json({ ...role, version: 4, configuration: body } as never);
    }),
  );
  const onSaved = vi.fn();
  const { user } = renderInGrafana(<RoleEditor role={role} tab="general" readOnly={false} onSaved={onSaved} />);
  await user.type(field(/^Internet FQDN/), 'fsp.contoso.com');
  await user.click(screen.getByRole('button', { name: 'Save' }));
  await user.type(field(/^Account/), 'CONTOSO\\svc');
  answer!();
  await waitFor(() => {
    expect(onSaved).toHaveBeenCalled();
  });
  expect(field(/^Account/)).toHaveValue('CONTOSO\\svc');
  await screen.findByText('Changed: Account that installs');
});

test('what others saved is shown where nothing was changed here, and where something was it stays', async () => {
  const editor = (shown: Role) => <RoleEditor role={shown} tab="general" readOnly={false} onSaved={vi.fn()} />;
  const { user, show } = renderInGrafana(editor(role));
  show(editor({ ...role, version: 4, configuration: { ...configuration, siteCode: 'PS4' } }));
  expect(field(/^Site code/)).toHaveValue('PS4');
  await user.clear(field(/^Site code/));
  await user.type(field(/^Site code/), 'PS9');
  show(editor({ ...role, version: 5, configuration: { ...configuration, siteCode: 'PS5' } }));
  expect(field(/^Site code/)).toHaveValue('PS9');
});

test('a server that is away is told, with a way to try again', async () => {
  server.use(
    http.put(`${proxy}/admin/roles/FSP01`, () => problem(502, 'FSP_UNREACHABLE', 'http://fsp01 cannot be reached')),
  );
  const { user } = renderInGrafana(<RoleEditor role={role} tab="general" readOnly={false} onSaved={vi.fn()} />);
  await user.type(field(/^Site code/), 'X');
  await user.click(screen.getByRole('button', { name: 'Save' }));
  await screen.findByText('The fallback status point’s server cannot be reached');
});

test('who may only read gets no way to save, and the rules are not asked for them', async () => {
  let asked = 0;
  server.use(
    http.post(`${proxy}/admin/roles/validate`, () => {
      asked++;
      return problem(403, 'FSP_FORBIDDEN', 'no');
    }),
  );
  renderInGrafana(
    <RoleEditor
      role={{ ...role, warnings: [finding('ROLE_NAME_UNRESOLVED', 'intranetFqdn', 'warning')] }}
      tab="general"
      readOnly
      onSaved={vi.fn()}
    />,
    { orgRole: 'Viewer' },
  );
  await screen.findByText('ROLE_NAME_UNRESOLVED in English');
  expect(screen.queryByRole('button', { name: 'Save' })).toBeNull();
  expect(field(/^Site code/)).toBeDisabled();
  expect(asked).toBe(0);
});
