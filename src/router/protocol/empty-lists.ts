import { MessageType, type List } from './message.js';
import { isDict } from './options.js';

/** Where dicts are expected inside of HELLO.Details; `*` stands for every key. */
const DICTS_OF_HELLO: readonly (readonly string[])[] = [
  ['authextra'],
  ['roles'],
  ['roles', '*'],
  ['roles', '*', 'features'],
];

/**
 * The head of a message with empty dicts where a peer, having one type for both, has written empty lists: options, details and extra,
 * and inside of HELLO.Details whatever is expected to be a dict. No element of a head is a list, so none is lost.
 */
export function withDicts(head: List): List {
  const dicts = head.some(isEmptyList) ? head.map(emptyListAsDict) : head;
  if (dicts[0] !== MessageType.Hello) return dicts;
  return dicts.map((element) => DICTS_OF_HELLO.reduce(withDictAt, element));
}

/** The value with an empty dict at `path` if an empty list is there; the value itself otherwise. */
function withDictAt(value: unknown, path: readonly string[]): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return emptyListAsDict(value);
  if (!isDict(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      first === '*' || first === key ? withDictAt(each, rest) : each,
    ]),
  );
}

const emptyListAsDict = (value: unknown): unknown => (isEmptyList(value) ? {} : value);

const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0;
