import { t } from '@grafana/i18n';
import { Button, Checkbox, IconButton, Input, useStyles2 } from '@grafana/ui';
import { highlightColors, type HighlightRule } from './highlight-rules.js';
import { compile } from './matcher.js';
import { getLogStyles } from './styles.js';

interface Props {
  rules: HighlightRule[];
  onChange(rules: HighlightRule[]): void;
}

/** Texts that are coloured wherever they stand; the browser keeps them. */
export function HighlightEditor({ rules, onChange }: Props) {
  const styles = useStyles2(getLogStyles);
  const change = (index: number, next: Partial<HighlightRule>) => {
    onChange(rules.map((rule, at) => (at === index ? { ...rule, ...next } : rule)));
  };
  return (
    <>
      {rules.map((rule, index) => (
        <div key={index} className={styles.bar}>
          <button
            type="button"
            className={styles.fold}
            aria-label={t('log.rule-color', 'Another colour')}
            onClick={() => {
              const next = (highlightColors.indexOf(rule.color) + 1) % highlightColors.length;
              change(index, { color: highlightColors[next]! });
            }}
          >
            <span className={`${styles.swatch} ${styles[rule.color]}`} />
          </button>
          <div className={styles.search}>
            <Input
              value={rule.text}
              aria-label={t('log.rule-text', 'Text to highlight')}
              invalid={!isUsable(rule)}
              onChange={(event) => {
                change(index, { text: event.currentTarget.value });
              }}
            />
          </div>
          <Checkbox
            label={t('log.regex', 'Regular expression')}
            value={rule.regex}
            onChange={(event) => {
              change(index, { regex: event.currentTarget.checked });
            }}
          />
          <Checkbox
            label={t('log.match-case', 'Match case')}
            value={rule.matchCase}
            onChange={(event) => {
              change(index, { matchCase: event.currentTarget.checked });
            }}
          />
          <IconButton
            name="trash-alt"
            aria-label={t('log.rule-remove', 'Remove this highlight')}
            onClick={() => {
              onChange(rules.filter((_, at) => at !== index));
            }}
          />
        </div>
      ))}
      <div>
        <Button
          variant="secondary"
          size="sm"
          icon="plus"
          onClick={() => {
            const color = highlightColors[rules.length % highlightColors.length]!;
            onChange([...rules, { text: '', matchCase: false, regex: false, color }]);
          }}
        >
          {t('log.rule-add', 'Highlight a text')}
        </Button>
      </div>
    </>
  );
}

function isUsable(rule: HighlightRule): boolean {
  try {
    compile(rule);
    return true;
  } catch {
    return false;
  }
}
