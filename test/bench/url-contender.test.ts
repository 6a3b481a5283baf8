import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseUrlContender } from '../../bench/contenders/url-contender.js';

const ANYWHERE = { core: undefined };

describe('parseUrlContender', () => {
  it('reads address, realm, ticket and process', async () => {
    const text = `nexus=ws://127.0.0.1:8080/ws?x=1,realm=r,authid=a,ticket=t=1,pid=${process.pid}`;
    const contender = parseUrlContender(text);
    assert.deepEqual([contender.name, contender.isByUrl], ['nexus', true]);
    const running = await contender.start(ANYWHERE);
    assert.deepEqual(running.endpoint, {
      host: '127.0.0.1',
      port: 8080,
      path: '/ws?x=1',
      credentials: { realm: 'r', authmethod: 'ticket', authid: 'a', token: 't=1' },
    });
  });

  it('is anonymous in realm1 and knows no process by default', async () => {
    const running = await parseUrlContender('crossbar=ws://[::1]/').start(ANYWHERE);
    assert.deepEqual(running.endpoint?.credentials, { realm: 'realm1', authmethod: 'anonymous' });
    assert.deepEqual([running.endpoint.host, running.endpoint.port], ['::1', 80]);
    assert.deepEqual(
      [await running.cpuSeconds(), await running.rssBytes()],
      [undefined, undefined],
    );
  });

  it('rejects a process that is not there', async () => {
    const running = await parseUrlContender('nexus=ws://localhost/,pid=999999999').start(ANYWHERE);
    await assert.rejects(running.cpuSeconds(), /^Error: no process 999999999/);
  });

  const wrong: readonly [string, string][] = [
    ['nexus', 'expected NAME=ws://HOST:PORT/PATH'],
    ['=ws://127.0.0.1/', 'expected NAME=ws://HOST:PORT/PATH'],
    ['Nexus!=ws://127.0.0.1/', 'expected NAME=ws://HOST:PORT/PATH'],
    ['nexus=wss://127.0.0.1/', 'wss://127.0.0.1/: expected a ws:// URL'],
    ['nexus=8080', '8080: expected a ws:// URL'],
    [
      'nexus=ws://h/,role=a',
      'role=a: expected each of realm, authid, ticket, pid once, as KEY=VALUE',
    ],
    [
      'nexus=ws://h/,pid=1,pid=2',
      'pid=2: expected each of realm, authid, ticket, pid once, as KEY=VALUE',
    ],
    ['nexus=ws://h/,pid=one', 'pid=one: expected a number'],
    ['nexus=ws://h/,ticket=t', 'authid and ticket go together'],
  ];
  for (const [text, message] of wrong) {
    it(`refuses ${text}`, () => {
      assert.throws(() => parseUrlContender(text), new SyntaxError(message));
    });
  }
});
