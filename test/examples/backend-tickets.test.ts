import { deepEqual } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ConfigurationFolder } from '../config/configuration-folder.js';
import { startTestApplication, webSocketUrl } from '../support/application.js';
import { ALL_ROLES, connectWire } from '../support/wire-client.js';

const run = promisify(execFile);
const FOLDER = fileURLToPath(new URL('../../../examples/backend-tickets/', import.meta.url));
const KEY = '9f3b1c7d5e2a4860b4c6d8eaf1021324';

describe('examples/backend-tickets', () => {
  for (const [program, file] of [
    ['php', 'ticket.php'],
    ['/usr/bin/python3', 'ticket.py'],
    [process.execPath, 'ticket.mjs'],
  ] as const) {
    it(`makes tickets with ${file} that open one session each`, async (t) => {
      const folder = await ConfigurationFolder.make(t, { 'ticket.key': `${KEY}\n` });
      const application = await startTestApplication(t, {
        EXPRESSWAY_AUTH__ORDER: '[ticket]',
        EXPRESSWAY_AUTH__TICKET__KINDS: '[backend]',
        EXPRESSWAY_AUTH__TICKET__BACKEND_KEY_FILE: folder.file('ticket.key'),
        EXPRESSWAY_AUTH__TICKET__BACKEND_ROLES: '[user]',
      });
      const { stdout } = await run(program, [FOLDER + file, folder.file('ticket.key'), 'user']);
      const answers: unknown[] = [];
      for (let use = 0; use < 2; use += 1) {
        const url = `${webSocketUrl(application)}?ticket=${stdout.trim()}`;
        const client = await connectWire(t, url);
        client.send([1, 'realm1', ALL_ROLES]);
        answers.push((await client.receive())[0]);
      }
      deepEqual(answers, [2, 3]);
    });
  }
});
