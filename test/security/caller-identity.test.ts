// W10, against the started application: who publishes and who calls is what the session says, and who may hear it what its publisher says.
import { deepEqual, equal } from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Application } from '../../src/application.js';
import { startTestApplication, webSocketUrl } from '../support/application.js';
import { makeToken } from '../support/tokens.js';
import { joinWithToken, type WireClient } from '../support/wire-client.js';

const TOPIC = 'com.example.status.changed';
const FORGED = {
  ...{ publisher: 1, publisher_authid: 'root', publisher_authrole: 'internal' },
  ...{ caller: 1, caller_authid: 'root', caller_authrole: 'internal' },
};

const start = (t: TestContext): Promise<Application> =>
  startTestApplication(t, { EXPRESSWAY_REALMS__0__DISCLOSURE: 'on_request' });

interface Member {
  readonly client: WireClient;
  readonly id: unknown;
}

async function join(t: TestContext, application: Application, sub: string): Promise<Member> {
  const token = makeToken({ claims: { sub } });
  const { client, answer } = await joinWithToken(t, webSocketUrl(application), token);
  return { client, id: answer[1] };
}

async function subscriber(t: TestContext, application: Application, sub: string): Promise<Member> {
  const member = await join(t, application, sub);
  member.client.send([32, 1, {}, TOPIC]);
  equal((await member.client.receive())[0], 33);
  return member;
}

describe('W10: who acts', () => {
  it('is who the session is of, whatever options and arguments say', async (t) => {
    const application = await start(t);
    const ryan = await subscriber(t, application, 'ryan');
    const admin = await join(t, application, 'admin');
    admin.client.send([16, 1, { ...FORGED, disclose_me: true }, TOPIC, [], FORGED]);
    const [, , , event, , kwargs] = await ryan.client.receive();
    deepEqual(event, {
      publisher: admin.id,
      publisher_authid: 'admin',
      publisher_authrole: 'admin',
    });
    deepEqual(kwargs, FORGED);
    const callee = await join(t, application, 'admin');
    callee.client.send([64, 1, {}, 'com.example.who']);
    equal((await callee.client.receive())[0], 65);
    admin.client.send([48, 2, { ...FORGED, disclose_me: true }, 'com.example.who', [], FORGED]);
    const [, , , invocation, , claimed] = await callee.client.receive();
    deepEqual(invocation, { caller: admin.id, caller_authid: 'admin', caller_authrole: 'admin' });
    deepEqual(claimed, FORGED);
  });

  it('is not told where nobody asked for it, forged or not', async (t) => {
    const application = await start(t);
    const ryan = await subscriber(t, application, 'ryan');
    const admin = await join(t, application, 'admin');
    admin.client.send([16, 1, FORGED, TOPIC]);
    deepEqual((await ryan.client.receive())[3], {});
  });
});

describe('W10: the lists of a publication', () => {
  it('decide who receives it', async (t) => {
    const application = await start(t);
    const [ryan, other] = [
      await subscriber(t, application, 'ryan'),
      await subscriber(t, application, 'ryan'),
    ];
    const member = await subscriber(t, application, 'admin');
    const publisher = await join(t, application, 'admin');
    const options: readonly object[] = [
      { exclude: [other.id, member.id] },
      { eligible: [ryan.id] },
      { eligible: [ryan.id, other.id], exclude: [other.id] },
      { exclude_authid: ['admin'], exclude: [other.id] },
      { eligible_authid: ['ryan'], exclude: [other.id] },
      { eligible_authrole: ['user'], exclude: [other.id] },
      { exclude_authrole: ['admin'], exclude: [other.id] },
    ];
    for (const [index, each] of options.entries()) {
      publisher.client.send([16, index + 1, each, TOPIC, [index]]);
      deepEqual((await ryan.client.receive())[4], [index]);
    }
    // One for all: the first that the others hear of.
    publisher.client.send([16, options.length + 1, {}, TOPIC, ['all']]);
    for (const { client } of [ryan, other, member]) {
      deepEqual((await client.receive())[4], ['all']);
    }
  });

  it('are no longer than a message, and no slower than that', async (t) => {
    const application = await start(t);
    const ryan = await subscriber(t, application, 'ryan');
    const { client } = await join(t, application, 'admin');
    const publish = (request: number, bytes: number): string => {
      const head = `[16,${request},{"exclude":[`;
      const tail = `7]},"${TOPIC}",[${request}]]`;
      const room = bytes - head.length - tail.length;
      return head + '7,'.repeat(room / 2) + ' '.repeat(room % 2) + tail;
    };
    client.send(publish(1, 64 * 1024));
    deepEqual((await ryan.client.receive())[4], [1]);
    client.send(publish(2, 64 * 1024 + 1));
    equal(await client.closed, 1009);
  });
});
