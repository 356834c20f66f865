import { t } from '@grafana/i18n';
import { Stack, Text, TextLink } from '@grafana/ui';
import { lookUpPath } from '../catalog/CodeMeaning.js';
import { errorText, suggestionFor } from '../catalog/errors.js';
import { stateText, topicText } from '../catalog/states.js';
import { ClientMarks } from '../components/ClientMarks.js';
import { moment } from '../components/format.js';
import { WholeAlert } from '../components/WholeAlert.js';
import { useAcknowledged, type AcknowledgedFailures } from '../queries/acknowledged.js';
import type { Client, ClientMessage } from '../queries/clients.js';
import { Acknowledge } from './Acknowledge.js';
import { WhatHelped } from './WhatHelped.js';

interface Word {
  topic_type: number;
  topic_name: string;
  state_id: number;
  state_text: string;
  error_code: string;
  error_text: string;
  outcome: string;
  received_at: number;
}

const causeOf = ({ topic_type, state_id, error_code }: Word) => `${topic_type}/${state_id}/${error_code}`;

/** The newest word on each topic, of the messages that are kept; what orders them is when the client said them. */
function newestWords(messages: readonly ClientMessage[]): ClientMessage[] {
  const newest = new Map<number, ClientMessage>();
  for (const message of messages) {
    const known = newest.get(message.topic_type);
    if (known === undefined || message.said_at > known.said_at) newest.set(message.topic_type, message);
  }
  return [...newest.values()];
}

/** Where the client stands, topic by topic and in words: the last word on its deployment, and every other that is a failure. */
export function Why({ client, messages }: { client: Client; messages: readonly ClientMessage[] }) {
  const acknowledged = useAcknowledged();
  const words = newestWords(messages);
  const own: Word = {
    topic_type: client.last_topic_type,
    topic_name: words.find(({ topic_type }) => topic_type === client.last_topic_type)?.topic_name ?? '',
    state_id: client.last_state_id,
    state_text: client.last_state_text,
    error_code: client.last_error_code,
    error_text: client.last_error_text,
    outcome: client.outcome,
    received_at: client.last_received_at,
  };
  const others = words.filter(({ topic_type, outcome }) => topic_type !== own.topic_type && outcome === 'failed');
  return (
    <Stack direction="column" gap={1}>
      <Banner word={own} client={client} acknowledged={acknowledged} isFirst />
      {others.map((word) => (
        <Banner key={word.topic_type} word={word} client={client} acknowledged={acknowledged} />
      ))}
    </Stack>
  );
}

interface BannerProps {
  word: Word;
  client: Client;
  acknowledged: AcknowledgedFailures;
  isFirst?: boolean;
}

function Banner({ word, client, acknowledged, isFirst = false }: BannerProps) {
  const { topic_type, topic_name, state_id, state_text, error_code, error_text, outcome } = word;
  const failed = outcome === 'failed';
  const suggestion = suggestionFor(error_code, topic_type, state_id);
  const isCutOff = topic_type === 1000 || topic_type === 1001;
  const state = stateText(topic_type, state_id, state_text);
  const title = t('client.banner', '{{topic}}: {{state}}', {
    topic: topicText(topic_type, topic_name),
    state,
    interpolation: { escapeValue: false },
  });
  const severity = failed ? (isFirst ? 'error' : 'warning') : outcome === 'succeeded' ? 'success' : 'info';
  const cause = causeOf(word);
  return (
    <WholeAlert severity={severity} title={title}>
      <Stack direction="column" gap={1}>
        {isFirst && <ClientMarks client={client} />}
        {!isFirst && (
          <Text color="secondary">
            {isCutOff && `${t('clients.cut-off-long', 'Cut off from its management point')} · `}
            {moment(word.received_at)}
          </Text>
        )}
        {error_code !== '' && (
          <Text>
            <TextLink href={lookUpPath(error_code)} title={t('look-up.open', 'Look up this code')}>
              {error_code}
            </TextLink>{' '}
            {errorText(error_code, error_text)}
          </Text>
        )}
        {suggestion !== '' && <Text weight="medium">{suggestion}</Text>}
        {failed && error_code !== '' && errorText(error_code, error_text) === '' && <WhatHelped code={error_code} />}
        {failed && (
          <Acknowledge
            failure={{ cause, clientName: client.client_name }}
            known={acknowledged.find(cause, client.client_name)}
            what={error_code === '' ? state : `${state} (${error_code})`}
            onChange={acknowledged.reload}
          />
        )}
      </Stack>
    </WholeAlert>
  );
}
