import { useState } from 'react';
import { t } from '@grafana/i18n';
import { locationService, PluginPage } from '@grafana/runtime';
import { Collapse, LinkButton, Stack, Text } from '@grafana/ui';
import { useParams } from 'react-router';
import { TimePicker } from '../app/TimePicker.js';
import { useChoice } from '../app/chosen.js';
import { follow } from '../app/follow.js';
import { dashboardPath, isAdmin } from '../app/viewer.js';
import { useUrlParam } from '../app/url-state.js';
import { Collect } from '../client/Collect.js';
import { proofOf } from '../client/proof.js';
import { Retry } from '../client/Retry.js';
import { runPath, Timeline } from '../client/Timeline.js';
import { Why } from '../client/Why.js';
import { clockOffset } from '../components/ClientMarks.js';
import { CopyLine } from '../components/CopyLine.js';
import { FactList } from '../components/FactList.js';
import { count, duration, moment } from '../components/format.js';
import { QueryState } from '../components/QueryState.js';
import { Tile } from '../components/Tile.js';
import { appPath } from '../constants.js';
import { mostTroubles, runsOfMachineSql, troublesOfMachineSql, type Trouble } from '../queries/client-logs.js';
import { clientSql, messagesSql, mostMessages, type Client, type ClientMessage } from '../queries/clients.js';
import { useRows } from '../queries/run.js';
import type { SetupRun } from '../queries/setup-logs.js';
import { RunVerdict } from '../setup-logs/RunVerdict.js';

/** One client: why it stands where it stands, and everything that it said. */
export default function ClientPage() {
  // Links give it in the query: in a path a name may mean something else (`..`, `%41`).
  const [given] = useUrlParam('name');
  const { name = given } = useParams();
  const time = useChoice();
  const client = useRows<Client>(clientSql(name));
  const board = `${dashboardPath('client')}?var-client=${encodeURIComponent(name)}&${time.query}`;
  return (
    <PluginPage
      pageNav={{
        text: name || '–',
        parentItem: { text: t('clients.title', 'Clients'), url: `${appPath}/clients?${time.query}` },
      }}
      actions={
        <>
          <LinkButton variant="secondary" icon="apps" href={board} onClick={follow(board)}>
            {t('overview.dashboard', 'Dashboard')}
          </LinkButton>
          <TimePicker time={time} loading={client.loading} onRefresh={client.reload} />
        </>
      }
    >
      <QueryState of={client} empty={t('client.none', 'Nothing was ever heard of {{name}}', { name })}>
        {([found]) => found !== undefined && <Details client={found} />}
      </QueryState>
    </PluginPage>
  );
}

