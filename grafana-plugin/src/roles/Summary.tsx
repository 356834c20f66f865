import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Alert, Stack, useStyles2 } from '@grafana/ui';
import type { Finding, Validation } from '../api/roles.js';
import { CopyLine } from '../components/CopyLine.js';
import { allFields, connectionsText, fieldName, fieldValue, findingText } from './texts.js';

/** Everything that will be done, before it is done. */
export function Summary({
  validation: { configuration, findings, allowedClientConnections, commands },
  existing = false,
}: {
  validation: Validation;
  /** On a site system server that is there. */
  existing?: boolean;
}) {
  const styles = useStyles2(getStyles);
  return (
    <Stack direction="column" gap={2}>
      <dl className={styles.list}>
        {allFields.map((field) => (
          <div key={field} className={styles.pair}>
            <dt>{fieldName(field)}</dt>
            <dd>{fieldValue(configuration, field)}</dd>
          </div>
        ))}
        <div className={styles.pair}>
          <dt>{t('role.connections', 'Allowed client connections')}</dt>
          <dd>{connectionsText(allowedClientConnections).value}</dd>
        </div>
      </dl>
      <Findings findings={findings} />
      <Commands commands={commands} existing={existing} />
    </Stack>
  );
}

/** What the rules say, errors first. */
export function Findings({ findings }: { findings: Finding[] }) {
  return (
    <>
      {findings.map((finding) => (
        <Alert
          bottomSpacing={0}
          key={finding.code + finding.field + finding.message.en}
          severity={finding.severity}
          title={findingText(finding)}
        />
      ))}
    </>
  );
}

/** Commands for clients and for Configuration Manager; `existing` narrows those to a server that is there, or is not. */
export function Commands({
  commands: { ccmsetup, ccmsetupInternet, powershell, powershellExisting },
  existing,
}: Pick<Validation, 'commands'> & { existing?: boolean }) {
  return (
    <Stack direction="column" gap={1}>
      <CopyLine label={t('role.ccmsetup', 'Installs a client that reports here')} text={ccmsetup} />
      {ccmsetupInternet !== null && (
        <CopyLine
          label={t('role.ccmsetup-internet', 'The same for a client on the Internet')}
          text={ccmsetupInternet}
        />
      )}
      {existing !== true && (
        <CopyLine
          label={t('role.powershell', 'Creates the site system server and the role in Configuration Manager')}
          text={powershell}
        />
      )}
      {existing !== false && (
        <CopyLine
          label={t('role.powershell-existing', 'Creates the role on a site system server that is there')}
          text={powershellExisting}
        />
      )}
    </Stack>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  list: css({ margin: 0 }),
  pair: css({
    display: 'flex',
    gap: theme.spacing(2),
    padding: theme.spacing(0.5, 0),
    borderBottom: `1px solid ${theme.colors.border.weak}`,
    '& dt': { width: 260, flexShrink: 0, color: theme.colors.text.secondary, fontWeight: 'normal' },
    '& dd': { margin: 0, overflowWrap: 'anywhere' },
  }),
});
