import { isIP } from 'node:net';

import { z } from 'zod';

import { isUri } from '../router/index.js';

/** Schema of text that `accepts`, between 1 and 4096 characters; `expected` says in words what it is. */
export const text = (expected: string, accepts: (value: string) => boolean = () => true) =>
  z.string({ error: expected }).min(1).max(4096).refine(accepts, { error: expected });

/** Schema of a whole number within bounds; `expected` names it without its bounds. */
export function count(expected: string, min: number, max: number) {
  return z
    .int({ error: `${expected}: a whole number from ${min} to ${max}` })
    .min(min)
    .max(max);
}

/** Schema of a TCP port; 0 lets the system choose. */
export const port = () => count('a port', 0, 65_535);

/** Schema of yes or no. */
export const flag = () => z.boolean({ error: 'true or false' });

/** Schema of an origin as browsers send it: scheme, host and port without a path, or with a default port left out. */
export const webOrigin = () =>
  text('an origin such as https://app.example.com, without a path', (value) => {
    if (!URL.canParse(value)) return false;
    const { protocol, origin } = new URL(value);
    return /^https?:$/.test(protocol) && origin === value;
  });

/** Schema of an IP address or a network in CIDR notation. */
export const network = () =>
  text('an IP address or network such as 10.0.0.0/8', (value) => {
    const [address = '', prefix, ...rest] = value.split('/');
    const bits = isIP(address) === 6 ? 128 : 32;
    return (
      isIP(address) !== 0 &&
      rest.length === 0 &&
      (prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits))
    );
  });

/** Schema of an address from which only this machine can be reached. */
export const loopbackHost = () =>
  text('a loopback address: 127.0.0.1, ::1 or localhost', isLoopback);

/** Schema of a host name or address as it stands in a Host header, without a port. */
export const hostName = () =>
  text('a host name such as status.internal, without a port', (value) =>
    /^(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:.]{2,45}\])$/.test(value),
  );

/** Schema of a name that is looked up exactly: of a role, a key, a claim. */
export const name = (expected: string) =>
  text(`${expected}: 1 to 128 characters without white space`, (value) =>
    /^[^\s\p{C}]{1,128}$/u.test(value),
  );

/** Schema of a URI that names one thing, such as a realm (WAMP 2.1.1). */
export const uri = (expected: string) =>
  text(`${expected}: a URI such as com.example.realm`, (value) => isUri(value));

/** Whether only this machine can be reached at `host`. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost' || host === '::1') return true;
  return isIP(host) === 4 && host.startsWith('127.');
}
