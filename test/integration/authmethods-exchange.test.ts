import { deepEqual, equal, ok } from 'node:assert/strict';
import { createHash, createPrivateKey, pbkdf2Sync, sign } from 'node:crypto';
import { once } from 'node:events';
import { TLSSocket } from 'node:tls';
import { describe, it, type TestContext } from 'node:test';
import { WebSocket, type ClientOptions } from 'ws';
import {
  authMessage,
  scramKeysOf,
  serverSignature,
} from '../../src/auth/methods/scram-exchange.js';
import { isDict } from '../../src/router/protocol/options.js';
import { Arrivals } from '../support/autobahn-client.js';
import {
  PASSWORD,
  PRIVATE_KEY,
  PUBLIC_KEY,
  startMethodsApplication,
} from '../support/methods-application.js';
import { clientProof } from '../support/scram-client.js';
import { TLS_CERT } from '../support/tls-pair.js';

type Message = readonly unknown[];

const dict = (value: unknown): Readonly<Record<string, unknown>> => (isDict(value) ? value : {});

/** Says HELLO over TLS; gives what is needed to answer, and the TLS connection. */
async function hello(t: TestContext, url: string, details: object, tls: ClientOptions) {
  const socket = new WebSocket(url, ['wamp.2.json'], { ca: TLS_CERT, ...tls });
  const messages = new Arrivals<Message>();
  let connection: unknown;
  socket.on('upgrade', (response) => {
    connection = response.socket;
  });
  socket.on('message', (data: Buffer) => {
    messages.add(JSON.parse(data.toString()) as Message);
  });
  t.after(() => {
    socket.on('error', () => undefined);
    socket.terminate();
  });
  await once(socket, 'open');
  const send = (message: Message): void => {
    socket.send(JSON.stringify(message));
  };
  send([1, 'realm1', { roles: { caller: {} }, ...details }]);
  ok(connection instanceof TLSSocket);
  return { connection, send, receive: () => messages.next() };
}

/** What a client knows of its connection (RFC 5929, 3; RFC 9266). */
function bindingData(connection: TLSSocket, binding: string): Buffer {
  if (binding === 'tls-exporter') {
    return connection.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0));
  }
  return connection.getFinished() ?? Buffer.alloc(0);
}

const BINDINGS = [
  ['tls-unique', 'TLSv1.2'],
  ['tls-exporter', 'TLSv1.3'],
] as const;

describe('a proof that is bound to the TLS connection', () => {
  for (const [binding, maxVersion] of BINDINGS) {
    it(`lets in by cryptosign and ${binding} (CS-5)`, async (t) => {
      const { urlOf } = await startMethodsApplication(t);
      const authextra = { pubkey: PUBLIC_KEY, channel_binding: binding };
      const details = { authmethods: ['cryptosign'], authextra };
      const client = await hello(t, urlOf('wss'), details, { maxVersion });
      const [, , extra] = await client.receive();
      equal(dict(extra)['channel_binding'], binding);
      const data = bindingData(client.connection, binding);
      const id = binding === 'tls-unique' ? createHash('sha256').update(data).digest() : data;
      const challenge = Buffer.from(String(dict(extra)['challenge']), 'hex');
      const message = Buffer.from(challenge.map((byte, index) => byte ^ (id[index] ?? 0)));
      const prefix = Buffer.from('302e020100300506032b657004220420', 'hex');
      const der = Buffer.concat([prefix, Buffer.from(PRIVATE_KEY, 'hex')]);
      const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
      client.send([5, sign(null, message, key).toString('hex') + message.toString('hex'), {}]);
      equal((await client.receive())[0], 2);
    });

    for (const data of ['its own', 'that of another connection'] as const) {
      it(`by wamp-scram and ${binding} is good with ${data} only if it is its own (SC-4, SC-5)`, async (t) => {
        const { urlOf } = await startMethodsApplication(t);
        const clientNonce = Buffer.alloc(16, 7).toString('base64');
        const authextra = { nonce: clientNonce, channel_binding: binding };
        const details = { authmethods: ['wamp-scram'], authid: 'paul', authextra };
        const client = await hello(t, urlOf('wss'), details, { maxVersion });
        const [, , extra] = await client.receive();
        const nonce = String(dict(extra)['nonce']);
        ok(nonce.startsWith(clientNonce) && nonce.length > clientNonce.length);
        const { salt, iterations, kdf, memory } = dict(extra);
        deepEqual([kdf, memory], ['pbkdf2', null]);
        const own = bindingData(client.connection, binding);
        const channel = { type: binding, data: data === 'its own' ? own : Buffer.alloc(32, 1) };
        const message = authMessage({
          authid: 'paul',
          clientNonce,
          nonce,
          salt: String(salt),
          iterations: Number(iterations),
          channel,
        });
        const salted = pbkdf2Sync(
          PASSWORD,
          Buffer.from(String(salt), 'base64'),
          Number(iterations),
          32,
          'sha256',
        );
        const answer = {
          nonce,
          channel_binding: binding,
          cbind_data: channel.data.toString('base64'),
        };
        client.send([5, clientProof(salted, message), answer]);
        const [type, , welcome] = await client.receive();
        equal(type, data === 'its own' ? 2 : 3);
        const expected =
          data === 'its own'
            ? { verifier: serverSignature(scramKeysOf(salted), message) }
            : undefined;
        deepEqual(dict(welcome)['authextra'], expected);
      });
    }
  }

  it('is not taken in a binding that the connection does not have (SC-7)', async (t) => {
    const { urlOf } = await startMethodsApplication(t);
    const nonce = Buffer.alloc(16).toString('base64');
    for (const binding of ['tls-server-end-point', 'tls-unique', 7]) {
      const authextra = { nonce, channel_binding: binding };
      const details = { authmethods: ['wamp-scram'], authid: 'paul', authextra };
      const client = await hello(t, urlOf('wss'), details, {});
      const [type, extra, reason] = await client.receive();
      deepEqual([type, reason], [3, 'wamp.error.authentication_denied']);
      equal(dict(extra)['scram'], 'unsupported-channel-binding-type');
    }
  });
});
