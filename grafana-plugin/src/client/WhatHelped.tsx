import { t } from '@grafana/i18n';
import { Stack, Text } from '@grafana/ui';
import { count, duration, share } from '../components/format.js';
import { QueryState } from '../components/QueryState.js';
import { whatHelpedSql, type Helped } from '../queries/what-helped.js';
import { useRows } from '../queries/run.js';

/** Where a code is not known: how many clients with it succeeded here later, after how long, after which change. */
export function WhatHelped({ code }: { code: string }) {
  const helped = useRows<Helped>(whatHelpedSql(code));
  return (
    <QueryState of={helped}>
      {(rows) => {
        const all = rows.reduce((sum, { clients }) => sum + clients, 0);
        const succeeded = rows.filter(({ change }) => change !== '');
        const later = succeeded.reduce((sum, { clients }) => sum + clients, 0);
        if (all === 0) return null;
        return (
          <Stack direction="column" gap={0.5}>
            <Text weight="medium">
              {t(
                'helped.of-all',
                'What was seen here: of clients with {{code}}, {{later}} of {{all}} succeeded later ({{share}})',
                {
                  later: count(later),
                  all: count(all),
                  code,
                  share: share(later, all),
                  interpolation: { escapeValue: false },
                },
              )}
            </Text>
            {succeeded.map((row) => (
              <Text key={`${row.change} ${row.from_value} ${row.to_value}`}>{sentence(row)}</Text>
            ))}
          </Stack>
        );
      }}
    </QueryState>
  );
}

function sentence({ change, from_value, to_value, clients, seconds }: Helped): string {
  const values = {
    count: clients,
    clients: count(clients),
    time: duration(seconds),
    from: from_value,
    to: to_value,
    interpolation: { escapeValue: false },
  };
  if (change === 'version')
    return t('helped.version', '{{clients}} with version {{to}} instead of {{from}}, half of them within {{time}}', {
      ...values,
      defaultValue_one: '{{clients}} with version {{to}} instead of {{from}}, within {{time}}',
    });
  if (change === 'site')
    return t('helped.site', '{{clients}} in site {{to}} instead of {{from}}, half of them within {{time}}', {
      ...values,
      defaultValue_one: '{{clients}} in site {{to}} instead of {{from}}, within {{time}}',
    });
  return t('helped.again', '{{clients}} by trying again, half of them within {{time}}', {
    ...values,
    defaultValue_one: '{{clients}} by trying again, within {{time}}',
  });
}
