import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** A certificate by which a client has shown who it is. */
export interface PeerCertificate {
  /** SHA-256 of its DER, 64 hexadecimal digits in lower case. */
  readonly fingerprint: string;
  /** The common name of its subject; undefined when it has none, or several. */
  readonly commonName: string | undefined;
}

/** The label of RFC 9266, 4.2. */
const EXPORTER_LABEL = 'EXPORTER-Channel-Binding';
const EXPORTER_BYTES = 32;

/** What TLS knows of the client at the other end of a connection. It is looked at in handshakes only, so nothing is kept of it. */
export class TlsPeer {
  readonly #socket: TLSSocket;

  constructor(socket: TLSSocket) {
    this.#socket = socket;
  }

  /** The client's certificate, if it gave one and those whom the listener trusts vouch for it. */
  get certificate(): PeerCertificate | undefined {
    if (!this.#socket.authorized) return undefined;
    // A resumed connection may count as authorized without one.
    const { fingerprint256, subject } = this.#socket.getPeerCertificate() as Partial<
      ReturnType<TLSSocket['getPeerCertificate']>
    >;
    if (fingerprint256 === undefined) return undefined;
    const name: unknown = subject?.CN;
    return {
      fingerprint: fingerprint256.replaceAll(':', '').toLowerCase(),
      commonName: typeof name === 'string' ? name : undefined,
    };
  }

  /**
   * The channel binding data of this connection; undefined where it has none of that type. `tls-unique` (RFC 5929, 3) is the first Finished
   * message: up to TLS 1.2, and not of a resumed session, in which it need not be unique (RFC 7627). `tls-exporter` is that of RFC 9266.
   */
  channelBinding(type: string): Buffer | undefined {
    if (type === 'tls-unique') return this.#tlsUnique();
    return type === 'tls-exporter' ? this.#tlsExporter() : undefined;
  }

  #tlsUnique(): Buffer | undefined {
    const isOlder = /^TLSv1(?:\.[12])?$/.test(this.#socket.getProtocol() ?? '');
    // Without resumption the client finishes first.
    if (isOlder && !this.#socket.isSessionReused()) return this.#socket.getPeerFinished();
    return undefined;
  }

  #tlsExporter(): Buffer | undefined {
    // Before TLS 1.3 only an extended master secret would make it unique, and that cannot be asked for.
    if (this.#socket.getProtocol() !== 'TLSv1.3') return undefined;
    return this.#socket.exportKeyingMaterial(EXPORTER_BYTES, EXPORTER_LABEL, Buffer.alloc(0));
  }
}

/** What TLS knows of the client on a socket; undefined on one without TLS. */
export const tlsPeerOf = (socket: Socket): TlsPeer | undefined =>
  socket instanceof TLSSocket ? new TlsPeer(socket) : undefined;
