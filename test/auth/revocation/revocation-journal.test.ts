import { deepEqual, equal, match, ok, throws } from 'node:assert/strict';
import { appendFileSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import {
  RevocationJournal,
  UnusableRevocationFile,
} from '../../../src/auth/revocation/revocation-journal.js';
import { Revocations } from '../../../src/auth/revocation/revocations.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { RecordingLogger } from '../../web/running-web.js';

const DAY_MS = 86_400_000;

/** Revocations with a journal in a folder of their own, as often as it is started. */
function journal(t: TestContext, { max = 100 } = {}) {
  const file = join(temporaryFolder(t), 'data', 'revocations');
  const logger = new RecordingLogger();
  const start = (): Revocations =>
    new Revocations({
      keepMs: DAY_MS,
      max,
      store: new RevocationJournal({ file, logger }),
    });
  return { file, logger, start };
}

const now = (): number => Math.floor(Date.now() / 1000);
const ofToken = (id: string, issuedAt = now()) => ({
  proof: { subject: 'alice', id, issuedAt },
  expiresAt: Date.now() + 60_000,
});

describe('RevocationJournal', () => {
  it('brings back after a restart what was revoked', (t) => {
    const { start } = journal(t);
    const before = start();
    before.revokeToken('jti-1');
    before.revokeLogin('login-1');
    const then = now() - 5;
    before.revokeUsers(['bob'], then);
    const after = start();
    equal(after.size, 3);
    equal(after.isRevoked(ofToken('jti-1')), true);
    equal(after.isRevoked({ login: 'login-1' }), true);
    const bob = (issuedAt: number) => ({ proof: { subject: 'bob', issuedAt }, expiresAt: 1 });
    equal(after.isRevoked(bob(then - 1)), true);
    equal(after.isRevoked(bob(then)), false);
    equal(after.isRevoked(ofToken('jti-2')), false);
  });

  it('has it written when the call returns, for nobody else to read', (t) => {
    const { file, start } = journal(t);
    start().revokeToken('jti-1');
    const [, line = ''] = readFileSync(file, 'utf8').split('\n');
    const { kind, id } = JSON.parse(line) as Record<string, unknown>;
    deepEqual([kind, id], ['token', 'jti-1']);
    equal(statSync(file).mode & 0o777, 0o600);
  });

  it('remembers what had to be forgotten', (t) => {
    const { start } = journal(t, { max: 1 });
    const before = start();
    before.revokeToken('jti-1');
    before.revokeToken('jti-2');
    equal(start().isRevoked(ofToken('jti-9', now() - 60)), true);
  });

  it('ignores a torn last line, which nobody was told of', (t) => {
    const { file, logger, start } = journal(t);
    start().revokeToken('jti-1');
    appendFileSync(file, '{"kind":"token","id":"jti-');
    const after = start();
    equal(after.isRevoked(ofToken('jti-1')), true);
    equal(after.isRevoked(ofToken('jti-9', now() - 60)), false);
    ok(!logger.lines.some((line) => line.includes('make no sense')));
  });

  for (const [name, line] of [
    ['no JSON', '{"kind":'],
    ['another kind', '{"kind":"house","id":"a","before":1,"until":2}'],
    ['no id', '{"kind":"token","before":1,"until":2}'],
    ['no time', '{"kind":"token","id":"a","before":1,"until":"2"}'],
    ['a list', '[]'],
  ] as const) {
    it(`refuses all older tokens where a line makes no sense: ${name}`, (t) => {
      const { file, logger, start } = journal(t);
      start().revokeToken('jti-1');
      appendFileSync(file, `${line}\n`);
      appendFileSync(file, '{"kind":"token","id":"jti-2","before":1,"until":1e15}\n');
      const after = start();
      equal(after.isRevoked(ofToken('jti-2', now() + 60)), true);
      equal(after.isRevoked(ofToken('jti-9', now() - 60)), true);
      equal(after.isRevoked(ofToken('jti-9', now() + 60)), false);
      match(logger.lines.at(-1) ?? '', /make no sense/u);
      equal(start().isRevoked(ofToken('jti-9', now() - 60)), true);
    });
  }

  it('writes no more than a line or two where each makes another be forgotten', (t) => {
    const { file, start } = journal(t, { max: 10 });
    const revocations = start();
    for (let count = 0; count < 30; count += 1) revocations.revokeToken(`jti-${count}`);
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    ok(lines.length > 30 && lines.length <= 60, `${lines.length} lines`);
    equal(start().size, 10);
  });

  it('has many users written at once', (t) => {
    const { start } = journal(t);
    start().revokeUsers(['alice', 'bob', 'carol']);
    equal(start().size, 3);
  });

  it('is written anew when most of its lines are of no use', (t) => {
    const { file, start } = journal(t);
    const revocations = start();
    revocations.revokeToken('jti-1');
    const again = new Array<string>(600).fill('alice');
    for (let count = 0; count < 4; count += 1) revocations.revokeUsers(again);
    const lines = readFileSync(file, 'utf8').trim().split('\n').length;
    ok(lines < 1200, `${lines} lines`);
    equal(start().isRevoked(ofToken('jti-1')), true);
  });

  it('says once that it cannot be written, and writes the whole when it can again', (t) => {
    const { file, logger, start } = journal(t);
    const revocations = start();
    rmSync(join(file, '..'), { recursive: true });
    writeFileSync(join(file, '..'), 'in the way');
    revocations.revokeToken('jti-1');
    revocations.revokeToken('jti-2');
    equal(logger.lines.filter((line) => line.includes('cannot be written')).length, 1);
    equal(revocations.isRevoked(ofToken('jti-1')), true);
    rmSync(join(file, '..'));
    revocations.revokeToken('jti-3');
    match(logger.lines.at(-1) ?? '', /are written to their file again/u);
    equal(start().isRevoked(ofToken('jti-1')), true);
  });

  it('gives up what another process took over', (t) => {
    const { logger, start } = journal(t);
    const first = start();
    const second = start();
    first.revokeToken('jti-1');
    match(logger.lines.at(-1) ?? '', /another process took over/u);
    second.revokeToken('jti-2');
    const third = start();
    equal(third.isRevoked(ofToken('jti-1')), false);
    equal(third.isRevoked(ofToken('jti-2')), true);
  });

  it('cannot be opened where there is no plain file', (t) => {
    const { file, start } = journal(t);
    mkdirSync(file, { recursive: true });
    throws(start, (error) => {
      ok(error instanceof UnusableRevocationFile);
      match(error.message, /revocations cannot be used: not a plain file/u);
      return true;
    });
  });
});
