import type { Dict } from '../protocol/message.js';
import type { Session } from '../session.js';

/** Whether a session may receive a publication. */
export type PublicationFilter = (session: Session) => boolean;

type Attribute = (session: Session) => unknown;

const ID_LISTS = ['exclude', 'eligible'] as const;
const PRINCIPAL_LISTS = [
  'exclude_authid',
  'exclude_authrole',
  'eligible_authid',
  'eligible_authrole',
] as const;

const RULES: readonly { excluded: string; eligible: string; attribute: Attribute }[] = [
  { excluded: 'exclude', eligible: 'eligible', attribute: (session) => session.id },
  {
    excluded: 'exclude_authid',
    eligible: 'eligible_authid',
    attribute: (session) => session.principal.authid,
  },
  {
    excluded: 'exclude_authrole',
    eligible: 'eligible_authrole',
    attribute: (session) => session.principal.authrole,
  },
];

/**
 * Who receives a publication, by its options (WAMP, Publisher Exclusion; WAMP, Subscriber Black- and Whitelisting): not the
 * publisher unless `exclude_me` is false, nobody on an `exclude` list, and only who is on each `eligible` list that is present, were
 * it empty. The lists are prepared once, so that asking allocates nothing.
 */
export function publicationFilter(publisher: Session, options: Dict): PublicationFilter {
  if (options['exclude_me'] === false) return audienceFilter(options);
  return withLists((session) => session !== publisher, options);
}

/** The same for who comes later: it keeps the publisher's id, not the publisher. */
export function lastingFilter({ id }: Session, options: Dict): PublicationFilter {
  if (options['exclude_me'] === false) return audienceFilter(options);
  return withLists((session) => session.id !== id, options);
}

/** Who receives an event by the lists alone. */
export const audienceFilter = (lists: Dict): PublicationFilter => withLists(everybody, lists);

/** Whether a publication with these options names its receivers, as more than everybody but its publisher. */
export const hasLists = (options: Dict): boolean =>
  namesSessions(options) || PRINCIPAL_LISTS.some((list) => options[list] !== undefined);

/** Whether it names them as sessions, which mean nothing later on. */
export const namesSessions = (options: Dict): boolean =>
  ID_LISTS.some((list) => options[list] !== undefined);

/** The lists of users and roles in these options; undefined when there are none. */
export function principalLists(options: Dict): Dict | undefined {
  const present = PRINCIPAL_LISTS.filter((list) => options[list] !== undefined);
  if (present.length === 0) return undefined;
  return Object.fromEntries(present.map((list) => [list, options[list]]));
}

const everybody: PublicationFilter = () => true;

/** Those of `filter` whom the lists let pass. */
function withLists(filter: PublicationFilter, options: Dict): PublicationFilter {
  let left = filter;
  for (const { excluded, eligible, attribute } of RULES) {
    const without = options[excluded];
    if (Array.isArray(without) && without.length > 0) {
      const values = new Set<unknown>(without);
      left = both(left, (session) => !values.has(attribute(session)));
    }
    const only = options[eligible];
    if (Array.isArray(only)) {
      const values = new Set<unknown>(only);
      left = both(left, (session) => values.has(attribute(session)));
    }
  }
  return left;
}

const both =
  (one: PublicationFilter, other: PublicationFilter): PublicationFilter =>
  (session) =>
    one(session) && other(session);
