import { deepEqual, equal, ok } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startTestApplication, webSocketUrl } from '../support/application.js';
import { makeToken } from '../support/tokens.js';
import { joinWithToken } from '../support/wire-client.js';

const DOCUMENT = fileURLToPath(new URL('../../../docs/http-api.md', import.meta.url));
const run = promisify(execFile);

describe('docs/http-api.md', () => {
  it('shows commands that do what it says', async (t) => {
    const text = await readFile(DOCUMENT, 'utf8');
    const [fetchToken = '', ...commands] = [...text.matchAll(/```sh\n([^]*?)```/gu)].map(
      ([, command]) => command ?? '',
    );
    const application = await startTestApplication(t);
    const { client } = await joinWithToken(t, webSocketUrl(application), makeToken());
    client.send([32, 1, {}, 'com.example.news']);
    await client.receive();
    const answers: Record<string, unknown>[] = [];
    for (const command of commands) {
      const script = `set -e\nurl="$1"\n${fetchToken}\n${command}`;
      const { stdout } = await run('sh', ['-c', script, 'sh', application.publicUrl]);
      answers.push(JSON.parse(stdout) as Record<string, unknown>);
    }
    const [me, published, called, failed] = answers;
    equal(answers.length, 4);
    deepEqual([me?.['username'], me?.['role']], ['admin', 'admin']);
    equal(published?.['topic'], 'com.example.news');
    deepEqual((await client.receive())[4], ['hello']);
    ok(Array.isArray(called?.['args']));
    const shown = /```json\n([^]*?)```/u.exec(text)?.[1] ?? '';
    const { request_id: shownId, ...problem } = JSON.parse(shown) as Record<string, unknown>;
    const { request_id: givenId, ...answer } = failed ?? {};
    deepEqual([typeof shownId, typeof givenId], ['string', 'string']);
    deepEqual(answer, problem);
  });
});
