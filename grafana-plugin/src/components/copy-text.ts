import { AppEvents } from '@grafana/data';
import { t } from '@grafana/i18n';
import { getAppEvents } from '@grafana/runtime';
import { titleOf } from './QueryState.js';

/** The browser lets nothing be copied: not for this page, or not so long after the click. */
class CopyRefused extends Error {}

/**
 * Puts a text on the clipboard, over plain HTTP too, where a browser has no other way than to copy what is selected.
 * @throws CopyRefused
 */
export async function copyText(text: string): Promise<void> {
  if (window.isSecureContext)
    try {
      await navigator.clipboard.writeText(text);
      return;
    } catch {
      // Refused by a setting, by a frame around, or because the click is long ago: the old way may still go.
    }
  if (!copySelected(text))
    throw new CopyRefused(
      t('failed.copy-why', 'The browser refused it. Try again; if it refuses again, save it as a file instead.'),
    );
}

function copySelected(text: string): boolean {
  const before = document.activeElement;
  const area = document.createElement('textarea');
  area.value = text;
  area.style.position = 'fixed';
  area.style.opacity = '0';
  document.body.append(area);
  area.select();
  try {
    // Deprecated, and the only one over plain HTTP; Grafana's own buttons use it there.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    return document.execCommand('copy');
  } finally {
    area.remove();
    if (before instanceof HTMLElement) before.focus();
  }
}

/** Says that a whole list or log could not be copied or saved: nothing else on the page would. */
export function tellFailure(cause: unknown): void {
  const error = cause instanceof Error ? cause : new Error(String(cause));
  const title = error instanceof CopyRefused ? t('failed.copy', 'Nothing was copied') : titleOf(error);
  getAppEvents().publish({ type: AppEvents.alertError.name, payload: [title, error.message] });
}
