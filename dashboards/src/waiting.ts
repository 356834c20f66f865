import type { Translate } from './language.js';
import type { Figure } from './panels.js';

/** Columns over `receivers AS r`: what those hold that are alive, and what others held when they were last heard of. */
export const waitingColumns =
  'sumIf(r.waiting, r.is_alive) AS waiting, sumIf(r.waiting, NOT r.is_alive) AS waiting_silent';

export const waitingFigures = (t: Translate, waiting: string, link: Figure['link']): Figure[] => [
  { column: 'waiting', title: waiting, colour: 'orange', from: 1, link },
  {
    column: 'waiting_silent',
    title: t('At silent receivers', 'Chez des récepteurs muets'),
    colour: 'orange',
    from: 1,
    link,
  },
];
