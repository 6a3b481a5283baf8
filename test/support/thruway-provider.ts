import { deepEqual } from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import type { Application } from '../../src/application.js';
import type { Ending } from './application.js';
import { connectWire, type WireClient } from './wire-client.js';

/** What a provider is asked: the request to be answered, the procedure's last part, and its arguments. */
export interface ProviderQuestion {
  readonly request: unknown;
  readonly procedure: 'onhello' | 'onauthenticate';
  readonly args: readonly unknown[];
}

/** The environment that lets providers of Thruway's kind in by the trusted URL, as programs of the role `trusted`. */
export const providerEnvironment = (
  methods: string,
  order = '[jwt, sso]',
): Record<string, string> => ({
  EXPRESSWAY_AUTH__PROVIDERS__LISTENERS: '[trusted]',
  EXPRESSWAY_AUTH__PROVIDERS__ROLES: '[trusted]',
  EXPRESSWAY_AUTH__PROVIDERS__METHODS: methods,
  EXPRESSWAY_AUTH__ORDER: order,
});

/** As Thruway's clients do: at random, from all that an id can be. */
const randomId = (): number => randomInt(1, 2 ** 47) * 32 + 1;

/** A provider that speaks Thruway's wire, as a PHP client does: random ids, and `[]` for what is empty. */
export class ThruwayProvider {
  readonly wire: WireClient;
  readonly #registrations = new Map<unknown, ProviderQuestion['procedure']>();

  private constructor(wire: WireClient) {
    this.wire = wire;
  }

  /** Joins the auth realm by the trusted URL. */
  static async join(t: Ending, { trustedUrl }: Application): Promise<ThruwayProvider> {
    const wire = await connectWire(t, trustedUrl);
    wire.send([
      1,
      'thruway.auth',
      { roles: { caller: [], callee: [] }, authmethods: [], authid: 'anonymous' },
    ]);
    deepEqual((await wire.receive())[0], 2);
    return new ThruwayProvider(wire);
  }

  /** Registers its procedures and announces the method, all in one go; gives the answer to the announcement. */
  async announce(method: string, realms: readonly string[] = ['*']): Promise<unknown> {
    const [first, second, call] = [randomId(), randomId(), randomId()];
    const options = { replace_orphaned_session: 'yes', thruway_multiregister: null };
    const [onhello, onauthenticate] = [
      `thruway.auth.${method}.onhello`,
      `thruway.auth.${method}.onauthenticate`,
    ];
    this.wire.send([64, first, options, onhello]);
    this.wire.send([64, second, { ...options, replace_orphaned_session: null }, onauthenticate]);
    this.wire.send([
      48,
      call,
      [],
      'thruway.auth.registermethod',
      [method, { onhello, onauthenticate }, realms],
    ]);
    const registered = [await this.wire.receive(), await this.wire.receive()];
    deepEqual(
      registered.map(([type, request]) => [type, request]),
      [
        [65, first],
        [65, second],
      ],
    );
    this.#registrations.set(registered[0]?.[2], 'onhello');
    this.#registrations.set(registered[1]?.[2], 'onauthenticate');
    const [type, request, , args] = await this.wire.receive();
    deepEqual([type, request], [50, call]);
    return args;
  }

  /** What it is asked next. */
  async asked(): Promise<ProviderQuestion> {
    const [type, request, registration, , args] = await this.wire.receive();
    const procedure = this.#registrations.get(registration);
    if (type !== 68 || procedure === undefined || !Array.isArray(args)) {
      throw new TypeError('an INVOCATION is expected');
    }
    return { request, procedure, args };
  }

  /** Answers with a result. */
  answer({ request }: ProviderQuestion, args: readonly unknown[]): void {
    this.wire.send([70, request, [], args]);
  }

  /** Answers with an error, as a callback does that throws. */
  fail({ request }: ProviderQuestion, error: string, args: readonly unknown[] = []): void {
    this.wire.send([8, 68, request, [], error, args]);
  }

  /** Is asked what shall be asked, and answers with the same: CHALLENGE, then this. */
  async decide(args: readonly unknown[]): Promise<ProviderQuestion> {
    this.answer(await this.asked(), ['CHALLENGE', { challenge: {}, challenge_method: 'sso' }]);
    const question = await this.asked();
    this.answer(question, args);
    return question;
  }
}
