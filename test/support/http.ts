import { once } from 'node:events';
import {
  request,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
} from 'node:http';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';

/** Makes `server` listen on a free port of the loopback until the test ends; gives its base URL. */
export async function listen(t: TestContext, server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('listens on no port');
  return `http://127.0.0.1:${address.port}`;
}

/** The value of an Authorization header with Basic credentials. */
export function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/** What a request is sent with, beside method and path. */
export interface Ask {
  /** Any header, also those that fetch forbids; an array is sent as so many header lines. */
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
  /** The address of the loopback to come from, such as 127.0.0.2. */
  readonly from?: string;
}

/** A whole response. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Names and values by turns, as sent. */
  readonly rawHeaders: readonly string[];
  readonly body: string;
}

/** An HTTP client that keeps cookies as a browser does, follows no redirect and forbids no header. */
export class HttpClient {
  /** Cookies by name; a test may read, set and delete them. */
  readonly cookies = new Map<string, string>();
  readonly #base: string;

  constructor(base: string) {
    this.#base = base;
  }

  /** The URL that paths are relative to. */
  get base(): string {
    return this.#base;
  }

  /** Another browser: the same server, no cookies. */
  stranger(): HttpClient {
    return new HttpClient(this.#base);
  }

  /** Sends a request and reads the whole answer. */
  async send(method: string, path: string, ask: Ask = {}): Promise<Answer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { ...(cookie === '' ? {} : { Cookie: cookie }), ...ask.headers };
    const from = ask.from === undefined ? {} : { localAddress: ask.from };
    const sent = request(new URL(path, this.#base), { method, headers, agent: false, ...from });
    const received = new Promise<IncomingMessage>((resolve, reject) => {
      sent.once('response', resolve).once('error', reject);
    });
    sent.end(ask.body);
    const response = await received;
    this.#keepCookies(response.headers['set-cookie'] ?? []);
    const { statusCode: status = 0, headers: answered, rawHeaders } = response;
    return { status, headers: answered, rawHeaders, body: await text(response) };
  }

  /** Asks for a page. */
  get(path: string, headers: OutgoingHttpHeaders = {}): Promise<Answer> {
    return this.send('GET', path, { headers });
  }

  /** Sends a form. */
  post(
    path: string,
    fields: Readonly<Record<string, string>> = {},
    headers: OutgoingHttpHeaders = {},
  ): Promise<Answer> {
    const type = { 'Content-Type': 'application/x-www-form-urlencoded' };
    const body = new URLSearchParams(fields).toString();
    return this.send('POST', path, { headers: { ...type, ...headers }, body });
  }

  /** Loads the page at `path` and gives the token of its form. */
  async formToken(path: string): Promise<string> {
    const { body } = await this.get(path);
    const token = /name="csrf_token" value="([^"]+)"/u.exec(body)?.[1];
    if (token === undefined) throw new Error(`no form token on ${path}`);
    return token;
  }

  /** Logs in by the form, as a person would. */
  async logIn(username: string, password: string, next = '/livestatus'): Promise<Answer> {
    const token = await this.formToken('/login');
    return this.post('/login', { csrf_token: token, username, password, next });
  }

  #keepCookies(lines: readonly string[]): void {
    for (const line of lines) {
      const [pair = '', ...attributes] = line.split('; ');
      const name = pair.slice(0, pair.indexOf('='));
      const isOver = attributes.some((attribute) =>
        attribute.startsWith('Expires=Thu, 01 Jan 1970'),
      );
      if (isOver) this.cookies.delete(name);
      else this.cookies.set(name, pair.slice(name.length + 1));
    }
  }
}
