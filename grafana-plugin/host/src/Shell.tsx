import { css, cx } from '@emotion/css';
import { useEffect, useState, type ComponentType, type ReactNode } from 'react';
import { getThemeById, type AppPlugin, type AppRootProps, type GrafanaTheme2 } from '@grafana/data';
import { LocationServiceProvider, locationService, PluginPage } from '@grafana/runtime';
import {
  Badge,
  Button,
  ErrorBoundaryAlert,
  GlobalStyles,
  ModalRoot,
  ModalsProvider,
  PortalContainer,
  RadioButtonGroup,
  Stack,
  Text,
  ThemeContext,
  useStyles2,
} from '@grafana/ui';
import { Router } from 'react-router-dom';
import { CompatRouter, Navigate, Route, Routes, useLocation } from '@react-router-compat';
import type { PreviewSession } from './boot.js';
import { DashboardPage } from './DashboardPage.js';
import { PanelPage } from './PanelPage.js';
import { SignInAgain } from './SignInAgain.js';
import { prefer, preferences } from './preferences.js';
import { say } from './texts.js';
import { Told } from './Told.js';

interface Props {
  plugin: AppPlugin;
  session: PreviewSession;
}

/** What Grafana puts around an app: routing, navigation, theme; and a bar that says that this is not Grafana. */
export function Shell({ plugin, session }: Props) {
  const theme = getThemeById(preferences().theme);
  return (
    <ThemeContext.Provider value={theme}>
      <GlobalStyles />
      <ModalsProvider>
        <Router history={locationService.getHistory()}>
          <CompatRouter>
            <LocationServiceProvider service={locationService}>
              <Frame plugin={plugin} session={session}>
                <ErrorBoundaryAlert>
                  <Content plugin={plugin} />
                </ErrorBoundaryAlert>
              </Frame>
              <SignInAgain session={session} />
              <Told />
              <ModalRoot />
            </LocationServiceProvider>
          </CompatRouter>
        </Router>
        <PortalContainer />
      </ModalsProvider>
    </ThemeContext.Provider>
  );
}

/** As Grafana does: a link within it loads no page anew. */
function useLinksWithin() {
  useEffect(() => {
    const follow = (event: MouseEvent) => {
      const link = (event.target as Element | null)?.closest?.('a');
      if (!link || event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey)
        return;
      const to = new URL(link.href, location.href);
      const isOurs = /^\/(a|d|plugins|panel)\//.test(to.pathname) && to.origin === location.origin;
      if (!isOurs || (link.target !== '' && link.target !== '_self') || link.hasAttribute('download')) return;
      event.preventDefault();
      locationService.push(to.pathname + to.search + to.hash);
    };
    document.addEventListener('click', follow);
    return () => {
      document.removeEventListener('click', follow);
    };
  }, []);
}

function Content({ plugin }: { plugin: AppPlugin }) {
  const { meta } = plugin;
  const home = meta.includes?.find(({ defaultNav }) => defaultNav)?.path ?? `/a/${meta.id}`;
  const Root = plugin.root as ComponentType<AppRootProps>;
  const ConfigPage = plugin.configPages?.[0]?.body;
  return (
    <Routes>
      <Route path="/" element={<Navigate to={home} replace />} />
      <Route
        path={`/a/${meta.id}/*`}
        element={<Root meta={meta} basename={`/a/${meta.id}`} onNavChanged={() => undefined} query={{}} path="" />}
      />
      <Route
        path={`/plugins/${meta.id}`}
        element={
          <PluginPage pageNav={{ text: say(meta.name) }}>
            {ConfigPage && <ConfigPage plugin={plugin} query={{}} />}
          </PluginPage>
        }
      />
      <Route path="/d/:uid/*" element={<DashboardPage pluginId={meta.id} />} />
      <Route path="/panel/:id" element={<PanelPage />} />
      <Route
        path="*"
        element={
          <PluginPage pageNav={{ text: say('Not in the preview') }}>
            {say('Grafana has this page; the preview has not.')}
          </PluginPage>
        }
      />
    </Routes>
  );
}

/** Dashboards of the plugin, as Grafana lists them. */
function useDashboards(pluginId: string) {
  const [list, setList] = useState<{ uid: string; title: string }[]>([]);
  useEffect(() => {
    void fetch(`/public/plugins/${pluginId}/dashboards/index.json`)
      .then((answer) => (answer.ok ? (answer.json() as Promise<{ uid: string; title: string }[]>) : []))
      .then(setList);
  }, [pluginId]);
  return list;
}

