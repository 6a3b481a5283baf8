import type { Dict } from './protocol/message.js';
import type { Session } from './session.js';

/** Whether a session may receive a publication. */
export type PublicationFilter = (session: Session) => boolean;

type Attribute = (session: Session) => unknown;

const ATTRIBUTES: readonly (readonly [string, Attribute])[] = [
  ['', (session) => session.id],
  ['_authid', (session) => session.principal.authid],
  ['_authrole', (session) => session.principal.authrole],
];

/**
 * Who receives a publication, by its options (WAMP, Publisher Exclusion; WAMP, Subscriber Black- and Whitelisting): not the
 * publisher unless `exclude_me` is false, nobody on an `exclude` list, and only who is on each `eligible` list that is present, were
 * it empty. The lists are prepared once, so that asking allocates nothing.
 */
export function publicationFilter(publisher: Session, options: Dict): PublicationFilter {
  const rules: PublicationFilter[] = [];
  if (options['exclude_me'] !== false) rules.push((session) => session !== publisher);
  for (const [suffix, attribute] of ATTRIBUTES) {
    const excluded = options[`exclude${suffix}`];
    if (Array.isArray(excluded) && excluded.length > 0) {
      const values = new Set<unknown>(excluded);
      rules.push((session) => !values.has(attribute(session)));
    }
    const eligible = options[`eligible${suffix}`];
    if (Array.isArray(eligible)) {
      const values = new Set<unknown>(eligible);
      rules.push((session) => values.has(attribute(session)));
    }
  }
  const [only] = rules;
  if (rules.length === 1 && only !== undefined) return only;
  return (session) => rules.every((rule) => rule(session));
}
