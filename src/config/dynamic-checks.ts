import type { ConfigPath } from './config-node.js';
import { checkGrants, checkTimeout, type ProviderSections } from './provider-checks.js';
import { isReservedUri } from '../router/index.js';

type Report = (path: ConfigPath, expected: string) => void;

const TICKET = 'ticket';
const KIND = 'dynamic';

/** What is wrong about procedures that decide who somebody is. */
export function checkDynamic(sections: ProviderSections, report: Report): void {
  const { auth, realms, limits } = sections;
  if (auth === undefined) return;
  const { dynamic, providers } = auth;
  const authmethods = dynamic.map(({ authmethod }) => authmethod);
  for (const [index, entry] of dynamic.entries()) {
    const { authmethod, procedure, realm, timeout } = entry;
    const at: Report = (path, expected) => {
      report(['auth', 'dynamic', index, ...path], expected);
    };
    if (authmethods.indexOf(authmethod) !== index) at(['authmethod'], 'each authmethod once');
    if (providers.methods.some(({ name }) => name === authmethod)) {
      at(['authmethod'], 'an authmethod that is not one of auth.providers.methods too');
    }
    if (isReservedUri(procedure)) at(['procedure'], 'a procedure that clients may register');
    if (realm !== undefined && realms?.some(({ name }) => name === realm) === false) {
      at(['realm'], 'one of the realms');
    }
    checkTimeout(timeout, limits, at);
    if (realms !== undefined) checkGrants(entry, realms, at);
  }
  const isKind = auth.ticket.kinds.some((kind) => kind === KIND);
  if (isKind && !authmethods.includes(TICKET)) {
    report(['auth', 'dynamic'], 'an entry for ticket, as auth.ticket.kinds has dynamic');
  }
  if (!isKind && authmethods.includes(TICKET)) {
    report(
      ['auth', 'ticket', 'kinds'],
      'the kind dynamic, as auth.dynamic has an entry for ticket',
    );
  }
}