function Frame({ plugin, session, children }: Props & { children: ReactNode }) {
  const styles = useStyles2(getStyles);
  const { pathname } = useLocation();
  const { theme, language } = preferences();
  const pages = (plugin.meta.includes ?? []).filter(
    ({ type, addToNav, role }) => type === 'page' && addToNav && (role !== 'Admin' || session.actingAs === 'admin'),
  );
  const dashboards = useDashboards(plugin.meta.id);
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    setOpen(false);
  }, [pathname]);
  useLinksWithin();
  const link = (href: string, text: string) => (
    <a
      key={href}
      className={styles.link}
      href={href}
      aria-current={pathname.startsWith(href) ? 'page' : undefined}
      onClick={(event) => {
        event.preventDefault();
        locationService.push(href);
      }}
    >
      {text}
    </a>
  );
  return (
    <div className={styles.frame}>
      <header className={styles.bar}>
        <Stack alignItems="center" gap={1} wrap="wrap">
          <Badge text={say('Preview, not Grafana')} color="orange" icon="info-circle" />
          <Text color="secondary">{session.user}</Text>
        </Stack>
        <Stack alignItems="center" gap={2} wrap="wrap">
          {session.role === 'admin' && (
            <RadioButtonGroup
              aria-label={say('Look as')}
              size="sm"
              value={session.actingAs}
              options={[
                { value: 'admin' as const, label: say('Admin') },
                { value: 'viewer' as const, label: say('Viewer') },
              ]}
              onChange={(actingAs) => {
                void fetch('/api/preview/session', {
                  method: 'PUT',
                  headers: { 'content-type': 'application/json' },
                  body: JSON.stringify({ actingAs }),
                }).then(() => {
                  location.reload();
                });
              }}
            />
          )}
          <RadioButtonGroup
            aria-label={say('Theme')}
            size="sm"
            value={theme}
            options={[
              { value: 'dark' as const, label: say('Dark') },
              { value: 'light' as const, label: say('Light') },
            ]}
            onChange={(value) => {
              prefer({ theme: value });
            }}
          />
          <RadioButtonGroup
            aria-label={say('Language')}
            size="sm"
            value={language}
            options={[
              { value: 'en-US' as const, label: 'English' },
              { value: 'fr-FR' as const, label: 'Français' },
            ]}
            onChange={(value) => {
              prefer({ language: value });
            }}
          />
          <form method="post" action="/logout">
            <Button type="submit" size="sm" variant="secondary" fill="text">
              {say('Sign out')}
            </Button>
          </form>
        </Stack>
      </header>
      <div className={styles.body}>
        <Button
          className={styles.menu}
          variant="secondary"
          fill="text"
          icon="bars"
          aria-expanded={isOpen}
          aria-controls="preview-menu"
          onClick={() => {
            setOpen(!isOpen);
          }}
        >
          {say('Menu')}
        </Button>
        <nav id="preview-menu" className={cx(styles.nav, !isOpen && styles.closed)} aria-label={say('Main')}>
          {pages.map(({ path = '', name }) => link(path, say(name)))}
          {dashboards.length > 0 && <div className={styles.heading}>{say('Dashboards')}</div>}
          {dashboards
            .filter(({ uid }) => uid.startsWith('fsp-fr-') === (language === 'fr-FR'))
            .map(({ uid, title }) => link(`/d/${uid}`, say(title)))}
        </nav>
        <div className={styles.content}>{children}</div>
      </div>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  frame: css({ minHeight: '100vh', background: theme.colors.background.canvas }),
  bar: css({
    display: 'flex',
    justifyContent: 'space-between',
    gap: theme.spacing(2),
    flexWrap: 'wrap',
    padding: theme.spacing(1, 2),
    background: theme.colors.background.primary,
    borderBottom: `1px solid ${theme.colors.border.weak}`,
  }),
  body: css({ display: 'flex', [theme.breakpoints.down('md')]: { flexDirection: 'column' } }),
  nav: css({
    width: 220,
    flexShrink: 0,
    padding: theme.spacing(2, 1),
    display: 'flex',
    flexDirection: 'column',
    [theme.breakpoints.down('md')]: { width: 'auto', padding: theme.spacing(0.5, 1) },
  }),
  // As Grafana's own menu, it does not take the room of a narrow page.
  menu: css({ alignSelf: 'flex-start', [theme.breakpoints.up('md')]: { display: 'none' } }),
  closed: css({ [theme.breakpoints.down('md')]: { display: 'none' } }),
  heading: css({
    ...theme.typography.bodySmall,
    color: theme.colors.text.secondary,
    padding: theme.spacing(2, 1.5, 0.5),
  }),
  link: css({
    padding: theme.spacing(0.75, 1.5),
    borderRadius: theme.shape.radius.default,
    color: theme.colors.text.primary,
    '&[aria-current]': { background: theme.colors.action.selected, fontWeight: theme.typography.fontWeightMedium },
    '&:hover': { background: theme.colors.action.hover },
  }),
  content: css({ flexGrow: 1, minWidth: 0 }),
});
