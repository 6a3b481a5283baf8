import type { ServerResponse } from 'node:http';
import type { RouterMessage } from '../../protocol/message.js';
import type { Serializer } from '../../serializer/serializer.js';
import { CloseCode, LOST } from '../close-codes.js';
import { deliverMessages } from '../deliver-messages.js';
import type { FrameEncoder } from '../frame-encoder.js';
import { LongPollInbox, type Delivery } from './longpoll-inbox.js';
import { LongPollOutbox } from './longpoll-outbox.js';
import { answer, refuse } from './longpoll-response.js';
import type { Transport, TransportDetails, TransportReceiver } from '../transport.js';

/** What a long-poll transport stands on. */
export interface LongPollConnection {
  readonly serializer: Serializer;
  /** Without a header: a body holds messages as they are. */
  readonly frames: FrameEncoder;
  readonly details: TransportDetails;
  /** Bytes that may be unsent before the peer is cut off as a slow consumer. */
  readonly queueBytes: number;
  /** How long a request for messages is held when there are none. */
  readonly pollMs: number;
  /** A peer that has not asked for messages for so long, or not read what it asked for, is gone. */
  readonly idleMs: number;
  /** The status of what is answered with success and no content. */
  readonly successStatus: 202 | 204;
  /** Whether requests can still come: where they cannot, the end is not waited for. */
  readonly isServed: () => boolean;
  /** Nothing of this transport is to be had any more. */
  readonly ongone: () => void;
}

interface Ending {
  readonly code: number;
  readonly reason: string;
}

/** After its end a transport waits so long for the peer to fetch what is queued, and to hear why it ended. */
const LINGER_MS = 4000;

/**
 * WAMP over HTTP requests (WAMP 15.3): each `send` brings a message or a batch, each `receive` fetches one. What ends it is told to the
 * next `receive` with 410 and the close code; requests after that find nothing. There are no acknowledgements: what answered a request
 * whose client was gone already is lost, if the operating system has taken it.
 */
