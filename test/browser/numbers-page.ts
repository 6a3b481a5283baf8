import type { Page } from 'playwright-core';

/** What a page of {@link openNumbersPage} has seen, by session. */
export interface SeenSession {
  /** What the publisher was at when it was asked, after SUBSCRIBED; undefined: the session ended before. */
  readonly resync: number | undefined;
  /** The numbers of the events, in their order. */
  readonly events: readonly number[];
  /** Tokens that the session stood on: the one of its log-in, and those of its refreshes. */
  readonly tokens: number;
}

/** What a page has seen. */
export interface Seen {
  readonly sessions: readonly SeenSession[];
  /** The number that it shows: the highest that it knows of. */
  readonly shown: number;
  /** The ids of the keys that its tokens were signed with, each once, the first first. */
  readonly kids: readonly string[];
  /** Why autobahn stopped for good, each time. */
  readonly farewells: readonly string[];
  /** URIs of the errors that refreshes were answered with. */
  readonly refused: readonly string[];
}

/**
 * As somebody would write it with autobahn-js: autobahn comes back by itself after a lost transport, with a fresh token from `onchallenge`; after
 * a GOODBYE the page waits for a token that it may have again. In session it fetches the next token when it is told to, and refreshes.
 */
const CLIENT = `
(({ wsUrl, authorization }) => {
  const seen = { sessions: [], shown: 0, kids: [], farewells: [], refused: [] };
  globalThis.seen = seen;
  const show = (number) => { seen.shown = Math.max(seen.shown, number); };

  async function fetchToken() {
    const headers = { authorization, accept: 'application/json' };
    const response = await fetch('/get_token', { headers, credentials: 'omit' });
    if (!response.ok) throw new Error('no token: ' + response.status);
    const answer = await response.json();
    const { kid } = JSON.parse(atob(answer.token.split('.')[0].replaceAll('-', '+').replaceAll('_', '/')));
    if (!seen.kids.includes(kid)) seen.kids.push(kid);
    return answer;
  }

  const waitMs = ({ refresh_at, expires_at, expires_in }) =>
    (expires_in - (expires_at - refresh_at)) * 1000;

  function keep(session, own, token) {
    own.tokens += 1;
    setTimeout(async () => {
      if (!session.isOpen) return;
      try {
        const next = await fetchToken();
        await session.call('expressway.auth.refresh', [next.token]);
        keep(session, own, next);
      } catch (error) {
        if (session.isOpen && error.error !== undefined) seen.refused.push(error.error);
      }
    }, waitMs(token));
  }

  let latest;
  const connection = new autobahn.Connection({
    url: wsUrl,
    realm: 'realm1',
    authmethods: ['jwt'],
    max_retries: -1,
    initial_retry_delay: 0.2,
    max_retry_delay: 0.5,
    onchallenge: async () => {
      latest = await fetchToken();
      return latest.token;
    },
  });
  connection.onopen = async (session) => {
    const own = { resync: undefined, events: [], tokens: 0 };
    seen.sessions.push(own);
    keep(session, own, latest);
    await session.subscribe('com.example.number', ([number]) => {
      own.events.push(number);
      show(number);
    });
    own.resync = await session.call('com.example.number.latest');
    show(own.resync);
  };
  connection.onclose = (reason, details) => {
    if (details.will_retry) return false;
    seen.farewells.push(details.reason + ': ' + details.message);
    void reopen();
    return true;
  };
  async function reopen() {
    try {
      await fetchToken();
      connection.open();
    } catch {
      setTimeout(reopen, 300);
    }
  }
  connection.open();
})
`;

/** Makes a page of this site follow the numbers, as the user whose Basic credentials these are. */
export async function openNumbersPage(
  page: Page,
  site: string,
  authorization: string,
): Promise<void> {
  await page.goto(`${site}/login`);
  await page.addScriptTag({ url: '/vendor/autobahn.min.js' });
  const wsUrl = `${site.replace('http', 'ws')}/ws`;
  await page.evaluate(`${CLIENT}(${JSON.stringify({ wsUrl, authorization })})`);
}

/** Waits until what the page has seen fulfils a condition on `seen`, and gives it. */
export async function waitForSeen(page: Page, condition: string): Promise<Seen> {
  await page.waitForFunction(condition, undefined, { timeout: 60_000, polling: 50 });
  return page.evaluate<Seen>('globalThis.seen');
}
