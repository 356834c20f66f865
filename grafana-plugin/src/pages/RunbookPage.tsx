import { useCallback } from 'react';
import { css } from '@emotion/css';
import { renderMarkdown, type GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { PluginPage } from '@grafana/runtime';
import { Alert, useStyles2 } from '@grafana/ui';
import { useUrlParam } from '../app/url-state.js';
import { textLanguage } from '../catalog/errors.js';
import { QueryState } from '../components/QueryState.js';
import { appPath } from '../constants.js';
import { useLoaded } from '../queries/use-loaded.js';

/** Names of pages, as links within the texts and alerts give them. */
const isName = /^(?:fsp-[a-z-]{1,60}|README)$/;

/** A runbook's text in a language; null where there is none of this name. The server serves the very same files. */
async function runbook(name: string, language: 'en' | 'fr'): Promise<string | null> {
  if (!isName.test(name)) return null;
  try {
    const page = (await (language === 'fr'
      ? import(`../../../dashboards/runbooks/fr/${name}.md`)
      : import(`../../../dashboards/runbooks/${name}.md`))) as { default: string };
    return page.default;
  } catch {
    return null;
  }
}

/** What to do about an alert. */
export default function RunbookPage() {
  const [name] = useUrlParam('name');
  const wanted = name === '' ? 'README' : name;
  const language = textLanguage();
  const styles = useStyles2(getStyles);
  const loaded = useLoaded(useCallback(() => runbook(wanted, language), [wanted, language]));
  const title = /^# (.+)$/m.exec(loaded.value ?? '')?.[1] ?? wanted;
  const index = { text: t('runbook.title', 'Runbooks'), url: `${appPath}/runbook` };
  return (
    <PluginPage pageNav={wanted === 'README' ? { text: index.text } : { text: title, parentItem: index }}>
      <QueryState of={loaded}>
        {(text) =>
          text === null ? (
            <Alert severity="warning" title={t('runbook.none', 'There is no runbook of this name')} />
          ) : (
            <article
              className={styles.text}
              // Our own texts, and Grafana's sanitised rendering of them. The heading is the page's title.
              dangerouslySetInnerHTML={{ __html: reachable(renderMarkdown(linked(text.replace(/^# .+$/m, '')))) }}
            />
          )
        }
      </QueryState>
    </PluginPage>
  );
}

/** Links between the files, as links between the pages: Grafana's rendering leaves none that is relative. */
const linked = (markdown: string) =>
  markdown.replaceAll(/\]\((fsp-[a-z-]+)\.md\)/g, (_all, name: string) => `](${appPath}/runbook?name=${name})`);

/** Commands can be reached and scrolled by the keyboard. */
const reachable = (html: string) => html.replaceAll('<pre>', '<pre tabindex="0">');

const getStyles = (theme: GrafanaTheme2) => ({
  text: css({
    maxWidth: 820,
    '& h2': { fontSize: theme.typography.h4.fontSize, margin: theme.spacing(3, 0, 1) },
    '& li': { marginBottom: theme.spacing(0.75), marginLeft: theme.spacing(2.5) },
    '& a': { color: theme.colors.text.link, textDecoration: 'underline' },
    '& pre': { whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' },
  }),
});
