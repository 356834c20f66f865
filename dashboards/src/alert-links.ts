/**
 * Where the app is, as an annotation's template says it: Grafana fills in its own address, which ends with a slash or
 * not. A message in a mailbox needs all of it.
 */
export const console = '{{ reReplaceAll "/$" "" externalURL }}/a/fallbackstatuspoint-fsp-app';

/** The page with what an alert is about: its labels, each as a value of the page's address, over a time up to now. */
export const selection = (page: 'clients' | 'failures', since: string, labels: readonly ('site' | 'cause')[]) =>
  [
    `${console}/${page}?from=now-${since}&to=now`,
    ...labels.map((name) => `var-${name}={{ urlquery $labels.${labelOf[name]} }}`),
  ].join('&');

const labelOf = { site: 'site_code', cause: 'cause' } as const;
