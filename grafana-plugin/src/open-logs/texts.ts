import { t } from '@grafana/i18n';
import { visible } from '../log-view/visible.js';
import type { NotRead } from './protocol.js';

/** Why a file was not read, and what to do. */
export function notReadText({ reason, detail }: NotRead): string {
  switch (reason) {
    case 'other_file':
      return t('not-read.other', 'its name is none of a log; open it by itself to have it read');
    case 'empty':
      return t('not-read.empty', 'it is empty');
    case 'binary':
      return t('not-read.binary', 'it is no text, so it is no log');
    case 'archive':
      return t('not-read.archive', 'it is packed as {{kind}}; unpack it, or pack the logs as zip', { kind: detail });
    case 'nested_zip':
      return t('not-read.nested', 'a zip inside of a zip is not opened; unpack the outer one');
    case 'encrypted':
      return t('not-read.encrypted', 'it has a password; unpack the zip, or pack it without one');
    case 'compression':
      return t(
        'not-read.compression',
        'the zip packs it by method {{method}}, which is not known here; pack it with the usual method (deflate)',
        { method: detail },
      );
    case 'zip_damaged':
      return t('not-read.damaged', 'the zip is damaged or cut off; copy it again');
    case 'zip_empty':
      return t('not-read.zip-empty', 'there is nothing in the zip');
    case 'too_many':
      return t('not-read.too-many', 'the zip holds more than {{number}} files; pack the logs alone', {
        number: detail,
      });
    case 'too_large':
      return t('not-read.too-large', 'it is too large to be unpacked here; open it by itself, unpacked');
    case 'bomb':
      return t(
        'not-read.bomb',
        'it comes out of the zip many times larger than any log would; what came out until then is shown',
      );
    case 'same_text':
      return t('not-read.same', 'the same text as {{other}}; read once', { other: visible(detail) });
    case 'unreadable':
      return t('not-read.unreadable', 'the browser cannot read it ({{why}}); check your rights, and open it again', {
        why: visible(detail),
      });
    case 'cancelled':
      return t('not-read.cancelled', 'cancelled before it was read; open it again to read it');
  }
}
