import { deepEqual, equal, match, rejects } from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { configuredRevocations } from '../../src/authentication/configured-revocations.js';
import { RecordingLogger } from '../web/running-web.js';
import { ConfigurationFolder, MINIMAL } from './configuration-folder.js';

const folderOf = (t: TestContext, text = ''): Promise<ConfigurationFolder> =>
  ConfigurationFolder.make(t, { 'a.yaml': `${MINIMAL}${text}` });

describe('the configuration of what becomes of sessions when their tokens end', () => {
  it('lets a client come back unless it says otherwise', async (t) => {
    const { config } = await (await folderOf(t)).load('a.yaml');
    equal(config.expiry.action, 'close');
    deepEqual(config.realms[0]?.expiry, {});
  });

  it('has it as it is told, for all and for one realm', async (t) => {
    const folder = await folderOf(t, 'expiry: { action: goodbye }\n');
    const { config } = await folder.load('a.yaml', {
      EXPRESSWAY_REALMS__0__EXPIRY__GRACE: '3s',
      EXPRESSWAY_REALMS__0__EXPIRY__ACTION: 'close',
    });
    equal(config.expiry.action, 'goodbye');
    deepEqual(config.realms[0]?.expiry, { graceMs: 3000, action: 'close' });
  });

  it('knows no other action', async (t) => {
    const folder = await folderOf(t, 'expiry: { action: abort }\n');
    await rejects(folder.load('a.yaml'), /expiry\/action: expected one of close, goodbye/u);
  });
});

describe('the configuration of revocations', () => {
  it('names a file relative to the one that it stands in', async (t) => {
    const { config } = await (await folderOf(t)).load('a.yaml');
    deepEqual(config.auth.revocation, { file: undefined, max: 100_000 });
    const folder = await folderOf(t, '  revocation: { file: run/revoked, max: 7 }\n');
    deepEqual((await folder.load('a.yaml')).config.auth.revocation, {
      file: folder.file('run/revoked'),
      max: 7,
    });
  });

  it('without a file is worth a warning in production', async (t) => {
    const { config } = await (await folderOf(t)).load('a.yaml');
    const logger = new RecordingLogger();
    configuredRevocations(config, logger);
    deepEqual(logger.lines, []);
    configuredRevocations({ ...config, production: true }, logger);
    equal(logger.lines.length, 1);
    match(logger.lines.join(), /"warn".*auth\.revocation\.file is not set/u);
  });

  it('with a file brings back what was revoked, within its bound', async (t) => {
    const folder = await folderOf(t);
    const { config } = await folder.load('a.yaml', {
      EXPRESSWAY_AUTH__REVOCATION__FILE: folder.file('revoked'),
      EXPRESSWAY_AUTH__REVOCATION__MAX: '2',
    });
    const logger = new RecordingLogger();
    const revocations = configuredRevocations(config, logger);
    for (const id of ['a', 'b', 'c']) revocations.revokeToken(id);
    equal(revocations.size, 2);
    equal(configuredRevocations(config, logger).size, 2);
  });
});
