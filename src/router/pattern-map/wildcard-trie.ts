import { reservedNamespaceOf } from '../protocol/uri.js';

interface Node<Value> {
  readonly literals: Map<string, Node<Value>>;
  wildcard: Node<Value> | undefined;
  value: Value | undefined;
}

const newNode = <Value>(): Node<Value> => ({
  literals: new Map(),
  wildcard: undefined,
  value: undefined,
});

/**
 * Values by wildcard pattern, in a trie of the patterns' components: an empty component matches any one component, and pattern and URI
 * have equally many (WAMP, Wildcard-matching). A search visits only branches that the URI's own components lead into.
 */
export class WildcardTrie<Value> {
  readonly #root: Node<Value> = newNode();
  #size = 0;

  /** How many patterns there are. */
  get size(): number {
    return this.#size;
  }

  /** The value of this very pattern. */
  get(pattern: string): Value | undefined {
    let node: Node<Value> | undefined = this.#root;
    for (const component of pattern.split('.')) {
      node = component === '' ? node.wildcard : node.literals.get(component);
      if (node === undefined) return undefined;
    }
    return node.value;
  }

  /** Sets the value of a pattern. */
  set(pattern: string, value: Value): void {
    let node = this.#root;
    for (const component of pattern.split('.')) node = childOf(node, component);
    if (node.value === undefined) this.#size += 1;
    node.value = value;
  }

  /** Removes a pattern, and the branches that led to it alone. */
  delete(pattern: string): void {
    if (this.get(pattern) === undefined) return;
    this.#size -= 1;
    remove(this.#root, pattern.split('.'), 0);
  }

  /**
   * The values of the patterns that match `uri`: at each component the literal ones before the wildcard, so the first has the longest
   * run of literal components before its first wildcard, then before its next, and so on (WAMP, Pattern-based Registrations).
   */
  matching(uri: string): Value[] {
    const found: Value[] = [];
    const components = uri.split('.');
    if (reservedNamespaceOf(uri) === undefined) {
      collect(this.#root, components, 0, found);
    } else {
      const namespace = this.#root.literals.get(components[0] ?? '');
      if (namespace !== undefined) collect(namespace, components, 1, found);
    }
    return found;
  }
}

function childOf<Value>(node: Node<Value>, component: string): Node<Value> {
  if (component === '') return (node.wildcard ??= newNode());
  let child = node.literals.get(component);
  if (child === undefined) {
    child = newNode();
    node.literals.set(component, child);
  }
  return child;
}

function collect<Value>(
  node: Node<Value>,
  components: readonly string[],
  index: number,
  found: Value[],
): void {
  const component = components[index];
  if (component === undefined) {
    if (node.value !== undefined) found.push(node.value);
    return;
  }
  const literal = node.literals.get(component);
  if (literal !== undefined) collect(literal, components, index + 1, found);
  if (node.wildcard !== undefined) collect(node.wildcard, components, index + 1, found);
}

/** Removes the pattern below `node`; whether `node` holds nothing any more. */
function remove<Value>(node: Node<Value>, components: readonly string[], index: number): boolean {
  const component = components[index];
  if (component === undefined) {
    node.value = undefined;
  } else {
    const child = component === '' ? node.wildcard : node.literals.get(component);
    if (child !== undefined && remove(child, components, index + 1)) {
      if (component === '') node.wildcard = undefined;
      else node.literals.delete(component);
    }
  }
  return node.value === undefined && node.wildcard === undefined && node.literals.size === 0;
}
