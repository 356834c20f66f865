import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import type { PluginPageProps } from '@grafana/runtime';
import { Stack, Text, TextLink, useStyles2 } from '@grafana/ui';

/** Grafana's page around an app's content: heading, sub-title, actions. */
export function PluginPageStandIn({ pageNav, subTitle, actions, children }: PluginPageProps) {
  const styles = useStyles2(getStyles);
  const parent = pageNav?.parentItem;
  return (
    <main className={styles.page}>
      <Stack justifyContent="space-between" alignItems="flex-start" wrap="wrap" gap={2}>
        <Stack direction="column" gap={0.5}>
          {parent?.url !== undefined && (
            <TextLink href={parent.url} inline={false}>
              {parent.text}
            </TextLink>
          )}
          <Text element="h1">{pageNav?.text ?? ''}</Text>
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
    [theme.breakpoints.down('md')]: { padding: theme.spacing(1) },
  }),
  content: css({ marginTop: theme.spacing(3) }),
});
