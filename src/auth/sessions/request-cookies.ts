import type { TransportDetails } from '../../router/index.js';

/** A cookie of a request: its name, and its value as it came. */
export type Cookie = readonly [name: string, value: string];

/** The cookies of the request that opened a connection, in their order (RFC 6265, 4.2.1). */
export function cookiesOf({ headers }: Pick<TransportDetails, 'headers'>): readonly Cookie[] {
  return (headers.get('cookie') ?? []).flatMap((header) =>
    header.split(';').flatMap((pair): Cookie[] => {
      const equals = pair.indexOf('=');
      return equals === -1 ? [] : [[pair.slice(0, equals).trim(), pair.slice(equals + 1).trim()]];
    }),
  );
}
