import { BoardView } from './board-view.js';
import { ConnectionView } from './connection-view.js';
import { HostView, readSample } from './host-view.js';
import { RouterLink } from './router-link.js';
import { SessionAttempt } from './session-attempt.js';
import { StatusBoard } from './status-board.js';
import { probeTopic, StatusFeed } from './status-feed.js';
import { fetchToken } from './token-source.js';

const sampleTopic = 'com.example.host.sample';

const { realm, wsPath } = document.querySelector('main').dataset;
const board = new StatusBoard();
const boardView = new BoardView(document);
const hostView = new HostView(document);
const connectionView = new ConnectionView(document, () => link.connect());

/** @type {StatusFeed | undefined} */
let feed;
/** Why the rows may be out of date, as the session's feed has it. */
let feedNote = '';
let liveUntilMs = Date.now();
let isDrawingDue = false;

const link = new RouterLink({
  probeTopic,
  attempt: (hooks) =>
    new SessionAttempt({
      url: `${location.protocol === 'https:' ? 'wss:' : 'ws:'}//${location.host}${wsPath}`,
      realm,
      fetchToken: () => fetchToken('/get_token'),
      ...hooks,
    }),
  onstate: (state) => {
    connectionView.show(state);
    drawSoon();
  },
  onjoin: follow,
  onleave: () => {
    feed?.stop();
    feed = undefined;
    liveUntilMs = Date.now();
  },
});

function follow(session) {
  feed = new StatusFeed(session, {
    board,
    onchange: drawSoon,
    onevent,
    onwait: (reason) => {
      feedNote = reason;
      drawSoon();
    },
  });
  void feed.start();
  const current = feed;
  session
    .subscribe(sampleTopic, (_, kwargs) => {
      if (feed !== current) return;
      onevent();
      const sample = readSample(kwargs);
      if (sample) hostView.add(sample);
    })
    // Somebody who may see the statuses need not be allowed to see the host.
    .catch(() => undefined);
}

function onevent() {
  link.heard();
  hostView.countEvent();
}

/** However many events come, the table is drawn once a frame, and not at all while nobody can see it. */
function drawSoon() {
  if (isDrawingDue) return;
  isDrawingDue = true;
  requestAnimationFrame(() => {
    isDrawingDue = false;
    boardView.show(board.rows(), board.isComplete);
    boardView.note(feed ? feedNote : `As of ${new Date(liveUntilMs).toLocaleTimeString()}.`);
  });
}

function tick() {
  const now = Date.now();
  connectionView.tick(now);
  boardView.tick(now);
  hostView.tick(now);
}

window.addEventListener('online', () => link.wake());
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) link.wake();
});
setInterval(tick, 1000);
tick();
link.connect();
