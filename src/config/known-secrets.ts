import { createHash } from 'node:crypto';

/** Stands in each secret of config/development.yaml, so that a copy of it is recognised wherever it turns up. */
export const DEVELOPMENT_MARK = 'development-only';

// SHA-256 of each secret and password hash that config/ ships, so that taking the mark away hides nothing.
const SHIPPED = new Set([
  'b919002f44195f1cf679309aac41e8d10a0778edbbc90e5fc1f8cf9737d6444e',
  'a01183426e44d9b548d310fda4facae1452fd862f46e5fd25d5a426297311264',
  '20a93f441d0dca4c0519b532403cdf38518a52de34265ef0d61b0495eb64aed3',
  '0703b4350e3b5b500973c837a2c2285e054ca394d0cfcf1a19b1d525fbde1022',
]);

const PLACEHOLDERS = /change_?-?me|change_?-?this|keyboard cat/i;

/** The users that config/users.development.yaml ships, with passwords that everybody knows. */
export const DEVELOPMENT_USERS: ReadonlyMap<string, string> = new Map([
  ['admin', 'kitten'],
  ['ryan', 'ryanpass'],
]);

/** The development users among `users`, each with its well-known password. */
export function developmentLogins(
  users: readonly { readonly username: string; readonly password?: string | undefined }[],
): readonly { readonly username: string; readonly password: string }[] {
  return users.flatMap((user) => {
    const password = DEVELOPMENT_USERS.get(user.username);
    const isShipped = user.password !== undefined && isDevelopmentSecret(user.password);
    return isShipped && password !== undefined ? [{ username: user.username, password }] : [];
  });
}

/** Whether a secret, key or password hash is one that this repository ships for development. */
export const isDevelopmentSecret = (secret: string): boolean =>
  secret.includes(DEVELOPMENT_MARK) ||
  SHIPPED.has(createHash('sha256').update(secret).digest('hex'));

/** Whether a secret contains what templates write where a secret should be. */
export const isPlaceholder = (secret: string): boolean => PLACEHOLDERS.test(secret);
