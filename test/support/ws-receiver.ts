import { Writable } from 'node:stream';
import { Receiver } from 'ws';

declare module 'ws' {
  /** What reads frames in ws, which exports it; its types leave it out. */
  class Receiver extends Writable {
    constructor(options: {
      readonly isServer: boolean;
      readonly maxPayload: number;
      readonly skipUTF8Validation: boolean;
    });
  }
}

/** The errors of ws that close a connection with 1009; all others that skip no check of UTF-8 close it with 1002. */
const TOO_BIG: ReadonlySet<string> = new Set([
  'WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH',
  'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH',
]);

/**
 * What ws reads of a client's frames, up to the close frame: `text HEX`, `binary HEX`, `ping HEX`, `pong HEX`, `close CODE HEX`, and
 * `failure CODE` at what may not be. It looks at no text's UTF-8, as the serializers do that.
 */
export function readByWs(chunks: readonly Buffer[], limit: number): string[] {
  const receiver = new Receiver({ isServer: true, maxPayload: limit, skipUTF8Validation: true });
  const heard: string[] = [];
  receiver.on('message', (payload: Buffer, isBinary: boolean) => {
    heard.push(`${isBinary ? 'binary' : 'text'} ${payload.toString('hex')}`);
  });
  receiver.on('ping', (payload: Buffer) => heard.push(`ping ${payload.toString('hex')}`));
  receiver.on('pong', (payload: Buffer) => heard.push(`pong ${payload.toString('hex')}`));
  receiver.on('conclude', (code: number, reason: Buffer) => {
    heard.push(`close ${code} ${reason.toString('hex')}`);
  });
  // It is looked at below, when it has not been told yet.
  receiver.on('error', () => undefined);
  for (const chunk of chunks) {
    if (receiver.writable) receiver.write(Buffer.from(chunk));
  }
  return receiver.errored === null ? heard : [...heard, `failure ${codeOf(receiver.errored)}`];
}

function codeOf(error: Error): number {
  const name = 'code' in error ? String(error.code) : '';
  if (!name.startsWith('WS_ERR_')) throw error;
  return TOO_BIG.has(name) ? 1009 : 1002;
}
