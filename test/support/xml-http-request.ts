import { post } from './longpoll-client.js';

/** So much of a browser's XMLHttpRequest as autobahn's long-poll needs. */
export class XmlHttpRequest {
  withCredentials = false;
  timeout = 0;
  readyState = 0;
  status = 0;
  statusText = '';
  responseText = '';
  onreadystatechange: () => void = () => undefined;
  ontimeout: () => void = () => undefined;
  readonly #headers: Record<string, string> = {};
  #url = '';

  open(_method: 'POST', url: string): void {
    this.#url = url;
  }

  setRequestHeader(name: string, value: string): void {
    this.#headers[name] = value;
  }

  send(body = ''): void {
    post(this.#url, body, { headers: this.#headers })
      .then(({ status, body: received }) => {
        this.status = status;
        this.responseText = received.toString();
      })
      .catch(() => {
        this.status = 0;
      })
      .finally(() => {
        this.readyState = 4;
        this.onreadystatechange();
      });
  }
}
