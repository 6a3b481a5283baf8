import { anyDict, error, matches, oneOf } from './pattern.js';
import type { Peer, Wire } from './peer.js';
import { ensure } from './transcript.js';

/** Calls a meta procedure and gives its positional results: none if there are none. */
export async function callMeta(
  peer: Peer,
  procedure: string,
  args: Wire = [],
  kwargs: object = {},
): Promise<Wire> {
  const request = peer.call(procedure, args, kwargs);
  const result = await peer.receive();
  ensure(
    result[0] === 50 && result[1] === request && matches(anyDict, result[2]),
    `${peer.name}: ${procedure} was answered by ${JSON.stringify(result)}`,
  );
  const { 3: results = [] } = result;
  ensure(isList(results), `no list of results: ${JSON.stringify(result)}`);
  return results;
}

const isList = (value: unknown): value is Wire => Array.isArray(value);

/** Calls a meta procedure and expects its results. */
export async function expectMeta(
  peer: Peer,
  call: readonly [procedure: string, args?: Wire, kwargs?: object],
  expected: unknown,
): Promise<void> {
  const results = await callMeta(peer, ...call);
  ensure(
    matches(expected, results),
    `${call[0]}\n  expected ${JSON.stringify(expected)}\n  received ${JSON.stringify(results)}`,
  );
}

/** Calls a meta procedure and expects it to be refused with one of these URIs. */
export async function expectRefusal(
  peer: Peer,
  call: readonly [procedure: string, args?: Wire, kwargs?: object],
  ...uris: readonly string[]
): Promise<void> {
  const [procedure, args = [], kwargs = {}] = call;
  const request = peer.call(procedure, args, kwargs);
  await peer.expect(error(48, request, oneOf(...uris)));
}
