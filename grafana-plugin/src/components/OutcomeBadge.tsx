import { css } from '@emotion/css';
import { t } from '@grafana/i18n';
import { Badge, type BadgeColor, type IconName } from '@grafana/ui';

/** A badge is no paragraph: a narrow table is scrolled rather than folding its words. */
export const oneLine = css({ whiteSpace: 'nowrap' });

/** What became of a deployment or of a set-up, in the user's words. */
export function outcomeText(outcome: string): string {
  switch (outcome) {
    case 'succeeded':
      return t('outcome.succeeded', 'Succeeded');
    case 'failed':
      return t('outcome.failed', 'Failed');
    case 'in_progress':
      return t('outcome.in-progress', 'In progress');
    case 'reboot_pending':
      return t('outcome.reboot-pending', 'Restart pending');
    case 'skipped':
      return t('outcome.skipped', 'Skipped');
    case 'no_word':
      return t('outcome.no-word', 'No word on deployment');
    case 'unfinished':
      return t('outcome.unfinished', 'Unfinished');
    default:
      return t('outcome.unknown', 'Unknown');
  }
}

const looks: Record<string, [BadgeColor, IconName]> = {
  succeeded: ['green', 'check'],
  failed: ['red', 'exclamation-circle'],
  in_progress: ['blue', 'sync'],
  reboot_pending: ['orange', 'power'],
  unfinished: ['orange', 'question-circle'],
};

/** An outcome by colour, icon and word: never by colour alone. */
export function OutcomeBadge({ outcome, isMuted = false }: { outcome: string; isMuted?: boolean }) {
  const [looksLike, icon] = looks[outcome] ?? (['darkgrey', 'circle'] as const);
  const color = isMuted ? 'darkgrey' : looksLike;
  return <Badge text={outcomeText(outcome)} color={color} icon={icon} className={oneLine} />;
}
