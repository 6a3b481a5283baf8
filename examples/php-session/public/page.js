'use strict';

const state = document.getElementById('state');
const notes = document.getElementById('notes');

// No token: the browser sends the session cookie along with the connection.
const connection = new autobahn.Connection({
  url: state.dataset.url,
  realm: 'realm1',
  authmethods: ['cookie'],
});

connection.onopen = (session, details) => {
  state.textContent = `connected as ${details.authid} (${details.authrole})`;
  session.subscribe('com.example.note', ([text]) => {
    const item = document.createElement('li');
    item.textContent = String(text);
    notes.append(item);
  });
};

// Expressway says GOODBYE after a log-out: autobahn does not come back then. After a mere loss it does, by itself.
connection.onclose = (reason, details) => {
  state.textContent = details.will_retry ? 'connecting' : `disconnected: ${details.reason}`;
  return false;
};

connection.open();
