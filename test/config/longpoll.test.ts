import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigurationFolder, MINIMAL } from './configuration-folder.js';

describe('the long-poll transport of the configuration', () => {
  for (const [name, yaml, problem] of [
    [
      'at the path of the WebSocket',
      'longpoll_path: /ws',
      '/public/longpoll_path: expected another path than ws_path, found "/ws"',
    ],
    [
      'at a path with a slash at its end',
      'longpoll_path: /lp/',
      '/public/longpoll_path: expected a path such as /longpoll, without a slash at its end, found "/lp/"',
    ],
    [
      'with another status',
      'longpoll_status: 200',
      '/public/longpoll_status: expected 202 or 204, found 200',
    ],
  ] as const) {
    it(`cannot be ${name}`, async (t) => {
      const folder = await ConfigurationFolder.make(t, {
        'a.yaml': `${MINIMAL}public: { ${yaml} }\n`,
      });
      deepEqual(
        (await folder.problems('a.yaml')).map((line) => line.replace(/^a\.yaml:15:\d+ /, '')),
        [problem],
      );
    });
  }

  it('is off by default, and set by the environment too', async (t) => {
    const folder = await ConfigurationFolder.make(t, { 'a.yaml': MINIMAL });
    const { config } = await folder.load('a.yaml', {
      EXPRESSWAY_PUBLIC__LONGPOLL_PATH: '/lp',
      EXPRESSWAY_PUBLIC__LONGPOLL_STATUS: '204',
      EXPRESSWAY_PUBLIC__SERIALIZERS: '[cbor]',
    });
    const { longPollPath, longPollStatus, serializers } = config.public;
    deepEqual([longPollPath, longPollStatus, serializers], ['/lp', 204, ['cbor']]);
    equal((await folder.load('a.yaml')).config.public.longPollPath, undefined);
  });
});
