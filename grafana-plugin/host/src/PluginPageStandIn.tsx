import { useEffect, useRef } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import type { PluginPageProps } from '@grafana/runtime';
import { Stack, Text, TextLink, useStyles2 } from '@grafana/ui';
import { useLocation } from '@react-router-compat';
import { say } from './texts.js';

let arrivedAt: string | undefined;

/** Grafana's page around an app's content: heading, sub-title, actions. */
export function PluginPageStandIn({ pageNav, subTitle, actions, children }: PluginPageProps) {
  const styles = useStyles2(getStyles);
  const parent = pageNav?.parentItem;
  const title = pageNav?.text ?? '';
  useEffect(() => {
    document.title = [title, parent?.text, say('Fallback status point')].filter(Boolean).join(' – ');
  }, [title, parent?.text]);
  const { pathname } = useLocation();
  const main = useRef<HTMLElement>(null);
  useEffect(() => {
    // Who came by a link goes on reading at the page's beginning; who loaded the page stays where the browser puts them.
    if (arrivedAt !== undefined && arrivedAt !== pathname) main.current?.focus();
    arrivedAt = pathname;
  }, [pathname]);
  return (
    <main ref={main} tabIndex={-1} className={styles.page}>
      <Stack justifyContent="space-between" alignItems="flex-start" wrap="wrap" gap={2}>
        <Stack direction="column" gap={0.5}>
          {parent?.url !== undefined && (
            <TextLink href={parent.url} inline={false}>
              {parent.text}
            </TextLink>
          )}
          <Text element="h1">{title}</Text>
          {subTitle != null && <Text color="secondary">{subTitle}</Text>}
        </Stack>
        <Stack alignItems="center" wrap="wrap">
          {actions}
        </Stack>
      </Stack>
      <div className={styles.content}>{children}</div>
    </main>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  page: css({
    padding: theme.spacing(3),
    maxWidth: 1600,
    margin: '0 auto',
    '&:focus': { outline: 'none' },
    [theme.breakpoints.down('md')]: { padding: theme.spacing(1) },
  }),
  content: css({ marginTop: theme.spacing(3) }),
});
