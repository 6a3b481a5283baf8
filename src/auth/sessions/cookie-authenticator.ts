import {
  AuthenticationRefused,
  Uri,
  type AuthenticationRequest,
  type Authenticator,
  type Principal,
  type TransportDetails,
} from '../../router/index.js';
import { checkClaimedAuthid } from '../methods/claimed-authid.js';
import { cookiesOf, type Cookie } from './request-cookies.js';

/** Those whose web sessions count. */
export interface CookieSource {
  /** The names of the cookies that it looks at. */
  readonly cookies: readonly string[];
  /**
   * Who is logged in by these cookies, all of which have one of its names; undefined: nobody. Rejects as an authenticator does, with
   * AuthenticatorUnavailable when it cannot tell now.
   */
  identify(
    cookies: readonly Cookie[],
    request: AuthenticationRequest,
  ): Promise<Principal | undefined>;
}

/** What a {@link CookieAuthenticator} needs. */
export interface CookieAuthenticatorOptions {
  /** In the order in which they are asked. */
  readonly sources: readonly CookieSource[];
}

/**
 * Authmethod `cookie`: a browser that is logged in to the web application joins without a token. Cookies go along with every request of a
 * browser, whichever page made it: so the Origin, which the listener has checked, must be there.
 */
export class CookieAuthenticator implements Authenticator {
  readonly authmethod = 'cookie';
  readonly isPresented: (transport: TransportDetails) => boolean;
  readonly isOnlyPresented = true;
  readonly #sources: readonly CookieSource[];

  constructor({ sources }: CookieAuthenticatorOptions) {
    this.#sources = sources;
    const names = new Set(sources.flatMap(({ cookies }) => cookies));
    this.isPresented = (transport) => cookiesOf(transport).some(([name]) => names.has(name));
  }

  async authenticate(request: AuthenticationRequest): Promise<Principal> {
    if (!hasOrigin(request.transport)) throw refused('origin_required');
    const cookies = cookiesOf(request.transport);
    for (const source of this.#sources) {
      const own = cookies.filter(([name]) => source.cookies.includes(name));
      const principal = own.length === 0 ? undefined : await source.identify(own, request);
      if (principal !== undefined) {
        checkClaimedAuthid(request.details['authid'], principal);
        return principal;
      }
    }
    throw refused('not_logged_in');
  }
}

function hasOrigin({ headers }: TransportDetails): boolean {
  const [origin, ...others] = headers.get('origin') ?? [];
  return origin !== undefined && origin !== 'null' && others.length === 0;
}

const refused = (message: string): AuthenticationRefused =>
  new AuthenticationRefused(Uri.authenticationDenied, message);