function Details({ client }: { client: Client }) {
  const messages = useRows<ClientMessage>(messagesSql(client.client_name));
  const runs = useRows<SetupRun>(runsOfMachineSql(client.client_name));
  const troubles = useRows<Trouble>(troublesOfMachineSql(client.client_name));
  const said = messages.value ?? [];
  const proof = proofOf(client, runs.value ?? []);
  const attempts = said.filter(({ topic_type, state_id }) => topic_type === 800 && state_id === 100).length;
  return (
    <Stack direction="column" gap={3}>
      {proof?.isOld === false && <Proven run={proof.run} />}
      <Why client={client} messages={said} />
      {proof?.isOld === true && (
        <section>
          <Text element="h2" variant="h4">
            {t('client.older-log', 'An older log, of {{time}}: what it tells was before what the client reports now', {
              time: moment(proof.run.ended_at ?? proof.run.started_at),
              interpolation: { escapeValue: false },
            })}
          </Text>
          <Proven run={proof.run} />
        </section>
      )}
      <Stack wrap="wrap" gap={1}>
        <Tile
          label={t('client.deployment', 'Deployment')}
          value={duration(client.deployment_seconds)}
          note={deploymentSpan(client)}
        />
        <Tile
          label={t('client.assignment', 'Assignment')}
          value={duration(client.assignment_seconds)}
          note={span(client.assignment_begin_time, client.assignment_end_time)}
        />
        <Tile
          label={t('clients.version', 'Version')}
          value={client.client_version === '5.00.0000.0000' ? '–' : client.client_version}
          note={t('client.site', 'Site {{site}}', { site: client.site_code })}
        />
        <Tile
          label={t('clients.last-time', 'Last message')}
          value={moment(client.last_received_at)}
          note={t('client.messages', 'Messages: {{number}}', { number: client.message_count })}
        />
        {attempts > 0 && (
          <Tile
            label={t('client.attempts', 'Attempts')}
            value={count(attempts)}
            note={t('client.attempts-note', 'installations that were begun')}
          />
        )}
        {client.is_clock_off === 1 && (
          <Tile
            label={t('client.clock', 'Clock')}
            value={clockOffset(client.clock_offset_seconds)}
            note={t('client.clock-says', 'its newest message says {{time}}', {
              time: moment(client.last_message_time),
              interpolation: { escapeValue: false },
            })}
            tone="warning"
          />
        )}
      </Stack>
      <Facts client={client} />
      <Actions
        client={client}
        onTaken={() => {
          runs.reload();
          troubles.reload();
        }}
      />
      <section>
        <Text element="h2" variant="h4">
          {t('client.everything', 'What it said, and what its logs say, the newest first')}
        </Text>
        <QueryState
          of={messages}
          empty={t('client.no-messages', 'Its messages are no longer kept')}
          isEmpty={(rows) => rows.length + (runs.value ?? []).length === 0}
        >
          {(rows) => (
            <>
              <Timeline messages={rows} troubles={troubles.value ?? []} runs={runs.value ?? []} />
              {(rows.length >= mostMessages || (troubles.value ?? []).length >= mostTroubles) && (
                <Text color="secondary">
                  {t(
                    'client.newest-only',
                    'At the most the newest {{messages}} messages and {{lines}} lines of its logs stand here; the dashboard shows the messages of any time',
                    { messages: count(mostMessages), lines: count(mostTroubles) },
                  )}
                </Text>
              )}
            </>
          )}
        </QueryState>
      </section>
    </Stack>
  );
}

/** What a collected log of the machine proves, with its evidence. */
function Proven({ run }: { run: SetupRun }) {
  return (
    <RunVerdict
      run={run}
      onLine={(line) => {
        locationService.push(runPath(run.run_id, line));
      }}
    />
  );
}

/** Who it is: what one needs to find the machine elsewhere. */
function Facts({ client }: { client: Client }) {
  const facts: [string, string][] = [
    [t('client.fqdn', 'Full name'), client.client_fqdn],
    [t('client.address', 'Address'), client.client_address === '' ? '' : `${client.client_address} (${client.subnet})`],
    [t('client.user', 'User'), client.last_user_name],
    [t('client.receiver', 'Heard by'), client.fsp_server],
  ];
  return (
    <>
      <FactList facts={facts} />
      {client.client_id !== '' && <CopyLine label={t('client.id', 'Client GUID')} text={client.client_id} />}
    </>
  );
}

function Actions({ client, onTaken }: { client: Client; onTaken(): void }) {
  const [retrying, setRetrying] = useState(false);
  const [collecting, setCollecting] = useState(false);
  return (
    <div>
      <Collapse
        label={t('retry.title', 'Install again, and where its logs lie')}
        isOpen={retrying}
        onToggle={setRetrying}
      >
        <Retry client={client} />
      </Collapse>
      {isAdmin() && (
        <Collapse label={t('collect.title', 'Collect its logs')} isOpen={collecting} onToggle={setCollecting}>
          <Collect name={client.client_name} onTaken={onTaken} />
        </Collapse>
      )}
    </div>
  );
}

function deploymentSpan(client: Client): string {
  const { outcome, phase, deployment_begin_time, deployment_end_time, last_message_time } = client;
  if (outcome !== 'failed' || phase !== 'deployment' || deployment_end_time !== null)
    return span(deployment_begin_time, deployment_end_time);
  return t('client.failed-at', 'failed, last word {{time}}', {
    time: moment(last_message_time),
    interpolation: { escapeValue: false },
  });
}

function span(begin: number | null, end: number | null): string {
  if (begin === null) return t('client.not-begun', 'no begin was reported');
  return end === null
    ? t('client.no-end', 'since {{begin}}, no end yet', { begin: moment(begin) })
    : t('client.from-to', '{{begin}} to {{end}}', { begin: moment(begin), end: moment(end) });
}
