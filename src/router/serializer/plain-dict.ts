/** Sets an entry of a dict from the wire as its own, whatever the key: `__proto__` sets no prototype. */
export function setEntry(dict: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(dict, key, {
      value,
      configurable: true,
      enumerable: true,
      writable: true,
    });
  } else {
    dict[key] = value;
  }
}