export class LongPollTransport implements Transport {
  readonly details: TransportDetails;
  readonly #connection: LongPollConnection;
  readonly #inbox = new LongPollInbox((body, response) => {
    this.#process(body, response);
  });
  readonly #outbox: LongPollOutbox;
  #receiver: TransportReceiver | undefined;
  /** The request for messages that is held. */
  #poll: ServerResponse | undefined;
  #pollTimer: NodeJS.Timeout | undefined;
  /** Runs while no request for messages is held: towards the loss of an open transport, towards the end of one that closes. */
  #idleTimer: NodeJS.Timeout | undefined;
  #flush: NodeJS.Immediate | undefined;
  #ending: Ending | undefined;
  #isGone = false;
  #longestMessage = Infinity;

  constructor(connection: LongPollConnection) {
    this.details = connection.details;
    this.#connection = connection;
    const isBatched = connection.serializer.split !== undefined;
    this.#outbox = new LongPollOutbox(connection.queueBytes, isBatched);
    this.#awaitPoll();
  }

  open(receiver: TransportReceiver): void {
    this.#receiver = receiver;
  }

  /** Always true: the peer sets no limit. */
  send(message: RouterMessage): boolean {
    if (this.#ending !== undefined) return true;
    if (!this.#outbox.push(this.#connection.frames.encode(message))) this.#cutOff();
    else if (this.#poll !== undefined) {
      // At the end of the turn, so that a batch holds what the turn has brought.
      this.#flush ??= setImmediate(() => {
        this.#flush = undefined;
        this.#answerPoll();
      });
    }
    return true;
  }

  close(code: CloseCode, reason: string): void {
    if (this.#ending !== undefined) return;
    this.#ending = { code, reason };
    for (const response of this.#inbox.clear()) this.#refuseEnded(response, this.#ending);
    this.#answerPoll();
    if (this.#isGone) return;
    clearTimeout(this.#idleTimer);
    if (this.#connection.isServed()) {
      this.#idleTimer = setTimeout(() => {
        this.#vanish(code);
      }, LINGER_MS).unref();
    } else {
      this.#vanish(code);
    }
  }

  limitMessages(bytes = Infinity): void {
    this.#longestMessage = bytes;
  }

  pause(): void {
    this.#inbox.pause();
  }

  resume(): void {
    this.#inbox.resume();
  }

  /** The peer asks for messages: answered when there are some, with 204 when none come in time. Only the latest such request is held. */
  receive(response: ServerResponse): void {
    if (this.#poll !== undefined) {
      refuse(this.#release(this.#poll), 409, 'another request to receive has come');
    }
    if (this.#ending === undefined) clearTimeout(this.#idleTimer);
    this.#poll = response;
    response.once('close', () => {
      if (this.#poll === response) this.#release(response);
    });
    this.#pollTimer = setTimeout(() => {
      answer(this.#release(response), 204);
    }, this.#connection.pollMs);
    this.#answerPoll();
  }

  /** A request of the peer begins to bring messages; undefined, and answered, when it cannot be taken. */
  reserve(response: ServerResponse): Delivery | undefined {
    if (this.#ending !== undefined) {
      this.#refuseEnded(response, this.#ending);
      return undefined;
    }
    const delivery = this.#inbox.reserve(response);
    if (delivery === undefined) {
      refuse(response, 503, 'too many messages at a time', { headers: { 'retry-after': '1' } });
    }
    return delivery;
  }

  /** What the request brought. */
  complete(delivery: Delivery, body: Buffer): void {
    this.#inbox.complete(delivery, body);
  }

  /** The request brings nothing after all. */
  abandon(delivery: Delivery): void {
    this.#inbox.abandon(delivery);
  }

  /** The peer has sent more than it may: ends with 1009, as a WebSocket would. */
  overflow(): void {
    this.close(CloseCode.messageTooBig, 'the message is too long');
    this.#end(CloseCode.messageTooBig);
  }

  /** The peer closes the transport. */
  leave(): void {
    const poll = this.#poll;
    if (poll !== undefined) answer(this.#release(poll), 204);
    this.#vanish(CloseCode.normal);
  }

  /** Nobody is waited for any more who was told of the end. */
  forsake(): void {
    if (this.#ending !== undefined) this.#vanish(this.#ending.code);
  }

  /** Answers the held request: with what is queued, or else with the end. */
  #answerPoll(): void {
    const poll = this.#poll;
    if (poll === undefined) return;
    const bytes = this.#outbox.take();
    if (bytes !== undefined) {
      this.#give(this.#release(poll), bytes);
    } else if (this.#ending !== undefined) {
      this.#refuseEnded(this.#release(poll), this.#ending);
      this.#vanish(this.#ending.code);
    }
  }

  #give(response: ServerResponse, bytes: Buffer): void {
    // Who asks and does not read would keep what it was given, also beyond the end of its session.
    const tooSlow = setTimeout(() => {
      response.destroy();
    }, this.#connection.idleMs).unref();
    response.once('close', () => {
      clearTimeout(tooSlow);
      this.#outbox.confirm(bytes.length);
      // What it held is lost, and a session without some of its messages is none.
      if (!response.writableFinished) this.#vanish(LOST);
    });
    answer(response, 200, { type: contentType(this.#connection.serializer), bytes });
  }

  /** The request is not held any more. */
  #release(poll: ServerResponse): ServerResponse {
    this.#poll = undefined;
    clearTimeout(this.#pollTimer);
    if (this.#ending === undefined) this.#awaitPoll();
    return poll;
  }

  #awaitPoll(): void {
    clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(() => {
      this.#vanish(LOST);
    }, this.#connection.idleMs).unref();
  }

  #process(body: Buffer, response: ServerResponse): void {
    if (body.length > this.#longestMessage) {
      refuse(response, 413, 'the message is too long');
      this.overflow();
      return;
    }
    const outcome = { isViolated: false };
    deliverMessages(body, this.#connection.serializer, () => {
      const receiver = this.#ending === undefined ? this.#receiver : undefined;
      return (
        receiver && {
          ...receiver,
          onviolation: (violation, code) => {
            outcome.isViolated = true;
            receiver.onviolation(violation, code);
          },
        }
      );
    });
    if (outcome.isViolated) refuse(response, 400, 'this is no message of WAMP');
    else answer(response, this.#connection.successStatus);
  }

  #refuseEnded(response: ServerResponse, { code, reason }: Ending): void {
    refuse(response, 410, reason, { code });
  }

  /** It may never ask again: its session ends now, and it hears why when it does. */
  #cutOff(): void {
    this.#outbox.clear();
    this.close(CloseCode.slowConsumer, 'too much is waiting to be read');
    this.#end(CloseCode.slowConsumer);
  }

  /** The last of it. */
  #vanish(code: number): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#ending ??= { code, reason: '' };
    for (const response of this.#inbox.clear()) this.#refuseEnded(response, this.#ending);
    clearTimeout(this.#idleTimer);
    clearImmediate(this.#flush);
    this.#outbox.clear();
    this.#connection.ongone();
    this.#end(code);
  }

  /** Reports the end, once, and never within a call of the router's own. */
  #end(code: number): void {
    queueMicrotask(() => {
      const receiver = this.#receiver;
      this.#receiver = undefined;
      receiver?.onclose(code);
    });
  }
}

/** A batch of JSON is no JSON. */
function contentType({ isBinary, split }: Serializer): string {
  if (isBinary) return 'application/octet-stream';
  return split === undefined ? 'application/json' : 'text/plain; charset=utf-8';
}
