import { clockTime } from './relative-time.js';

/** A state that is over sooner is shown, but not announced: a token that is renewed each few minutes is no news. */
const announceAfterMs = 1500;

const words = {
  connecting: 'Connecting',
  live: 'Live',
  waiting: 'Reconnecting',
  stopped: 'Not connected',
};
const remedies = {
  'log-in': { label: 'Log in', href: '/login' },
  reload: { label: 'Reload the page', href: '/livestatus' },
  connect: { label: 'Connect', href: undefined },
};

/** Says in words how the connection is, why, and what happens next. */
export class ConnectionView {
  #elements;
  #title;
  /** @type {import('./router-link.js').LinkState} */
  #state = { phase: 'connecting', reason: '' };
  #announceTimer;
  #announced = '';

  /**
   * @param {Document} page
   * @param {() => void} onconnect The reader wants to connect.
   */
  constructor(page, onconnect) {
    const find = (name) => page.querySelector(`#connection${name}`);
    this.#elements = {
      panel: find(''),
      words: find('-words'),
      reason: find('-reason'),
      next: find('-next'),
      announcement: find('-announcement'),
      link: find('-link'),
      button: find('-button'),
    };
    this.#title = page.title;
    this.#elements.button.addEventListener('click', onconnect);
  }

  /** @param {import('./router-link.js').LinkState} state */
  show(state) {
    this.#state = state;
    const { panel, words: heading, reason } = this.#elements;
    panel.dataset.phase = state.phase;
    heading.textContent = words[state.phase];
    reason.textContent = reasonOf(state);
    document.title =
      state.phase === 'live' ? this.#title : `${words[state.phase]} · ${this.#title}`;
    this.#offer(state.phase === 'stopped' ? state.remedy : undefined);
    this.tick(Date.now());
    this.#announceSoon();
  }

  /** @param {number} nowMs Unix time in milliseconds. */
  tick(nowMs) {
    const next = nextOf(this.#state, nowMs);
    if (this.#elements.next.textContent !== next) this.#elements.next.textContent = next;
  }

  #offer(remedy) {
    const { link, button } = this.#elements;
    const offer = remedy === undefined ? undefined : remedies[remedy];
    link.hidden = offer?.href === undefined;
    button.hidden = offer === undefined || offer.href !== undefined;
    if (offer?.href !== undefined) {
      link.href = offer.href;
      link.textContent = offer.label;
    }
  }

  #announceSoon() {
    clearTimeout(this.#announceTimer);
    this.#announceTimer = setTimeout(() => {
      const announcement = `${words[this.#state.phase]}. ${reasonOf(this.#state)}`;
      if (announcement === this.#announced) return;
      this.#announced = announcement;
      this.#elements.announcement.textContent = announcement;
    }, announceAfterMs);
  }
}

/** @param {import('./router-link.js').LinkState} state */
function reasonOf(state) {
  return state.phase === 'live' ? 'Changes appear as they happen.' : state.reason;
}

/**
 * @param {import('./router-link.js').LinkState} state
 * @param {number} nowMs
 */
function nextOf(state, nowMs) {
  switch (state.phase) {
    case 'waiting':
      return state.retryAtMs - nowMs < 1000
        ? 'Trying again now'
        : `Next try in ${Math.ceil((state.retryAtMs - nowMs) / 1000)} s`;
    case 'live':
      return tokenLife(state.expiresAtMs, nowMs);
    default:
      return '';
  }
}

function tokenLife(expiresAtMs, nowMs) {
  if (expiresAtMs === undefined) return '';
  const leftMs = expiresAtMs - nowMs;
  return leftMs > 0 ? `Token expires in ${clockTime(leftMs)}` : 'Token expired, renewal is due';
}
