import { lazy } from 'react';
import { css, keyframes } from '@emotion/css';
import type { AppRootProps } from '@grafana/data';
import { Navigate, Route, Routes } from 'react-router';
import { appPath } from '../constants.js';
import { SettingsContext, type AppSettings } from '../configuration/settings.js';
import { Lazily } from './Lazily.js';

const Overview = lazy(() => import('../pages/OverviewPage.js'));
const Clients = lazy(() => import('../pages/ClientsPage.js'));
const Client = lazy(() => import('../pages/ClientPage.js'));
const Failures = lazy(() => import('../pages/FailuresPage.js'));
const Expected = lazy(() => import('../pages/ExpectedPage.js'));
const Runbook = lazy(() => import('../pages/RunbookPage.js'));
const Live = lazy(() => import('../pages/LivePage.js'));
const SetupLogs = lazy(() => import('../pages/SetupLogsPage.js'));
const OpenLogs = lazy(() => import('../pages/OpenLogsPage.js'));
const LookUp = lazy(() => import('../pages/LookUpPage.js'));
const Receivers = lazy(() => import('../pages/ReceiversPage.js'));
const Roles = lazy(() => import('../pages/RolesPage.js'));
const RoleWizard = lazy(() => import('../pages/RoleWizardPage.js'));
const Role = lazy(() => import('../pages/RolePage.js'));

/** Until the end of what is scrolled is seen. */
const untilTheEnd = keyframes({
  '0%, 99%': { maskImage: 'linear-gradient(to left, transparent, black 40px)' },
  '100%': { maskImage: 'none' },
});

/**
 * A table that goes on to the right fades out at that edge until its end is seen: some end there between two columns. One
 * that is not scrolled has no such timeline, and whoever's browser knows none sees the table as it is.
 */
const goesOn = { animation: `${untilTheEnd} 1s linear`, animationTimeline: 'scroll(self inline)' };

/** What holds on every page. The element around the pages takes no part in their layout. */
const onEveryPage = css({
  display: 'contents',
  // What an alert tells may hold an address or a path without a space, which must not push it out of a narrow page.
  '& [role="alert"], & [role="status"]': { overflowWrap: 'anywhere' },
  '& :has(> table[role="table"])': goesOn,
});

/** The app's pages. Each is loaded when it is first shown. */
export default function App({ meta }: AppRootProps<AppSettings>) {
  return (
    <SettingsContext.Provider value={meta.jsonData ?? {}}>
      <div className={onEveryPage}>
        <Routes>
          <Route path="overview" element={<Lazily page={Overview} />} />
          <Route path="clients" element={<Lazily page={Clients} />} />
          <Route path="client" element={<Lazily page={Client} />} />
          <Route path="clients/:name" element={<Lazily page={Client} />} />
          <Route path="failures" element={<Lazily page={Failures} />} />
          <Route path="expected" element={<Lazily page={Expected} />} />
          <Route path="runbook" element={<Lazily page={Runbook} />} />
          <Route path="live" element={<Lazily page={Live} />} />
          <Route path="setup-logs" element={<Lazily page={SetupLogs} />} />
          <Route path="open-logs" element={<Lazily page={OpenLogs} />} />
          <Route path="look-up" element={<Lazily page={LookUp} />} />
          <Route path="receivers" element={<Lazily page={Receivers} />} />
          <Route path="roles" element={<Lazily page={Roles} />} />
          <Route path="roles/new/:kind" element={<Lazily page={RoleWizard} />} />
          <Route path="roles/:server" element={<Lazily page={Role} />} />
          <Route path="*" element={<Navigate to={`${appPath}/overview`} replace />} />
        </Routes>
      </div>
    </SettingsContext.Provider>
  );
}
