import { useRef } from 'react';
import { t } from '@grafana/i18n';
import { Button } from '@grafana/ui';
import { filesOfInput } from './dropped.js';
import type { GivenFile } from './protocol.js';

/** Files, or a folder, by a dialog: for keyboards, and for those who do not drag. */
export function OpenButtons({ primary, onOpen }: { primary: boolean; onOpen(given: GivenFile[]): void }) {
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const take = ({ currentTarget }: { currentTarget: HTMLInputElement }) => {
    onOpen(filesOfInput(currentTarget.files ?? new DataTransfer().files));
    // The same ones may be chosen again.
    currentTarget.value = '';
  };
  return (
    <>
      <Button
        icon="file-alt"
        variant={primary ? 'primary' : 'secondary'}
        onClick={() => {
          files.current?.click();
        }}
      >
        {t('open-logs.files', 'Open files')}
      </Button>
      <Button
        icon="folder-open"
        variant="secondary"
        onClick={() => {
          folder.current?.click();
        }}
      >
        {t('open-logs.folder', 'Open a folder')}
      </Button>
      <input
        ref={files}
        type="file"
        multiple
        hidden
        data-testid="open-files"
        aria-label={t('open-logs.files', 'Open files')}
        onChange={take}
      />
      <input
        ref={folder}
        type="file"
        hidden
        data-testid="open-folder"
        aria-label={t('open-logs.folder', 'Open a folder')}
        onChange={take}
        {...{ webkitdirectory: '' }}
      />
    </>
  );
}
