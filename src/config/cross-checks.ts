import type { ConfigProblem } from './config-error.js';
import type { ConfigNode, ConfigPath } from './config-node.js';
import { checkDynamic } from './dynamic-checks.js';
import { checkListeners } from './listener-checks.js';
import { checkProviders, rolesOf } from './provider-checks.js';
import { checkMethods } from './method-checks.js';
import type { ConfigInput } from './schema.js';
import { checkTicket } from './ticket-checks.js';
import { problem } from './validate.js';
import { checkWebApp } from './web-app-checks.js';

/** The sections that are in order by themselves; the others are undefined. */
export type Sections = { readonly [Name in keyof ConfigInput]: ConfigInput[Name] | undefined };

type Report = (path: ConfigPath, expected: string) => void;

/** What is wrong between keys that are each right by themselves. Looks at the sections that are in order. */
export function crossCheck(
  root: ConfigNode,
  sections: Sections,
  production: boolean,
): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const report: Report = (path, expected) => problems.push(problem(root, path, expected));
  checkNames(sections, report);
  checkDisclosure(sections, report);
  const roles = rolesOf(sections);
  checkListeners({ ...sections, roles }, report);
  checkProviders(sections, report);
  checkDynamic(sections, report);
  checkAuth(sections, report, production);
  checkJwt(sections, report);
  checkTicket({ ...sections, roles }, report);
  checkApi(sections, report);
  checkWebApp(sections, report);
  checkMethods(sections, report);
  const { limits } = sections;
  if (limits !== undefined && limits.auth < limits.hello) {
    report(['limits', 'auth'], 'at least the duration of limits.hello, which it includes');
  }
  return problems;
}

function checkNames({ realms = [] }: Sections, report: Report): void {
  for (const index of repeated(realms)) report(['realms', index, 'name'], 'each realm once');
  for (const [index, { roles, history }] of realms.entries()) {
    for (const role of repeated(roles)) {
      report(['realms', index, 'roles', role, 'name'], 'each role of a realm once');
    }
    const patterns = history.map(({ uri, match }) => ({ name: `${match} ${uri}` }));
    for (const each of repeated(patterns)) {
      report(['realms', index, 'history', each, 'uri'], 'each topic or pattern once');
    }
  }
}

/** A realm that discloses nobody is not to be opened by one of its permissions. */
function checkDisclosure({ realms = [] }: Sections, report: Report): void {
  for (const [realm, { disclosure, roles }] of realms.entries()) {
    if (disclosure !== 'never') continue;
    for (const [role, { permissions }] of roles.entries()) {
      for (const [permission, { disclose }] of permissions.entries()) {
        for (const who of ['caller', 'publisher'] as const) {
          if (disclose[who] !== true) continue;
          const path = ['realms', realm, 'roles', role, 'permissions', permission, 'disclose', who];
          report(path, 'no true in a realm whose disclosure is never');
        }
      }
    }
  }
}

function repeated(items: readonly { readonly name: string }[]): readonly number[] {
  const names = items.map((item) => item.name);
  return [...names.keys()].filter((index) => names.indexOf(names[index] ?? '') !== index);
}

function checkAuth({ auth }: Sections, report: Report, production: boolean): void {
  if (auth === undefined) return;
  const { jwt, session, login } = auth;
  if (jwt.ttl > jwt.max_ttl) report(['auth', 'jwt', 'ttl'], 'at most the duration of max_ttl');
  checkSigningKey(jwt.keys, report);
  checkCookie(session.cookie, report, production);
  if (login.lock > login.max_lock) {
    report(['auth', 'login', 'lock'], 'at most the duration of max_lock');
  }
}

function checkJwt({ auth, listeners = [] }: Sections, report: Report): void {
  if (auth === undefined || auth.jwt.keys.length + auth.jwt.jwks.length > 0) return;
  if (auth.providers.methods.some(({ name }) => name === 'jwt')) return;
  const listener = listeners.find(({ authmethods }) => authmethods?.includes('jwt'));
  if (auth.order.includes('jwt')) {
    report(['auth', 'jwt', 'keys'], 'at least one key, as auth.order has jwt');
  } else if (listener !== undefined) {
    report(['auth', 'jwt', 'keys'], `at least one key, as listener ${listener.name} has jwt`);
  }
}

function checkApi({ auth, realms, public: open }: Sections, report: Report): void {
  if (auth !== undefined) checkApiAuth(auth, realms, report);
  if (open === undefined || open.api_path === null) return;
  if (open.api_path === open.ws_path || open.api_path === open.longpoll_path) {
    report(['public', 'api_path'], 'a path of its own');
  }
}

function checkApiAuth(
  { api: { realm, audience }, jwt }: ConfigInput['auth'],
  realms: Sections['realms'],
  report: Report,
): void {
  if (realm !== null && realms?.some(({ name }) => name === realm) === false) {
    report(['auth', 'api', 'realm'], 'the name of one of the realms');
  }
  if (audience !== null && audience === jwt.audience) {
    report(['auth', 'api', 'audience'], 'another audience than auth.jwt.audience, or null');
  }
}

// Outside production nothing makes a cookie Secure, and browsers drop these without a word.
function checkCookie(cookie: string, report: Report, production: boolean): void {
  const path = ['auth', 'session', 'cookie'];
  if (production && !cookie.startsWith('__Host-')) {
    report(path, 'in production a name that begins with __Host-');
  }
  if (!production && /^__(?:Host|Secure)-/i.test(cookie)) {
    report(
      path,
      'outside production a name such as sid, as the prefixes __Host- and __Secure- need HTTPS (or set NODE_ENV=production)',
    );
  }
}

// Tokens of our own carry auth.jwt's issuer and audience and `sub`; a key that expects others would refuse them.
function checkSigningKey(keys: ConfigInput['auth']['jwt']['keys'], report: Report): void {
  const index = keys.findIndex((key) => key.sign);
  for (const name of ['issuer', 'audience', 'claims'] as const) {
    if (keys[index]?.[name] === undefined) continue;
    report(['auth', 'jwt', 'keys', index, name], `no ${name} on the key that signs`);
  }
}
