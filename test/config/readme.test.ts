import { deepEqual, equal, ok } from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

import { findNode, plainValue, type ConfigNode } from '../../src/config/config-node.js';
import { variableName } from '../../src/config/environment.js';
import { DEFAULT_CONFIG_FILE } from '../../src/config/load.js';
import { configSchema } from '../../src/config/schema.js';
import { leafKeys } from '../../src/config/schema-walk.js';
import { parseYaml } from '../../src/config/yaml-document.js';
import { ConfigurationFolder, SESSION_SECRET, TOKEN_SECRET } from './configuration-folder.js';

const README = fileURLToPath(new URL('../../../config/README.md', import.meta.url));

interface Row {
  readonly key: string;
  readonly default: string;
  readonly meaning: string;
  readonly variable: string;
}

const readme = await readFile(README, 'utf8');
const rows: readonly Row[] = [
  ...readme.matchAll(/^\| `([^`]+)` +\| (\S.*?) +\| (\S.*?) +\| `(EXPRESSWAY_[^`]+)` *\|$/gm),
].map(([, key = '', value = '', meaning = '', variable = '']) => ({
  key,
  default: value,
  meaning,
  variable,
}));

const defaults = parseYaml(await readFile(DEFAULT_CONFIG_FILE, 'utf8'), () => ({
  variable: '',
})).node;

const spell = (node: ConfigNode | undefined): string => {
  if (node?.kind === 'list') return `\`[${node.items.map(plainValue).join(', ')}]\``;
  return node?.kind === 'scalar' && node.value !== null ? `\`${String(node.value)}\`` : '–';
};

describe('config/README.md', () => {
  it('has a row for each key of the schema, and no other', () => {
    deepEqual(rows.map((row) => row.key).sort(), [...leafKeys(configSchema)].sort());
  });

  it('tells the defaults of config/default.yaml', () => {
    ok(defaults);
    const plain = rows.filter((row) => !row.key.includes('[]'));
    ok(plain.length > 60);
    deepEqual(
      plain.map((row) => [row.key, row.default]),
      plain.map((row) => [row.key, spell(findNode(defaults, row.key.split('.')))]),
    );
  });

  it('tells the defaults of the items of lists', () => {
    const items = rows.filter((row) => row.key.includes('[]') && row.default !== '–');
    deepEqual(
      items.map((row) => [row.key, row.default]),
      [
        ['listeners[].name', 'required'],
        ['listeners[].type', 'required'],
        ['listeners[].trusted', '`false`'],
        ['realms[].name', 'required'],
        ['realms[].disclosure', '`on_request`'],
        ['realms[].uri_check', '`loose`'],
        ['realms[].retention.topics', '`10000`'],
        ['realms[].retention.bytes', '`64MiB`'],
        ['realms[].history[].uri', 'required'],
        ['realms[].history[].match', '`exact`'],
        ['realms[].history[].events', '`1000`'],
        ['realms[].call_queue', '`1000`'],
        ['realms[].force_reregister', '`false`'],
        ['realms[].thruway.state_handlers', '`false`'],
        ['realms[].thruway.multiregister', '`false`'],
        ['realms[].thruway.replace_orphaned_session', '`false`'],
        ['realms[].thruway.meta_events', '`false`'],
        ['realms[].thruway.authorization', '`false`'],
        ['realms[].roles[].name', 'required'],
        ['realms[].roles[].permissions[].uri', 'required'],
        ['realms[].roles[].permissions[].match', '`exact`'],
        ['auth.jwt.keys[].alg', 'required'],
        ['auth.jwt.keys[].sign', '`false`'],
        ['auth.jwt.jwks[].uri', 'required'],
        ['auth.jwt.jwks[].issuer', 'required'],
        ['auth.jwt.jwks[].algorithms', '`[RS256]`'],
        ['auth.jwt.jwks[].cache', '`10m`'],
        ['auth.jwt.jwks[].cooldown', '`30s`'],
        ['auth.jwt.jwks[].timeout', '`3s`'],
        ['auth.providers.methods[].name', 'required'],
        ['auth.providers.methods[].realms', 'required'],
        ['auth.providers.methods[].roles', 'required'],
        ['auth.dynamic[].authmethod', 'required'],
        ['auth.dynamic[].procedure', 'required'],
        ['auth.dynamic[].realms', 'required'],
        ['auth.dynamic[].roles', 'required'],
      ],
    );
  });

  it('tells the variable of each key', () => {
    for (const { key, variable } of rows) {
      equal(variable, variableName(key.replaceAll('[]', '.0').split('.')));
    }
  });

  it('shows a configuration for production that is accepted in production', async (t) => {
    const yaml = /## A configuration for production\n\n```yaml\n([^]*?)```/.exec(readme)?.[1];
    ok(yaml);
    const folder = await ConfigurationFolder.make(t, {
      'a.yaml': yaml,
      'users.yaml': 'users: []\n',
      'token.key': TOKEN_SECRET,
      'app.key': TOKEN_SECRET.toUpperCase(),
      'session.key': SESSION_SECRET,
    });
    deepEqual(await folder.problems('a.yaml', { NODE_ENV: 'production' }), []);
  });
});
