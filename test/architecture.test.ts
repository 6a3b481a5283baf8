import { deepEqual, ok } from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { isDict } from '../src/router/protocol/options.js';
import { violationsIn } from './support/source-rules.js';

const ROOT = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');

describe('the sources', () => {
  it('keep to the floors, the owners of dependencies and the sizes of ARCHITECTURE.md', () => {
    const files = readdirSync(new URL('src', ROOT), { recursive: true, encoding: 'utf8' })
      .map((path) => `src/${path.replaceAll('\\', '/')}`)
      .filter((path) => path.endsWith('.ts'));
    ok(files.includes('src/router/realm.ts'));
    const manifest: unknown = JSON.parse(read('package.json'));
    const dependencies = isDict(manifest) ? manifest['dependencies'] : undefined;
    deepEqual(
      violationsIn(
        new Map(files.map((file) => [file, read(file)])),
        new Set(Object.keys(isDict(dependencies) ? dependencies : {})),
      ),
      [],
    );
  });
});

describe('violationsIn', () => {
  const dependencies = new Set(['ws', 'zod', 'express', 'pino', '@node-rs/argon2', 'commander']);
  const sources = {
    'src/router/index.ts': "export { Realm } from './realm.js';",
    'src/router/realm.ts': "import { isId } from './protocol/id.js';",
    'src/router/protocol/id.ts': "import { randomFillSync } from 'node:crypto';",
    'src/router/transport/a.ts': "import { WebSocket } from 'ws';",
    'src/web/app.ts': "import express from 'express';\nimport { Realm } from '../router/index.js';",
    'src/config/load.ts': "import { z } from 'zod';\nconst path = process.env['PATH'];",
    'src/auth/users/hash.ts': "import { hash } from '@node-rs/argon2';",
  };
  const check = (changes: object): string[] =>
    violationsIn(new Map(Object.entries({ ...sources, ...changes })), dependencies);

  it('finds nothing where all is well', () => {
    deepEqual(check({}), []);
  });

  const planted: readonly (readonly [file: string, text: string, violation: string])[] = [
    [
      'src/router/protocol/id.ts',
      "import type {\n  Transport,\n} from '../transport/a.js';",
      'src/router/protocol/id.ts imports src/router/transport/a.ts from a floor above',
    ],
    [
      'src/auth/a.ts',
      "import { app } from '../web/app.js';",
      'src/auth/a.ts imports src/web/app.ts from a floor above',
    ],
    [
      'src/web/b.ts',
      "import { Realm } from '../router/realm.js';",
      "src/web/b.ts imports src/router/realm.ts past the router's index",
    ],
    [
      'src/web/b.ts',
      "const { Realm } = await import('../router/realm.js');",
      "src/web/b.ts imports src/router/realm.ts past the router's index",
    ],
    ['src/a.ts', "import './b.js';", 'src/a.ts imports src/b.ts, which is not there'],
    ['src/a.ts', "export * from './a.js';", 'circle: src/a.ts > src/a.ts'],
    [
      'src/router/protocol/id.ts',
      "import type { Id } from './uri.js';",
      'circle: src/router/protocol/id.ts > src/router/protocol/uri.ts > src/router/protocol/id.ts',
    ],
    ['src/router/a.ts', "import 'ws';", 'src/router/a.ts imports ws, which it does not own'],
    ['src/a.ts', "import { z } from 'zod/v4';", 'src/a.ts imports zod, which it does not own'],
    ['src/a.ts', "import e from 'express';", 'src/a.ts imports express, which it does not own'],
    ['src/a.ts', "import { pino } from 'pino';", 'src/a.ts imports pino, which it does not own'],
    ['src/a.ts', "import 'commander';", 'src/a.ts imports commander, which it does not own'],
    [
      'src/auth/a.ts',
      "import { hash } from '@node-rs/argon2';",
      'src/auth/a.ts imports @node-rs/argon2, which it does not own',
    ],
    [
      'src/a.ts',
      "import fc from 'fast-check';",
      'src/a.ts imports fast-check, which is no dependency',
    ],
    ['src/a.ts', "import { join } from 'path';", 'src/a.ts imports path without node:'],
    ['src/web/b.ts', 'process.env.HOME;', 'src/web/b.ts reads process.env'],
    ['src/web/index.ts', '', 'src/web/index.ts is one index too many'],
    ['src/web/b.ts', 'a;\n'.repeat(301), 'src/web/b.ts is over 300 lines'],
  ];
  for (const [file, text, violation] of planted) {
    it(`finds: ${violation}`, () => {
      const uri = { 'src/router/protocol/uri.ts': "import type { Uri } from './id.js';" };
      deepEqual(check({ ...uri, [file]: text }), [violation]);
    });
  }
});
