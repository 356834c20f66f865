import type { ReactNode } from 'react';
import { css } from '@emotion/css';
import { locationUtil, type GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { follow } from '../app/follow.js';

/** A link to a page of the app whose address holds what a client wrote, to the letter. */
export function PageLink({ href, title, children }: { href: string; title?: string; children: ReactNode }) {
  const style = useStyles2(getStyle);
  return (
    <a className={style} href={locationUtil.assureBaseUrl(href)} title={title} onClick={follow(href)}>
      {children}
    </a>
  );
}

const getStyle = (theme: GrafanaTheme2) =>
  css({ color: theme.colors.text.link, '&:hover': { color: theme.colors.text.link, textDecoration: 'underline' } });
