import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LoginLimiter } from '../../src/web/login-limiter.js';
import { PasswordLogin } from '../../src/web/password-login.js';
import { PasswordCheckOverload, RecordingLogger, RecordingUsers } from './running-web.js';

function setUp(perUser = 2): [PasswordLogin, RecordingUsers, RecordingLogger] {
  const users = new RecordingUsers();
  const logger = new RecordingLogger();
  return [new PasswordLogin(users, new LoginLimiter({ perUser }), logger), users, logger];
}

const right = { username: 'admin', password: 'kitten' };
const wrong = { username: 'admin', password: 'canary-password' };

describe('PasswordLogin', () => {
  it('gives the user, or undefined', async () => {
    const [passwords] = setUp();
    assert.deepEqual(await passwords.verify(right, '::1'), {
      id: 'admin',
      username: 'admin',
      role: 'admin',
    });
    assert.equal(await passwords.verify(wrong, '::1'), undefined);
  });

  it('rejects with 429 and Retry-After, asking nobody, once there were too many failures', async () => {
    const [passwords, users] = setUp();
    await passwords.verify(wrong, '::1');
    await passwords.verify(wrong, '::1');
    const headers = { 'Retry-After': '60' };
    await assert.rejects(passwords.verify(right, '::1'), {
      name: 'HttpProblem',
      status: 429,
      headers,
    });
    assert.equal(users.checked.length, 2);
  });

  it('rejects with 503 and Retry-After when the queue of checks is full, and counts no failure', async () => {
    const [passwords, users] = setUp(1);
    users.failure = new PasswordCheckOverload();
    const problem = { name: 'HttpProblem', status: 503, headers: { 'Retry-After': '1' } };
    await assert.rejects(passwords.verify(wrong, '::1'), problem);
    await assert.rejects(passwords.verify(wrong, '::1'), problem);
  });

  it('passes any other failure on, and counts none', async () => {
    const [passwords, users] = setUp(1);
    users.failure = new Error('the directory is away');
    await assert.rejects(passwords.verify(right, '::1'), users.failure);
    await assert.rejects(passwords.verify(right, '::1'), users.failure);
  });

  it('logs failures and refusals with the address, without name and password', async () => {
    const [passwords, , logger] = setUp(1);
    await passwords.verify(wrong, '192.0.2.9');
    await assert.rejects(passwords.verify(wrong, '192.0.2.9'));
    assert.deepEqual(logger.lines, [
      '{"level":"info","message":"log-in failed","peer":"192.0.2.9"}',
      '{"level":"warn","message":"log-in refused: too many wrong passwords","peer":"192.0.2.9"}',
    ]);
  });
});
