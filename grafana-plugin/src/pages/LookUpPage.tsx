import { useMemo, useState } from 'react';
import { t } from '@grafana/i18n';
import { PluginPage } from '@grafana/runtime';
import { Alert, Badge, Button, Card, FilterInput, RadioButtonGroup, Stack, Text } from '@grafana/ui';
import { useDebounce } from 'react-use';
import { explain, type Explanation, type Meaning } from '../../../server/src/catalog/explain.js';
import type { Language } from '../../../server/src/catalog/text.js';
import { useUrlParam } from '../app/url-state.js';
import { textLanguage } from '../catalog/errors.js';
import { WhatHelped } from '../client/WhatHelped.js';
import { FactList } from '../components/FactList.js';
import { OutcomeBadge } from '../components/OutcomeBadge.js';

const examples = ['1603', '0x80070643', '-2147024891', 'CRYPT_E_NOT_FOUND', '800/313', 'ccmsetup 7', 'message 1303'];

/** What a code or state means and what to do first: as `fsp explain`, by the same function. */
export default function LookUpPage() {
  const [code, setCode] = useUrlParam('code');
  const [typed, setTyped] = useState(code);
  const [shown, setShown] = useState(code);
  const [language, setLanguage] = useState<Language>(textLanguage);
  // Where the address changes by other means, its code is what is looked up.
  if (code !== shown) {
    setShown(code);
    setTyped(code);
  }
  useDebounce(
    () => {
      if (typed.trim() === shown) return;
      setShown(typed.trim());
      setCode(typed.trim());
    },
    400,
    [typed],
  );
  const found = useMemo(() => explain(typed), [typed]);

  return (
    <PluginPage
      pageNav={{ text: t('look-up.title', 'Look up a code') }}
      subTitle={t('look-up.subtitle', 'What an error code or a state means, and what to do first')}
      actions={
        <RadioButtonGroup<Language>
          aria-label={t('look-up.language', 'Language of the texts')}
          options={[
            { value: 'en', label: 'English' },
            { value: 'fr', label: 'Français' },
          ]}
          value={language}
          onChange={setLanguage}
        />
      }
    >
      <Stack direction="column" gap={2}>
        <FilterInput
          autoFocus
          escapeRegex={false}
          aria-label={t('look-up.field', 'Code or state')}
          placeholder={t('look-up.placeholder', 'A code in any spelling, a symbol, a state, or a word')}
          value={typed}
          onChange={setTyped}
        />
        <div aria-live="polite">
          <Found found={found} language={language} onChoose={setTyped} />
        </div>
      </Stack>
    </PluginPage>
  );
}

interface FoundProps {
  found: Explanation;
  language: Language;
  onChoose(code: string): void;
}

function Found({ found: { query, meanings, candidates }, language, onChoose }: FoundProps) {
  if (query.trim() === '') {
    return (
      <Stack wrap="wrap" alignItems="center" gap={1}>
        <Text color="secondary">{t('look-up.examples', 'For example')}</Text>
        {examples.map((example) => (
          <Button
            key={example}
            size="sm"
            variant="secondary"
            fill="outline"
            onClick={() => {
              onChoose(example);
            }}
          >
            {example}
          </Button>
        ))}
      </Stack>
    );
  }
  if (meanings.length > 0) {
    return (
      <Stack direction="column" gap={2}>
        {meanings.map((meaning) => (
          <MeaningCard key={`${meaning.kind} ${meaning.code}`} meaning={meaning} language={language} />
        ))}
      </Stack>
    );
  }
  return (
    <Stack direction="column" gap={1}>
      <Alert
        severity="info"
        bottomSpacing={0}
        title={t('look-up.unknown', 'Neither a code nor a state that is known')}
      />
      {candidates.map(({ code, symbol, meaning }) => (
        <Card
          key={code}
          noMargin
          isCompact
          onClick={() => {
            onChoose(code);
          }}
        >
          <Card.Heading>{[code, symbol].filter((part) => part !== '').join(' · ')}</Card.Heading>
          <Card.Description>{withParameters(meaning[language])}</Card.Description>
        </Card>
      ))}
    </Stack>
  );
}

function MeaningCard({ meaning: found, language }: { meaning: Meaning; language: Language }) {
  const { kind, code, symbol, known, area, facility, spellings, source, outcome } = found;
  const facts: [string, string][] = [
    [t('look-up.symbol', 'Symbol'), symbol],
    [t('look-up.area', 'Reported by'), area],
    [t('look-up.facility', 'Facility'), facility === null ? '' : `${facility.number} ${facility.name}`.trim()],
    [t('look-up.spellings', 'Also written'), spellings.join(', ')],
    [t('look-up.source', 'Source'), source],
  ];
  const advice = found.advice[language];
  return (
    <Card noMargin>
      <Card.Heading>
        <Stack alignItems="center" gap={1} wrap="wrap">
          <span>
            {kindInWords(kind)} {code}
          </span>
          {known ? (
            <OutcomeBadge outcome={outcome} />
          ) : (
            <Badge color="orange" text={t('look-up.not-listed', 'Not in the catalogue')} />
          )}
        </Stack>
      </Card.Heading>
      <Card.Description>
        <Stack direction="column" gap={1}>
          <Text element="p" lang={language}>
            {withParameters(found.meaning[language])}
          </Text>
          {advice !== '' && (
            <Text element="p" weight="medium" lang={language}>
              {advice}
            </Text>
          )}
          {!known && kind !== 'state' && kind !== 'message' && <WhatHelped code={code} />}
          <FactList facts={facts} />
        </Stack>
      </Card.Description>
    </Card>
  );
}

/** A state's words have a place for what the client's message says there. */
function withParameters(words: string): string {
  return words.replaceAll(/\{(\d)\}/g, (_, number: string) =>
    t('look-up.parameter', '<parameter {{number}}>', { number }),
  );
}

function kindInWords(kind: Meaning['kind']): string {
  switch (kind) {
    case 'state':
      return t('look-up.kind-state', 'State');
    case 'message':
      return t('look-up.kind-message', 'Message of Windows Installer');
    case 'msi':
      return t('look-up.kind-msi', 'Result of Windows Installer');
    case 'win32':
      return 'Win32';
    case 'ccmsetup':
      return 'ccmsetup';
    case 'hresult':
      return 'HRESULT';
  }
}
