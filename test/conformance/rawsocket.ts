import { conforms } from './conformance-case.js';
import type { ConformanceCase } from './conformance-case.js';
import type { CaseContext } from './case-context.js';
import { anyDict, anyId, error, matches } from './pattern.js';
import { RawSocketPeer } from './rawsocket-peer.js';
import { ensure, NotOffered } from './transcript.js';
import { overRawSocket } from './wire-needs.js';
import { FRAME, frame, framePrefix, handshake, SERIALIZER_NUMBER } from './wire/rawsocket-frame.js';
import { tell } from './wire/value.js';

const LONGEST = 2 ** 24;
const hex = (bytes: Buffer | undefined): string => bytes?.toString('hex') ?? 'no end';

/** RawSocket (WAMP 15.1). */
export const rawSocketCases: readonly ConformanceCase[] = [
  conforms(
    'RS-1',
    'echoes the serializer of the handshake and tells the length it takes',
    async (c) => {
      const told = new Set<number>();
      for (let length = 0; length <= 15; length += 1) {
        const answer = await answerTo(c, handshake('json', length));
        ensure(
          answer.length === 4 && answer[0] === 0x7f && ((answer[1] ?? 0) & 0x0f) === 1,
          `L ${length}: answered with ${hex(answer)}`,
        );
        ensure(answer[2] === 0 && answer[3] === 0, `reserved octets in ${hex(answer)}`);
        told.add((answer[1] ?? 0) >> 4);
      }
      ensure(told.size === 1, `different lengths: ${[...told].join(', ')}`);
      for (const name of ['msgpack', 'cbor'] as const) {
        const answer = await answerTo(c, handshake(name));
        const number = SERIALIZER_NUMBER[name];
        ensure(
          hex(answer) === '7f100000' || ((answer[1] ?? 0) & 0x0f) === number,
          `${name}: answered with ${hex(answer)}`,
        );
      }
    },
    overRawSocket,
  ),

  conforms(
    'RS-2',
    'answers nothing to what does not begin with 7f',
    async (c) => {
      for (const first of [0x00, 0x7e, 0xff, 0x16])
        await expectEnd(c, Buffer.of(first, 0xf1, 0, 0), ['']);
    },
    overRawSocket,
  ),

  conforms(
    'RS-3',
    'ends the connection of a client that asks for serializer 0',
    async (c) => {
      await expectEnd(c, Buffer.of(0x7f, 0xf0, 0, 0), ['', '7f100000']);
    },
    overRawSocket,
  ),

  conforms(
    'RS-4 RS-7',
    'answers an unknown serializer with error 1 and ends the connection',
    async (c) => {
      for (let serializer = 4; serializer <= 15; serializer += 1)
        await expectEnd(c, Buffer.of(0x7f, 0xf0 | serializer, 0, 0), ['7f100000']);
    },
    overRawSocket,
  ),

  conforms(
    'RS-5 RS-7',
    'answers reserved octets that are not zero with error 3 and ends the connection',
    async (c) => {
      for (const [third, fourth] of [
        [1, 0],
        [0, 1],
        [0xff, 0xff],
      ] as const)
        await expectEnd(c, Buffer.of(0x7f, 0xf1, third, fourth), ['7f300000']);
    },
    overRawSocket,
  ),

  conforms(
    'RS-8 WS-15',
    'sends a client nothing that is longer than it takes',
    async (c) => {
      const small = await enter(c, { length: 0 });
      small.send([32, 1, {}, c.uri('topic')]);
      const subscribed = await small.expect([33, 1, anyId]);
      const other = await c.join('other');
      const subscription = await other.subscribe(c.uri('topic'));
      const registration = await other.register(c.uri('procedure'));
      const publisher = await c.join('publisher');
      const long = ['x'.repeat(1000)];
      const publication = await publisher.publish(c.uri('topic'), long);
      await other.expect([36, subscription, publication, anyDict, long]);
      small.send([48, 2, {}, c.uri('procedure')]);
      other.send([70, await other.invoked(registration), {}, long]);
      // The EVENT is left out; nothing that comes is longer than 512 octets, or the peer fails.
      await small.expect(error(48, 2, 'wamp.error.payload_size_exceeded'));
      const short = await publisher.publish(c.uri('topic'), ['short']);
      await small.expect([36, subscribed[2], short, anyDict, ['short']]);
    },
    overRawSocket,
  ),

  conforms(
    'RS-9',
    'ends the connection of a client that sends more than the router takes',
    async (c) => {
      const peer = await enter(c);
      if (peer.limit >= LONGEST) throw new NotOffered('the router takes all that can be sent');
      peer.write(framePrefix(FRAME.message, peer.limit + 1));
      peer.write(Buffer.alloc(peer.limit + 1, ' '));
      await peer.expectEnd();
      await c.expectRouterAlive();
    },
    overRawSocket,
  ),

  conforms(
    'RS-10',
    'frames messages with their kind and their length',
    async (c) => {
      const peer = await enter(c);
      const subscribe = peer.format.encode([32, 1, {}, c.uri('topic')]);
      const prefix = Buffer.of(0, 0, subscribe.length >> 8, subscribe.length & 0xff);
      peer.write(Buffer.concat([prefix, subscribe]));
      await peer.expect([33, 1, anyId]);
    },
    overRawSocket,
  ),

  conforms(
    'RS-11',
    'answers PING with one PONG of the same payload',
    async (c) => {
      const peer = await enter(c);
      for (const payload of ['', 'ping', 'x'.repeat(500)]) {
        peer.write(frame(FRAME.ping, Buffer.from(payload)));
        const { kind, content } = await peer.receiveFrame();
        ensure(
          kind === FRAME.pong && content.toString() === payload,
          `expected PONG ${payload}, got kind ${kind} with ${content.toString()}`,
        );
      }
      peer.send([32, 1, {}, c.uri('topic')]);
      await peer.expect([33, 1, anyId]);
    },
    overRawSocket,
  ),

  conforms(
    'RS-12',
    'ends the connection at reserved bits and at frames of unknown kind',
    async (c) => {
      for (const first of [0x10, 0x20, 0x40, 0x80, 0xf0, 3, 4, 5, 6, 7]) {
        const peer = await enter(c);
        const message = frame(FRAME.message, peer.format.encode([32, 1, {}, c.uri('topic')]));
        message[0] = first;
        peer.write(message);
        await peer.expectEnd();
      }
      await c.expectRouterAlive();
    },
    overRawSocket,
  ),

  conforms(
    'RS-13',
    'takes the X bit for a length of 2^24',
    async (c) => {
      const peer = await enter(c);
      if (peer.limit < LONGEST) {
        peer.write(Buffer.of(0x08, 0, 0, 0));
        await peer.expectEnd();
        return;
      }
      const empty = peer.format.encode([16, 1, { acknowledge: true }, c.uri('topic'), ['']]).length;
      // The head of so long a text takes 4 bytes more in MessagePack and CBOR, none in JSON.
      const filler = 'x'.repeat(LONGEST - empty - (peer.format.isBinary ? 4 : 0));
      const message = peer.format.encode([16, 1, { acknowledge: true }, c.uri('topic'), [filler]]);
      ensure(message.length === LONGEST, `a message of ${message.length} octets`);
      peer.write(frame(FRAME.message, message));
      await peer.expect([17, 1, anyId]);
    },
    overRawSocket,
  ),

  conforms(
    'RS-14',
    'minds not how its bytes are cut into segments',
    async (c) => {
      const peer = await RawSocketPeer.open(c, { byOctets: true });
      await peer.enter(c);
      const messages = [1, 2, 3].map((id) =>
        frame(FRAME.message, peer.format.encode([32, id, {}, c.uri(`topic${id}`)])),
      );
      const together = Buffer.concat(messages);
      for (const part of [together.subarray(0, 6), together.subarray(6, -3), together.subarray(-3)])
        await peer.writeAlone(part);
      for (const id of [1, 2, 3]) await peer.expect([33, id, anyId]);
    },
    overRawSocket,
  ),

  conforms(
    'RS-15',
    'ignores a PONG that nobody asked for',
    async (c) => {
      const peer = await enter(c);
      peer.write(frame(FRAME.pong, Buffer.from('unasked')));
      peer.write(frame(FRAME.pong, Buffer.alloc(0)));
      peer.send([32, 1, {}, c.uri('topic')]);
      await peer.expect([33, 1, anyId]);
    },
    overRawSocket,
  ),
];

async function enter(c: CaseContext, options: { length?: number } = {}): Promise<RawSocketPeer> {
  const peer = await RawSocketPeer.open(c, options);
  await peer.enter(c);
  return peer;
}

/** The first four octets that come back. */
async function answerTo(c: CaseContext, octets: Buffer): Promise<Buffer> {
  const stream = await c.dial();
  stream.socket.write(octets);
  const answer = await stream.read(4, c.target.timeoutMs);
  stream.socket.destroy();
  return answer;
}

/** Expects that the connection is ended after one of these answers, told in hexadecimal. */
async function expectEnd(
  c: CaseContext,
  octets: Buffer,
  answers: readonly string[],
): Promise<void> {
  const stream = await c.dial();
  stream.socket.write(octets);
  const answer = await stream.readToEnd(c.target.timeoutMs);
  stream.socket.destroy();
  ensure(
    answers.some((expected) => matches(expected, hex(answer))),
    `${hex(octets)}: expected the end after ${tell(answers)}, got ${hex(answer)}`,
  );
}
