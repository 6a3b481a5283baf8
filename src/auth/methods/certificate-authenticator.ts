import type {
  AuthenticationRequest,
  Authenticator,
  Principal,
  TransportDetails,
} from '../../router/index.js';
import type { User } from '../users/user-provider.js';
import { checkClaimedAuthid } from './claimed-authid.js';
import { invalidCredentials, type UserProofs } from './user-proofs.js';

/** What a {@link CertificateAuthenticator} needs. */
export interface CertificateAuthenticatorOptions {
  readonly proofs: UserProofs;
  /** Whether the common name of a certificate that no user has names its user: whoever signs certificates then makes users. */
  readonly trustsCommonNames: boolean;
}

/**
 * Authmethod `tls`: the client's certificate says who it is, without a challenge. The listener has checked that those whom it trusts vouch for
 * it; the user is the one who has its fingerprint or, if so configured, whose name is its common name.
 */
export class CertificateAuthenticator implements Authenticator {
  readonly authmethod = 'tls';
  readonly isPresented: (transport: TransportDetails) => boolean;
  readonly isOnlyPresented = true;
  readonly #options: CertificateAuthenticatorOptions;

  constructor(options: CertificateAuthenticatorOptions) {
    this.#options = options;
    this.isPresented = ({ tls }) => tls?.certificate !== undefined;
  }

  async authenticate({ transport, details }: AuthenticationRequest): Promise<Principal> {
    const user = await this.#findHolder(transport);
    if (user === undefined) throw invalidCredentials();
    const principal = await this.#options.proofs.admit(user, this.authmethod);
    checkClaimedAuthid(details['authid'], principal);
    return principal;
  }

  async #findHolder({ tls }: TransportDetails): Promise<User | undefined> {
    const certificate = tls?.certificate;
    if (certificate === undefined) return undefined;
    const { proofs, trustsCommonNames } = this.#options;
    const holder = await proofs.users.findByCertificate?.(certificate.fingerprint);
    if (holder !== undefined || !trustsCommonNames) return holder;
    const { commonName } = certificate;
    return commonName === undefined ? undefined : proofs.users.find(commonName);
  }
}
