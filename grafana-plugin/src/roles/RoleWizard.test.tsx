import { screen, waitFor } from '@testing-library/react';
import { http, HttpResponse } from 'msw';
import { beforeEach, expect, test, vi } from 'vitest';
import type { RoleConfiguration } from '../api/roles.js';
import { configuration, finding, problem, proxy, requests, role, server, validation } from '../test/handlers.js';
import { renderInGrafana } from '../test/grafana.js';
import { RoleWizard } from './RoleWizard.js';
import { Summary } from './Summary.js';

// What another test began is no draft of this one.
beforeEach(() => {
  sessionStorage.clear();
  localStorage.clear();
});

const next = async (user: ReturnType<typeof renderInGrafana>['user']) => {
  const button = await screen.findByRole('button', { name: 'Next' });
  await waitFor(() => {
    expect(button).toBeEnabled();
  });
  await user.click(button);
};

test('nothing is done before the summary was seen; then exactly what it showed is sent', async () => {
  const onCreated = vi.fn();
  const { user } = renderInGrafana(<RoleWizard kind="server" servers={[]} onCreated={onCreated} onCancel={vi.fn()} />);
  await user.type(screen.getByLabelText(/^Name/), 'FSP09');
  await next(user);
  await user.click(screen.getByLabelText('Management point'));
  await next(user);
  await user.clear(screen.getByLabelText(/^Number of state messages/));
  await user.type(screen.getByLabelText(/^Number of state messages/), '2500');
  await next(user);
  expect(requests).toEqual([]);
  await user.click(await screen.findByRole('button', { name: 'Create the role' }));
  await waitFor(() => {
    expect(onCreated).toHaveBeenCalled();
  });
  expect(requests).toHaveLength(1);
  expect(requests[0]).toMatchObject({
    method: 'POST',
    path: 'admin/roles',
    body: {
      serverName: 'FSP09',
      messageCount: 2500,
      throttleIntervalSeconds: 3600,
      otherRoles: ['management_point'],
      installationAccount: null,
    },
  });
});

test('a page that the rules object to is not left', async () => {
  server.use(
    http.post(`${proxy}/admin/roles/validate`, async ({ request }) =>
      HttpResponse.json(
        validation((await request.json()) as RoleConfiguration, [finding('ROLE_NAME_INVALID', 'serverName')]) as never,
      ),
    ),
  );
  const { user } = renderInGrafana(<RoleWizard kind="server" servers={[]} onCreated={vi.fn()} onCancel={vi.fn()} />);
  await user.type(screen.getByLabelText(/^Name/), 'bad name');
  await screen.findByText(/To go on: ROLE_NAME_INVALID/);
  expect(screen.getByRole('button', { name: 'Next' })).toBeDisabled();
});

test('by the keyboard alone: each page takes the focus, with its title, and Enter goes on', async () => {
  const { user } = renderInGrafana(<RoleWizard kind="server" servers={[]} onCreated={vi.fn()} onCancel={vi.fn()} />);
  await user.type(screen.getByLabelText(/^Name/), 'FSP09');
  for (const [left, entered] of [
    ['General', 'System role selection'],
    ['System role selection', 'Fallback status point'],
  ] as const) {
    const page = screen.getByRole('form', { name: left });
    await waitFor(() => {
      expect(screen.getByRole('button', { name: 'Next' })).toBeEnabled();
    });
    await user.keyboard('{Enter}');
    expect(page).toHaveAccessibleName(entered);
    expect(page).toHaveFocus();
  }
});

test('an error of a later page does not hold an earlier one back', async () => {
  server.use(
    http.post(`${proxy}/admin/roles/validate`, async ({ request }) =>
      HttpResponse.json(
        validation((await request.json()) as RoleConfiguration, [
          finding('ROLE_MESSAGE_COUNT_RANGE', 'messageCount'),
        ]) as never,
      ),
    ),
  );
  const { user } = renderInGrafana(<RoleWizard kind="server" servers={[]} onCreated={vi.fn()} onCancel={vi.fn()} />);
  await user.type(screen.getByLabelText(/^Name/), 'FSP09');
  await next(user);
  await next(user);
  await screen.findByText(/To go on: ROLE_MESSAGE_COUNT_RANGE/);
});

test('rules that could not be asked are asked again, and the wizard goes on where it was', async () => {
  server.use(http.post(`${proxy}/admin/roles/validate`, () => HttpResponse.error()));
  const { user } = renderInGrafana(<RoleWizard kind="server" servers={[]} onCreated={vi.fn()} onCancel={vi.fn()} />);
  await user.type(screen.getByLabelText(/^Name/), 'FSP02');
  await screen.findByText('The fallback status point’s server cannot be reached');
  expect(screen.getByRole('button', { name: 'Next' })).toBeDisabled();
  server.resetHandlers();
  await user.click(screen.getByRole('button', { name: 'Try again' }));
  await waitFor(() => {
    expect(screen.getByRole('button', { name: 'Next' })).toBeEnabled();
  });
  expect(screen.queryByText('The fallback status point’s server cannot be reached')).toBeNull();
});

test('somebody who created the role meanwhile is told of', async () => {
  server.use(
    http.post(`${proxy}/admin/roles`, () =>
      problem(409, 'FSP_ROLE_EXISTS', 'taken', [finding('ROLE_EXISTS', 'serverName')]),
    ),
  );
  const { user } = renderInGrafana(<RoleWizard kind="server" servers={[]} onCreated={vi.fn()} onCancel={vi.fn()} />);
  await user.type(screen.getByLabelText(/^Name/), 'FSP09');
  await next(user);
  await next(user);
  await next(user);
  await user.click(await screen.findByRole('button', { name: 'Create the role' }));
  await screen.findByText('ROLE_EXISTS in English');
});

test('New site role takes a server that is known, and its name is not typed', async () => {
  renderInGrafana(<RoleWizard kind="role" servers={['FSP07']} onCreated={vi.fn()} onCancel={vi.fn()} />);
  expect(await screen.findByLabelText(/^Site system server/)).toBeInTheDocument();
  expect(screen.getByLabelText(/^Name/)).toBeDisabled();
});

test('a server that was never heard of is typed in, so that no wizard ends nowhere', async () => {
  const { user } = renderInGrafana(<RoleWizard kind="role" servers={[]} onCreated={vi.fn()} onCancel={vi.fn()} />);
  await user.type(screen.getByLabelText(/^Site system server/), 'FSP55{Enter}');
  expect(screen.getByLabelText(/^Name/)).toHaveValue('FSP55');
});

test('a new server gets the command that makes it, and an existing one does not', () => {
  const commands = { ...role.commands, ccmsetupInternet: 'ccmsetup.exe FSP=fsp.contoso.com' };
  const { rerender } = renderInGrafana(<Summary validation={{ ...validation(configuration), commands }} />);
  expect(screen.getByText(/^New-CMSiteSystemServer/)).toBeInTheDocument();
  expect(screen.getByText('ccmsetup.exe FSP=fsp.contoso.com')).toBeInTheDocument();
  rerender(<Summary validation={{ ...validation(configuration), commands }} existing />);
  expect(screen.queryByText(/^New-CMSiteSystemServer/)).toBeNull();
  expect(screen.getByText('Add-CMFallbackStatusPoint')).toBeInTheDocument();
});
