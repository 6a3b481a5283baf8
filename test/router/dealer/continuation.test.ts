import { deepEqual, equal, rejects } from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { RealmOptions } from '../../../src/router/realm-options.js';
import { CLIENT_ROLES, connect, idOf, type Peer } from '../../support/peer.js';
import { createRouter } from '../../support/test-router.js';

const FEATURES = { progressive_call_invocations: true, call_canceling: true };
const ANNOUNCED = { roles: { ...CLIENT_ROLES, caller: { features: FEATURES } } };
const more = { progress: true };

interface Scene {
  readonly caller: Peer;
  readonly callee: Peer;
  readonly registration: number;
}

/** A caller and a callee of `a.b` in one realm. */
async function scene(
  t: TestContext,
  roles: { readonly roles?: object } = ANNOUNCED,
  realm: Partial<RealmOptions> = {},
): Promise<Scene> {
  const router = createRouter(t, {}, realm);
  const [caller, callee] = [connect(router), connect(router)];
  await caller.join('realm1', { ...roles });
  await callee.join('realm1', { roles: { callee: { features: FEATURES } } });
  callee.send([64, 1, {}, 'a.b']);
  return { caller, callee, registration: idOf(await callee.receive()) };
}

const isViolation = async (peer: Peer): Promise<void> => {
  equal((await peer.receive())[2], 'wamp.error.protocol_violation');
  await rejects(peer.receive());
};

describe('a CALL with the id of an earlier request', () => {
  // PC-1, PC-6
  it('goes on with a progressive call, and leaves the numbering of requests alone', async (t) => {
    const { caller, callee, registration } = await scene(t);
    caller.send([48, 1, more, 'a.b', [1]], [32, 2, {}, 'a.topic'], [48, 1, {}, 'a.b', [2]]);
    caller.send([34, 3, 2 ** 53]);
    deepEqual(await callee.receive(), [68, 1, registration, more, [1]]);
    deepEqual(await callee.receive(), [68, 1, registration, {}, [2]]);
    equal((await caller.receive())[0], 33);
    equal((await caller.receive())[2], 3);
  });

  // PC-9, PC-10
  it('is dropped when there is no such call any more, or never was', async (t) => {
    const { caller, callee } = await scene(t);
    caller.send([48, 1, more, 'a.b'], [32, 2, {}, 'a.topic']);
    await callee.receive();
    callee.send([70, 1, {}]);
    equal((await caller.receive())[0], 33);
    deepEqual(await caller.receive(), [50, 1, {}]);
    caller.send([48, 1, more, 'a.b'], [48, 2, {}, 'a.b'], [34, 3, 2 ** 53]);
    equal((await caller.receive())[2], 3);
    await callee.receiveNothing();
  });

  it('is dropped when the first part was refused', async (t) => {
    const { caller } = await scene(t);
    caller.send([48, 1, more, 'a.nobody'], [48, 1, {}, 'a.nobody'], [48, 1, {}, 'no uri']);
    caller.send([34, 2, 2 ** 53]);
    deepEqual(await caller.receive(), [8, 48, 1, {}, 'wamp.error.no_such_procedure']);
    equal((await caller.receive())[2], 2);
  });

  // PC-8
  it('is a violation when that call is not progressive', async (t) => {
    const { caller } = await scene(t);
    caller.send([48, 1, {}, 'a.b'], [48, 1, more, 'a.b']);
    await isViolation(caller);
  });

  // PC-7
  it('is none when the id is too high', async (t) => {
    const { caller } = await scene(t);
    caller.send([48, 1, more, 'a.b'], [48, 3, more, 'a.b']);
    await isViolation(caller);
  });

  // ID-9, PC-2
  it('is a violation of a client that does not know progressive calls', async (t) => {
    const { caller, callee } = await scene(t, { roles: CLIENT_ROLES });
    caller.send([48, 1, {}, 'a.b']);
    await callee.receive();
    callee.send([70, 1, {}]);
    deepEqual(await caller.receive(), [50, 1, {}]);
    caller.send([48, 1, {}, 'a.b']);
    await isViolation(caller);
  });

  // PC-2
  it('is a violation of such a client from the first part on, whoever is called', async (t) => {
    for (const procedure of ['a.b', 'a.nobody']) {
      const { caller } = await scene(t, { roles: CLIENT_ROLES });
      caller.send([48, 1, more, procedure]);
      await isViolation(caller);
    }
  });

  it('waits for the authorizer with the first part', async (t) => {
    let allow: (isAllowed: boolean) => void = () => undefined;
    const answer = new Promise<boolean>((resolve) => {
      allow = resolve;
    });
    const authorizer = {
      authorize: (_principal: unknown, action: string) => (action === 'call' ? answer : true),
    };
    const { caller, callee, registration } = await scene(t, ANNOUNCED, { authorizer });
    caller.send([48, 1, more, 'a.b', [1]], [48, 1, {}, 'a.b', [2]]);
    await callee.receiveNothing();
    allow(true);
    deepEqual(await callee.receive(), [68, 1, registration, more, [1]]);
    deepEqual(await callee.receive(), [68, 1, registration, {}, [2]]);
  });

  it('goes on in a lenient realm too', async (t) => {
    const { caller, callee, registration } = await scene(t, ANNOUNCED, { requestIds: 'lenient' });
    caller.send([48, 77, more, 'a.b', [1]], [48, 77, {}, 'a.b', [2]]);
    deepEqual(await callee.receive(), [68, 1, registration, more, [1]]);
    deepEqual(await callee.receive(), [68, 1, registration, {}, [2]]);
  });
});
