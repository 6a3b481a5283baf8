import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Alias,
  type ErrorCode,
  type YAMLMap,
} from 'yaml';

import { type ConfigProblem, type Origin } from './config-error.js';
import { pointer, type ConfigNode, type ConfigPath, type MappingEntry } from './config-node.js';

// Generous for a person's file; small enough that neither nesting nor aliases of aliases can exhaust anything.
const MAX_CHARACTERS = 1_048_576;
const MAX_NODES = 100_000;
const MAX_DEPTH = 32;
// The parser recurses, and where the stack ends V8 may end the process: far deeper texts must not reach it.
const MAX_BRACKETS = 256;
const DEEP_INDENTATION = /^[ \t?:-]{257}/m;

// Own words, as some of the parser's messages quote the source, and the source may be a secret.
const SYNTAX: Partial<Record<ErrorCode, string>> = {
  BAD_DQ_ESCAPE: 'expected a valid escape sequence in double quotes',
  BAD_INDENT: 'expected indentation that fits the lines around it',
  BAD_SCALAR_START: 'expected text that begins with @ or ` to be quoted',
  BLOCK_AS_IMPLICIT_KEY: 'expected one "key: value" a line',
  DUPLICATE_KEY: 'expected each key once, found it a second time',
  MISSING_CHAR: 'expected a closing quote, bracket or colon',
  MULTILINE_IMPLICIT_KEY: 'expected a key on one line, followed by a colon',
  MULTIPLE_DOCS: 'expected one document, found a second one',
  TAB_AS_INDENT: 'expected spaces as indentation, found a tab',
  TAG_RESOLVE_FAILED: 'expected a value without a tag, or with one of YAML 1.2',
};

const TOO_LARGE = 'expected a smaller or flatter document';

/** A YAML text as nodes that know their origin, or what is wrong with it. */
export interface YamlDocument {
  /** Undefined when the text is not well-formed. */
  readonly node: ConfigNode | undefined;
  readonly problems: readonly ConfigProblem[];
}

/**
 * Parses YAML 1.2 (core schema). Duplicate keys, tags of one's own, several documents and more than a configuration can need
 * (1 Mi characters, 100,000 values counted after aliases are followed, 32 levels) are problems. `locate` turns line and
 * column, both from 1, into an origin.
 */
export function parseYaml(
  text: string,
  locate: (line: number, column: number) => Origin,
): YamlDocument {
  if (text.length > MAX_CHARACTERS) {
    return failure(locate(1, 1), `expected at most ${MAX_CHARACTERS} characters`);
  }
  if (isFarTooDeep(text)) return failure(locate(1, 1), TOO_LARGE);
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'error',
  });
  const originAt = (offset: number): Origin => {
    const { line, col } = lines.linePos(offset);
    return locate(Math.max(line, 1), Math.max(col, 1));
  };
  const problems = [...document.errors, ...document.warnings].map(({ code, pos }) => ({
    origin: originAt(pos[0]),
    path: '',
    message:
      SYNTAX[code] ?? `expected well-formed YAML (${code.toLowerCase().replaceAll('_', ' ')})`,
  }));
  if (problems.length > 0) return { node: undefined, problems };
  const reader = new DocumentReader(originAt);
  const node = reader.read(document.contents, []);
  return { node, problems: reader.problems };
}

const failure = (origin: Origin, message: string): YamlDocument => ({
  node: undefined,
  problems: [{ origin, path: '', message }],
});

// Counts brackets in quotes and comments too: nobody writes hundreds of them unclosed.
function isFarTooDeep(text: string): boolean {
  let depth = 0;
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    depth = bracket === '[' || bracket === '{' ? depth + 1 : Math.max(0, depth - 1);
    if (depth > MAX_BRACKETS) return true;
  }
  return DEEP_INDENTATION.test(text);
}

class DocumentReader {
  readonly problems: ConfigProblem[] = [];
  readonly #originAt: (offset: number) => Origin;
  readonly #anchors = new Map<string, unknown>();
  #nodes = 0;

  constructor(originAt: (offset: number) => Origin) {
    this.#originAt = originAt;
  }

  read(source: unknown, path: ConfigPath): ConfigNode {
    const origin = this.#origin(source);
    if (this.#isTooMuch(origin, path)) return nothing(origin);
    if (isAlias(source)) return this.#readAlias(source, origin, path);
    if (isNode(source) && source.anchor !== undefined) this.#anchors.set(source.anchor, source);
    if (isMap(source)) return { kind: 'mapping', origin, entries: this.#entries(source, path) };
    if (isSeq(source)) {
      const items = source.items.map((item, index) => this.read(item, [...path, index]));
      return { kind: 'list', origin, items };
    }
    return { kind: 'scalar', origin, value: isScalar(source) ? scalarValue(source.value) : null };
  }

  #isTooMuch(origin: Origin, path: ConfigPath): boolean {
    this.#nodes += 1;
    if (this.#nodes <= MAX_NODES && path.length <= MAX_DEPTH) return false;
    // Said once: each of a bomb's values would say it again.
    if (this.#nodes !== Infinity) this.#report(origin, [], TOO_LARGE);
    this.#nodes = Infinity;
    return true;
  }

  // In the order of the document, so an anchor is known before its aliases, and a later one of that name replaces it.
  #readAlias(alias: Alias, origin: Origin, path: ConfigPath): ConfigNode {
    const anchored = this.#anchors.get(alias.source);
    if (anchored !== undefined) return this.read(anchored, path);
    this.#report(origin, path, 'expected an alias of an anchor defined above');
    return nothing(origin);
  }

  #entries(map: YAMLMap, path: ConfigPath): Map<string, MappingEntry> {
    const entries = new Map<string, MappingEntry>();
    for (const { key, value } of map.items) {
      const origin = this.#origin(key);
      if (!isScalar(key)) {
        this.#report(origin, path, 'expected a plain key, found a list, a mapping or an alias');
        continue;
      }
      const name = String(key.value);
      const node = this.read(value, [...path, name]);
      entries.set(name, { key: origin, node: value === null ? { ...node, origin } : node });
    }
    return entries;
  }

  #report(origin: Origin, path: ConfigPath, message: string): void {
    this.problems.push({ origin, path: pointer(path), message });
  }

  #origin(source: unknown): Origin {
    return this.#originAt(isNode(source) ? (source.range?.[0] ?? 0) : 0);
  }
}

const nothing = (origin: Origin): ConfigNode => ({ kind: 'scalar', origin, value: null });

function scalarValue(value: unknown): string | number | boolean | null {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return value;
  }
  return null;
}
