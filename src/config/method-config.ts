import type { ScramCredentials } from '../auth/users/user-provider.js';
import type { ConfigInput } from './schema.js';

/** What the methods are told by which users prove who they are. */
export interface MethodConfig {
  readonly anonymous: {
    /** The role of whoever comes without a name; undefined: nobody does. */
    readonly role: string | undefined;
  };
  readonly wampcra: {
    /** The iterations that an unknown user seems to have; 0: it seems not to be salted. */
    readonly decoyIterations: number;
  };
  readonly scram: {
    /** How the password of an unknown user seems to be salted. */
    readonly decoyDerivation: Pick<ScramCredentials, 'kdf' | 'iterations' | 'memory'>;
  };
  readonly tls: {
    /** Whether the common name of a client's certificate may name its user. */
    readonly trustsCommonNames: boolean;
  };
}

/** Sections `auth.anonymous`, `auth.wampcra`, `auth.scram` and `auth.tls` in the program's terms. */
export const buildMethods = ({
  anonymous,
  wampcra,
  scram,
  tls,
}: ConfigInput['auth']): MethodConfig => ({
  anonymous: { role: anonymous.role ?? undefined },
  wampcra: { decoyIterations: wampcra.decoy_iterations },
  scram: {
    decoyDerivation: {
      kdf: scram.decoy_kdf,
      iterations: scram.decoy_iterations,
      ...(scram.decoy_kdf === 'argon2id-13' ? { memory: scram.decoy_memory } : {}),
    },
  },
  tls: { trustsCommonNames: tls.common_name },
});
