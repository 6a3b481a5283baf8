import { deepEqual, equal, match, rejects } from 'node:assert/strict';
import { chmod, lstat, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';

import { UsersFileWriter } from '../../src/config/users-file-writer.js';
import { parseYaml } from '../../src/config/yaml-document.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const FORMER = '$apr1$r31.....$yp2v4/1tp43pzs.ewzgmJ1';
const HASH =
  '$argon2id$v=19$m=19456,t=2,p=1$wg00D0H93c3l8/HbFIAGMg$dz4TW+brLcOA6Sdu48L62eIp59GDYTKrP9QE93xNn/w';
const TEXT = `# Our users.
users:
  - username:   ada   # who came first
    role: admin
    password: ${FORMER} # from the old system
  - { username: "bob", role: user, password: "${FORMER}", disabled: true }   # in one line
  - username: cleo
    role: user
    password: &old '${FORMER}'
  - username: dan
    role: user
    password: *old
`;

async function fileOf(t: TestContext, text = TEXT): Promise<string> {
  const path = join(temporaryFolder(t), 'users.yaml');
  await writeFile(path, text, { mode: 0o640 });
  await chmod(path, 0o640);
  return path;
}

describe('UsersFileWriter', () => {
  it('changes the hash and nothing else, and the file stays YAML', async (t) => {
    const path = await fileOf(t);
    const writer = new UsersFileWriter(path);
    const done = ['ada', 'bob'].map((username) =>
      writer.replace({ username, former: FORMER, hash: HASH }),
    );
    deepEqual(await Promise.all(done), [true, true]);
    const text = await readFile(path, 'utf8');
    equal(text, TEXT.replace(FORMER, `'${HASH}'`).replace(`"${FORMER}"`, `'${HASH}'`));
    deepEqual(parseYaml(text, (line) => ({ file: 'x', line, column: 1 })).problems, []);
  });

  it('keeps the mode, leaves no other file and no link behind that led to it', async (t) => {
    const path = await fileOf(t);
    const link = `${path}.link`;
    await symlink(path, link);
    const change = { username: 'ada', former: FORMER, hash: HASH };
    equal(await new UsersFileWriter(link).replace(change), true);
    equal((await stat(path)).mode & 0o777, 0o640);
    equal((await lstat(link)).isSymbolicLink(), true);
    match(await readFile(path, 'utf8'), /argon2id/);
    deepEqual(await readdir(join(path, '..')), ['users.yaml', 'users.yaml.link']);
  });

  const untouched: readonly (readonly [string, string, string])[] = [
    ['of a user who is not there', 'eve', FORMER],
    ['that has changed meanwhile', 'ada', `${FORMER}x`],
    ['that others refer to', 'cleo', FORMER],
    ['that is written elsewhere', 'dan', FORMER],
  ];
  for (const [what, username, former] of untouched) {
    it(`leaves a hash ${what}`, async (t) => {
      const path = await fileOf(t);
      equal(await new UsersFileWriter(path).replace({ username, former, hash: HASH }), false);
      equal(await readFile(path, 'utf8'), TEXT);
    });
  }

  it('leaves a file that is broken', async (t) => {
    const path = await fileOf(t, `${TEXT}  - [\n`);
    const change = { username: 'ada', former: FORMER, hash: HASH };
    equal(await new UsersFileWriter(path).replace(change), false);
  });

  it('rejects for a file that is not there, and goes on', async (t) => {
    const path = join(temporaryFolder(t), 'users.yaml');
    const writer = new UsersFileWriter(path);
    const change = { username: 'ada', former: FORMER, hash: HASH };
    await rejects(writer.replace(change), /ENOENT/);
    await writeFile(path, TEXT);
    equal(await writer.replace(change), true);
  });
});
