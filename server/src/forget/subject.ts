import { noClient } from '../clickhouse/views/fragments.js';
import { FspError } from '../errors.js';

/** Whom all that is known shall be removed of: a machine by its name or its client's GUID, or a user by name or SID. */
export interface Subject {
  kind: 'machine' | 'user';
  /** As it was given, without spaces around it. */
  name: string;
}

const guid = /^\{?(?:GUID:)?([0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12})\}?$/i;
/** Names of machines and of users, `DOMAIN\user`, `user@domain` and SIDs; nothing that could match everything. */
const allowed = /^[\p{L}\p{N}_.$@\\ -]{2,253}$/u;

/** @throws FspError FSP_REQUEST_INVALID */
export function subjectOf(kind: Subject['kind'], given: string): Subject {
  const name = given.trim();
  if (kind === 'machine' && guid.exec(name)?.[1] === noClient)
    throw new FspError(
      'FSP_REQUEST_INVALID',
      `${noClient} is the id of every machine without a client; name the machine instead`,
    );
  if (kind === 'machine' && guid.test(name)) return { kind, name: guid.exec(name)![1]!.toUpperCase() };
  if (!allowed.test(name) || !/[\p{L}\p{N}]/u.test(name))
    throw new FspError(
      'FSP_REQUEST_INVALID',
      `${JSON.stringify(given.slice(0, 100))} is no name of a ${kind}; allowed: ${kind === 'machine' ? 'a NetBIOS name, a full name or the GUID of a client' : 'a name, DOMAIN\\name or a SID'}`,
    );
  return { kind, name };
}

export function isGuid({ name }: Subject): boolean {
  return guid.test(name);
}

/** The names under which text may speak of a subject: as given, and without its domain. */
export function wordsOf({ kind, name }: Subject): string[] {
  const short = kind === 'machine' ? name.split('.')[0] : name.split('\\').at(-1)?.split('@')[0];
  // A word of one or two letters would be found everywhere.
  return [...new Set([name, short ?? name])].filter((word) => word.length > 2 || word === name);
}

/** Where a text speaks of a subject: whole words in any case, as RE2 and JavaScript understand it. */
export function patternOf(subject: Subject): string {
  const escaped = wordsOf(subject).map((word) => word.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return `(^|[^0-9A-Za-z_-])(${escaped.join('|')})($|[^0-9A-Za-z_-])`;
}
