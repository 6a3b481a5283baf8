import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict';
import { createPrivateKey, sign } from 'node:crypto';
import { once } from 'node:events';
import { describe, it, type TestContext } from 'node:test';
import { WebSocket, type ClientOptions } from 'ws';
import { isDict } from '../../src/router/protocol/options.js';
import { Arrivals } from '../support/autobahn-client.js';
import { ALICE, FORGED, STRANGER, type ClientPair } from '../support/client-certificates.js';
import {
  PASSWORD,
  PRIVATE_KEY,
  PUBLIC_KEY,
  startMethodsApplication,
} from '../support/methods-application.js';
import { TLS_CERT } from '../support/tls-pair.js';

type Message = readonly unknown[];

interface Client {
  readonly send: (message: Message) => void;
  readonly receive: () => Promise<Message>;
  readonly closed: Promise<number>;
}

const dict = (value: unknown): Readonly<Record<string, unknown>> => (isDict(value) ? value : {});

/** Connects in JSON, and says HELLO with these details. */
async function hello(
  t: TestContext,
  url: string,
  details: object,
  tls: ClientOptions = {},
): Promise<Client> {
  const socket = new WebSocket(url, ['wamp.2.json'], { ca: TLS_CERT, ...tls });
  const messages = new Arrivals<Message>();
  socket.on('message', (data: Buffer) => {
    messages.add(JSON.parse(data.toString()) as Message);
  });
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  t.after(() => {
    socket.on('error', () => undefined);
    socket.terminate();
  });
  await once(socket, 'open');
  const send = (message: Message): void => {
    socket.send(JSON.stringify(message));
  };
  send([1, 'realm1', { roles: { caller: {} }, ...details }]);
  return { send, receive: () => messages.next(), closed };
}

const reasonOf = ([type, , reason]: Message): unknown =>
  type === 3 ? reason : `message ${String(type)}`;
const seed = Buffer.concat([
  Buffer.from('302e020100300506032b657004220420', 'hex'),
  Buffer.from(PRIVATE_KEY, 'hex'),
]);
const key = createPrivateKey({ key: seed, format: 'der', type: 'pkcs8' });
const signed = (message: Buffer): string =>
  sign(null, message, key).toString('hex') + message.toString('hex');

describe('the choice of a method (W6)', () => {
  for (const [authmethods, reason] of [
    [['foo'], 'wamp.error.no_matching_auth_method'],
    [['foo', 'cookie'], 'wamp.error.no_matching_auth_method'],
    [['__proto__'], 'wamp.error.no_matching_auth_method'],
  ] as const) {
    it(`refuses ${JSON.stringify(authmethods)} at once, though anonymous could get in`, async (t) => {
      const { urlOf } = await startMethodsApplication(t);
      const client = await hello(t, urlOf('web'), { authmethods });
      equal(reasonOf(await client.receive()), reason);
      await client.closed;
    });
  }

  it('never falls to anonymous: who offers better is asked for it, and a wrong proof is final', async (t) => {
    const { urlOf } = await startMethodsApplication(t);
    const details = { authmethods: ['anonymous', 'ticket'], authid: 'alice' };
    const client = await hello(t, urlOf('web'), details);
    deepEqual(await client.receive(), [4, 'ticket', {}]);
    client.send([5, 'wrong', {}]);
    equal(reasonOf(await client.receive()), 'wamp.error.authentication_denied');
    await client.closed;
  });

  it('offers anonymous nowhere but where it is listed', async (t) => {
    const { publicUrl } = await startMethodsApplication(t);
    const url = `${publicUrl.replace('http', 'ws')}/ws`;
    const client = await hello(t, url, { authmethods: ['anonymous'] });
    equal(reasonOf(await client.receive()), 'wamp.error.authentication_required');
  });
});

describe('who is unknown', () => {
  for (const [method, authextra] of [
    ['wampcra', {}],
    ['scram', { nonce: 'AAAAAAAAAAAAAAAAAAAAAA==' }],
    ['wamp-scram', { nonce: 'AAAAAAAAAAAAAAAAAAAAAA==' }],
  ] as const) {
    it(`is challenged by ${method} like everybody, always with the same salt, and refused in the same words`, async (t) => {
      const { urlOf } = await startMethodsApplication(t);
      const answers: Message[] = [];
      const extras: Readonly<Record<string, unknown>>[] = [];
      for (const authid of ['alice', 'nobody', 'nobody', 'mallory']) {
        const client = await hello(t, urlOf('web'), { authmethods: [method], authid, authextra });
        const [type, name, extra] = await client.receive();
        deepEqual([type, name], [4, method]);
        extras.push(dict(extra));
        const proof = Buffer.alloc(32).toString('base64');
        client.send([5, proof, method === 'wamp-scram' ? { nonce: dict(extra)['nonce'] } : {}]);
        answers.push(await client.receive());
      }
      const [alice, nobody, again] = extras.map((extra) => Object.keys(extra).sort());
      deepEqual(nobody, alice);
      deepEqual(again, alice);
      notEqual(extras[0]?.['salt'], extras[1]?.['salt']);
      equal(extras[1]?.['salt'], extras[2]?.['salt']);
      equal(new Set(answers.map((answer) => JSON.stringify(answer))).size, 1);
      equal(reasonOf(answers[0] ?? []), 'wamp.error.authentication_denied');
    });
  }
});

