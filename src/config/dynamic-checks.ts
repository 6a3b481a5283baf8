import { isReservedUri } from '../router/index.js';
import type { ConfigPath } from './config-node.js';
import { checkGrants, checkTimeout, type ProviderSections } from './provider-checks.js';
import type { ConfigInput } from './schema.js';

type Auth = ConfigInput['auth'];
type Report = (path: ConfigPath, expected: string) => void;

const KINDS: ConfigPath = ['auth', 'ticket', 'kinds'];

/** What is wrong about procedures that decide who somebody is. */
export function checkDynamic(sections: ProviderSections, report: Report): void {
  const { auth } = sections;
  if (auth === undefined) return;
  for (const [index, entry] of auth.dynamic.entries()) {
    const at: Report = (path, expected) => {
      report(['auth', 'dynamic', index, ...path], expected);
    };
    checkAuthmethod(auth, index, at);
    checkEntry(entry, sections, at);
  }
  checkTickets(auth, report);
}

function checkAuthmethod({ dynamic, providers }: Auth, index: number, report: Report): void {
  const authmethods: readonly (string | undefined)[] = dynamic.map(({ authmethod }) => authmethod);
  const authmethod = authmethods[index];
  if (authmethods.indexOf(authmethod) !== index) report(['authmethod'], 'each authmethod once');
  if (providers.methods.some(({ name }) => name === authmethod)) {
    report(['authmethod'], 'an authmethod that is not one of auth.providers.methods too');
  }
}

function checkEntry(
  entry: Auth['dynamic'][number],
  { realms, limits }: ProviderSections,
  report: Report,
): void {
  const { procedure, realm, timeout } = entry;
  if (isReservedUri(procedure)) report(['procedure'], 'a procedure that clients may register');
  if (realm !== undefined && realms?.some(({ name }) => name === realm) === false) {
    report(['realm'], 'one of the realms');
  }
  checkTimeout(timeout, limits, report);
  if (realms !== undefined) checkGrants(entry, realms, report);
}

function checkTickets({ dynamic, ticket }: Auth, report: Report): void {
  const place = ticket.kinds.indexOf('dynamic');
  const isKind = place !== -1;
  const isDecided = dynamic.some(({ authmethod }) => authmethod === 'ticket');
  if (isKind && ticket.kinds.includes('password')) {
    report(KINDS, 'either password or dynamic, as both take whatever no other kind takes');
  } else if (isKind && place !== ticket.kinds.length - 1) {
    report([...KINDS, place], 'dynamic at the end, as it takes whatever no other kind takes');
  }
  if (isKind && !isDecided) {
    report(['auth', 'dynamic'], 'an entry for ticket, as auth.ticket.kinds has dynamic');
  }
  if (!isKind && isDecided) {
    report(KINDS, 'the kind dynamic, as auth.dynamic has an entry for ticket');
  }
}
