'use strict';

const form = document.getElementById('change');
const outcome = document.getElementById('outcome');
const list = document.getElementById('statuses');
const row = document.getElementById('row');

/** One request to the service; rejects with words for the reader. */
async function request(method, path, body) {
  const response = await fetch(path, {
    method,
    headers: body === undefined ? {} : { 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  }).catch(() => {
    throw new Error('The service does not answer.');
  });
  if (response.status === 204) return undefined;
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.detail ?? answer.title);
  return answer;
}

function pathOf(user) {
  return `/statuses/${encodeURIComponent(user)}`;
}

function say(words, isBad = false) {
  outcome.textContent = words;
  outcome.classList.toggle('bad', isBad);
}

function rowOf(entity) {
  const item = row.content.firstElementChild.cloneNode(true);
  item.querySelector('.user').textContent = entity.user;
  item.querySelector('.status').textContent = entity.status;
  item.querySelector('.message').textContent = entity.message;
  const time = item.querySelector('time');
  time.dateTime = entity.changed_at;
  time.textContent = new Date(entity.changed_at).toLocaleString();
  const remove = item.querySelector('.remove');
  remove.setAttribute('aria-label', `Remove the status of ${entity.user}`);
  remove.addEventListener('click', () => change('DELETE', entity.user));
  return item;
}

async function refresh() {
  try {
    const { statuses } = await request('GET', '/statuses');
    list.replaceChildren(...statuses.map(rowOf));
    document.getElementById('empty').hidden = statuses.length > 0;
  } catch (cause) {
    say(cause.message, true);
  }
}

async function change(method, user, body) {
  try {
    await request(method, pathOf(user), body);
    say(method === 'PUT' ? `Saved for ${user}.` : `Removed the status of ${user}.`);
    await refresh();
    return true;
  } catch (cause) {
    say(cause.message, true);
    return false;
  }
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const { user, status, message } = Object.fromEntries(new FormData(form));
  if (await change('PUT', user.trim(), { status, message })) form.elements.status.select();
});

// Somebody else may have changed something while the page was in the background.
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') void refresh();
});

void refresh();