describe('a wrong proof', () => {
  it('counts for the lock-out of name and address, and a locked one is to come back later (L3)', async (t) => {
    const { urlOf } = await startMethodsApplication(t, { EXPRESSWAY_AUTH__LOGIN__PER_USER: '3' });
    const attempt = async (authid: string): Promise<Client> => {
      const client = await hello(t, urlOf('web'), { authmethods: ['wampcra'], authid });
      await client.receive();
      client.send([5, 'wrong', {}]);
      return client;
    };
    for (const authid of ['wendy', 'wendy', 'wendy']) {
      const client = await attempt(authid);
      equal(reasonOf(await client.receive()), 'wamp.error.authentication_denied');
    }
    equal(await (await attempt('wendy')).closed, 1013);
    const other = await attempt('alice');
    equal(reasonOf(await other.receive()), 'wamp.error.authentication_denied');
  });

  it('is no proof the second time (CR-7)', async (t) => {
    const { urlOf } = await startMethodsApplication(t);
    const details = { authmethods: ['cryptosign'], authextra: { pubkey: PUBLIC_KEY } };
    const first = await hello(t, urlOf('web'), details);
    const [, , extra] = await first.receive();
    const proof = signed(Buffer.from(String(dict(extra)['challenge']), 'hex'));
    first.send([5, proof, {}]);
    equal((await first.receive())[0], 2);
    const second = await hello(t, urlOf('web'), details);
    await second.receive();
    second.send([5, proof, {}]);
    equal(reasonOf(await second.receive()), 'wamp.error.authentication_denied');
  });
});

describe('wampcra', () => {
  it('tells in its challenge who would be let in, and the session that WELCOME names (CR-2, CR-3)', async (t) => {
    const { urlOf } = await startMethodsApplication(t);
    const client = await hello(t, urlOf('web'), { authmethods: ['wampcra'], authid: 'alice' });
    const [, , extra] = await client.receive();
    const { nonce, timestamp, session, ...who } = dict(
      JSON.parse(String(dict(extra)['challenge'])),
    );
    deepEqual(who, {
      authid: 'alice',
      authrole: 'user',
      authmethod: 'wampcra',
      authprovider: 'users',
    });
    ok(typeof nonce === 'string' && nonce.length >= 22);
    match(String(timestamp), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    ok(Number.isSafeInteger(session));
  });
});

describe('client certificates', () => {
  const join = async (
    t: TestContext,
    listener: 'wss' | 'mutual',
    pair: ClientPair | object,
    details = {},
  ) => {
    const { urlOf } = await startMethodsApplication(t);
    return hello(t, urlOf(listener), { authmethods: ['tls'], ...details }, pair);
  };

  it('let their user in, whatever else is offered', async (t) => {
    for (const authmethods of [['tls'], ['anonymous'], ['ticket', 'anonymous']]) {
      const client = await join(t, 'wss', ALICE, { authmethods });
      const [type, , details] = await client.receive();
      const { authid, authrole, authmethod, authprovider } = dict(details);
      deepEqual(
        [type, authid, authrole, authmethod, authprovider],
        [2, 'alice', 'user', 'tls', 'users'],
      );
    }
  });

  it('of somebody who is no user, or of somebody else than HELLO says, let nobody in, not even anonymous', async (t) => {
    const stranger = await join(t, 'wss', STRANGER, { authmethods: ['anonymous'] });
    equal(reasonOf(await stranger.receive()), 'wamp.error.authentication_denied');
    const other = await join(t, 'wss', ALICE, { authid: 'wendy' });
    equal(reasonOf(await other.receive()), 'wamp.error.authentication_denied');
  });

  it('for which nobody vouches are as good as none, and are turned away in TLS where one is required', async (t) => {
    const forged = await join(t, 'wss', FORGED);
    equal(reasonOf(await forged.receive()), 'wamp.error.authentication_denied');
    for (const pair of [FORGED, {}]) {
      const { urlOf } = await startMethodsApplication(t);
      const socket = new WebSocket(urlOf('mutual'), ['wamp.2.json'], { ca: TLS_CERT, ...pair });
      const [error] = (await once(socket, 'error')) as [Error];
      ok(error instanceof Error);
    }
    const welcomed = await join(t, 'mutual', ALICE);
    equal((await welcomed.receive())[0], 2);
  });

  it('name their user by the common name only where that is configured', async (t) => {
    const users = { EXPRESSWAY_AUTH__TLS__COMMON_NAME: 'true' };
    const { urlOf } = await startMethodsApplication(t, users);
    const stranger = await hello(t, urlOf('wss'), { authmethods: ['tls'] }, STRANGER);
    equal(reasonOf(await stranger.receive()), 'wamp.error.authentication_denied');
  });
});

describe('cryptosign over TLS', () => {
  it('leaves a binding out that the connection does not have, and is bound to its exporter', async (t) => {
    const { urlOf } = await startMethodsApplication(t);
    for (const [binding, expected] of [
      ['tls-unique', null],
      ['x-unknown', null],
      ['tls-exporter', 'tls-exporter'],
    ] as const) {
      const authextra = { pubkey: PUBLIC_KEY, channel_binding: binding };
      const client = await hello(t, urlOf('wss'), { authmethods: ['cryptosign'], authextra });
      const [, , extra] = await client.receive();
      equal(dict(extra)['channel_binding'], expected);
      client.send([5, signed(Buffer.from(String(dict(extra)['challenge']), 'hex')), {}]);
      const answer = await client.receive();
      // Who signs the challenge itself is not bound to this connection.
      equal(answer[0], expected === null ? 2 : 3);
    }
  });
});

describe('ticket with a password', () => {
  it('needs a name', async (t) => {
    const { urlOf } = await startMethodsApplication(t);
    const client = await hello(t, urlOf('web'), { authmethods: ['ticket'] });
    await client.receive();
    client.send([5, PASSWORD, {}]);
    equal(reasonOf(await client.receive()), 'wamp.error.authentication_denied');
  });
});
