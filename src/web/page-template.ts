import { readFileSync } from 'node:fs';

const placeholder = /\{\{\s*(\w+)\s*\}\}/u;

/** An HTML page with placeholders `{{name}}` in text or quoted attributes; each value is escaped when it is filled in. */
export class PageTemplate<Name extends string> {
  readonly #parts: readonly (string | { readonly name: Name })[];

  /** Throws a RangeError when `source` has a placeholder that is none of `names`. */
  constructor(source: string, names: readonly Name[]) {
    // With one capturing group, split gives text and names by turns.
    this.#parts = source.split(placeholder).map((part, index) => {
      if (index % 2 === 0) return part;
      const name = names.find((known) => known === part);
      if (name === undefined) throw new RangeError(`unknown placeholder {{${part}}}`);
      return { name };
    });
  }

  /** Reads the page at `file`; throws when it cannot be read or has an unknown placeholder. */
  static read<Name extends string>(file: string, names: readonly Name[]): PageTemplate<Name> {
    return new PageTemplate(readFileSync(file, 'utf8'), names);
  }

  /** The page with every placeholder filled in. */
  render(values: Readonly<Record<Name, string>>): string {
    return this.#parts
      .map((part) => (typeof part === 'string' ? part : escapeHtml(values[part.name])))
      .join('');
  }
}

const entities: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
]);

/** `text` such that it stays text in HTML, also within quotes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/gu, (character) => entities.get(character) ?? '');
}
