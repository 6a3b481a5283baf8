import {
  isDict,
  Uri,
  WampError,
  type CallResult,
  type Dict,
  type List,
  type LocalClient,
  type MatchPolicy,
} from '../../router/index.js';
import type { AnswerSelection } from './answer-cache.js';
import type { AuthorizationRules } from './authorization-rules.js';
import type { DynamicAuthorizer } from './dynamic-authorizer.js';
import { UriSet } from './uri-set.js';

/** Forgets remembered answers; who may call it is for a permission on this very URI to say. */
export const PURGE_PROCEDURE = 'expressway.authorization.purge';
/** Tells of it. */
export const PURGE_TOPIC = 'expressway.authorization.on_purge';

/**
 * Serves `expressway.authorization.purge`: forgets the answers that a dynamic authorizer has let the router remember, of the given `session`,
 * `authid` and `uri` (with `match`), all optional keyword arguments, and gives their number. What was subscribed to and registered by
 * them stays.
 */
export async function servePurge(
  client: LocalClient,
  authorizer: DynamicAuthorizer,
): Promise<void> {
  await client.register(PURGE_PROCEDURE, ({ args, kwargs }) => {
    const wish = isDict(args[0]) ? args[0] : kwargs;
    const count = authorizer.purge(toSelection(wish));
    // Nobody waits for it, and it cannot be refused to one of the router's own clients.
    void client.publish(PURGE_TOPIC, [{ ...wish, count }]).catch(() => undefined);
    return result(count);
  });
}

/** Serves Thruway's procedures for rules, under the names that they have there. */
export async function serveRules(client: LocalClient, rules: AuthorizationRules): Promise<void> {
  const procedures: Readonly<Record<string, (args: List) => unknown>> = {
    add_authorization_rule: ([rule]) => rules.add(rule),
    remove_authorization_rule: ([rule]) => rules.remove(rule),
    flush_authorization_rules: ([allowsByDefault]) => rules.flush(allowsByDefault),
    get_authorization_rules: () => rules.list(),
    test_authorization: ([roles, action, uri]) => rules.test(roles, action, uri),
  };
  for (const [procedure, answer] of Object.entries(procedures)) {
    await client.register(procedure, ({ args }) => result(answer(args)));
  }
}

function toSelection({ session, authid, uri, match = 'exact' }: Dict): AnswerSelection {
  const isFit =
    isOptional(session, 'number') && isOptional(authid, 'string') && isOptional(uri, 'string');
  if (!isFit || !isMatch(match)) throw new WampError(Uri.invalidArgument);
  return { session, authid, uris: uri === undefined ? undefined : new UriSet(uri, match) };
}

function isOptional(value: unknown, type: 'number'): value is number | undefined;
function isOptional(value: unknown, type: 'string'): value is string | undefined;
function isOptional(value: unknown, type: string): boolean {
  return value === undefined || typeof value === type;
}

const isMatch = (value: unknown): value is MatchPolicy =>
  value === 'exact' || value === 'prefix' || value === 'wildcard';

const result = (value: unknown): CallResult => ({ args: [value], kwargs: {} });
