import { isDict, isId, isUri } from './pattern.js';
import { ensure } from './transcript.js';
import { tell } from './wire/value.js';

type Part = 'id' | 'answered' | 'dict' | 'uri' | 'string' | 'int' | 'list';

interface Shape {
  readonly name: string;
  readonly parts: readonly Part[];
  /** Elements, the type included, without which the message is incomplete. */
  readonly least: number;
}

const shape = (name: string, parts: readonly Part[], optional = 0): Shape => ({
  name,
  parts,
  least: 1 + parts.length - optional,
});

/** Every message that a router sends, with its elements after the type code (WAMP 3.4, 9.2). */
const SHAPES: ReadonlyMap<unknown, Shape> = new Map([
  [2, shape('WELCOME', ['id', 'dict'])],
  [3, shape('ABORT', ['dict', 'uri', 'list', 'dict'], 2)],
  [4, shape('CHALLENGE', ['string', 'dict'])],
  [6, shape('GOODBYE', ['dict', 'uri'])],
  [8, shape('ERROR', ['int', 'id', 'dict', 'string', 'list', 'dict'], 2)],
  [17, shape('PUBLISHED', ['id', 'id'])],
  [33, shape('SUBSCRIBED', ['id', 'id'])],
  [35, shape('UNSUBSCRIBED', ['answered', 'dict'], 1)],
  [36, shape('EVENT', ['id', 'id', 'dict', 'list', 'dict'], 2)],
  [50, shape('RESULT', ['id', 'dict', 'list', 'dict'], 2)],
  [65, shape('REGISTERED', ['id', 'id'])],
  [67, shape('UNREGISTERED', ['answered', 'dict'], 1)],
  [68, shape('INVOCATION', ['id', 'id', 'dict', 'list', 'dict'], 2)],
  [69, shape('INTERRUPT', ['id', 'dict'])],
]);

const CHECKS: Readonly<Record<Part, (value: unknown) => boolean>> = {
  id: isId,
  // WAMP 12.9 and 11.11: 0 says that nobody asked, and only then there are Details.
  answered: (value) => value === 0 || isId(value),
  dict: isDict,
  uri: isUri,
  string: (value) => typeof value === 'string',
  int: Number.isInteger,
  list: Array.isArray,
};

const KEY = /^([a-z][a-z0-9_]{2,}|_[a-z0-9_]{3,})$/;

/** The type codes of all messages that a router sends. */
export const ROUTER_MESSAGES: readonly unknown[] = [...SHAPES.keys()];

/**
 * Fails unless a message of the router has the elements of its type (MSG-20), and its Details or Options only keys of the
 * allowed form (MSG-21). Every message of every case passes through here.
 */
export function checkRouterMessage(message: readonly unknown[]): void {
  const told = tell(message);
  const found = SHAPES.get(message[0]);
  ensure(found !== undefined, `MSG-20: a router does not send this: ${told}`);
  ensure(
    message.length >= found.least && message.length <= 1 + found.parts.length,
    `MSG-20: ${found.name} with ${message.length} elements: ${told}`,
  );
  message.slice(1).forEach((value, index) => {
    const part = found.parts[index];
    ensure(
      part !== undefined && CHECKS[part](value),
      `MSG-20: element ${index + 1} of ${found.name} is not of type ${String(part)}: ${told}`,
    );
  });
  ensure(
    found.parts[0] !== 'answered' || (message[1] === 0) === (message.length === 3),
    `MSG-20: ${found.name} that is neither an answer nor a revocation: ${told}`,
  );
  const details = message.slice(1, found.least).find(isDict);
  for (const key of Object.keys(details ?? {})) {
    ensure(KEY.test(key), `MSG-21: key ${JSON.stringify(key)} of ${found.name}: ${told}`);
  }
}
