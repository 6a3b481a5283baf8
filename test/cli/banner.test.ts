import { equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { banner } from '../../src/cli/banner.js';
import { ConfigurationFolder, MINIMAL } from '../config/configuration-folder.js';

describe('banner', () => {
  it('tells the URL of each listener, and of long-poll where it is on', async (t) => {
    const folder = await ConfigurationFolder.make(t, {
      'a.yaml': `${MINIMAL}public: { longpoll_path: /longpoll }
listeners:
  - { name: services, type: rawsocket, unix: /run/a.sock, trusted: true, role: trusted }
  - { name: devices, type: rawsocket, port: 0, authmethods: [jwt] }
`,
    });
    const { config } = await folder.load('a.yaml');
    const addresses = {
      publicUrl: 'http://127.0.0.1:8080',
      trustedUrl: 'ws://127.0.0.1:8081/',
      listenerUrls: new Map([
        ['services', 'unix:/run/a.sock'],
        ['devices', 'tcp://127.0.0.1:7000'],
      ]),
    };
    equal(
      banner(addresses, config, []),
      `Expressway is running. Stop it with Ctrl+C.

  Dashboard    http://127.0.0.1:8080/livestatus
  WebSocket    ws://127.0.0.1:8080/ws (realm realm1)
  Long-poll    http://127.0.0.1:8080/longpoll
  Trusted URL  ws://127.0.0.1:8081/ (for programs on this machine)
  Listener     unix:/run/a.sock (services, for programs on this machine)
  Listener     tcp://127.0.0.1:7000 (devices, for everybody)

`,
    );
  });

  it('tells of no long-poll and no further listeners where there are none', async (t) => {
    const folder = await ConfigurationFolder.make(t, { 'a.yaml': MINIMAL });
    const { config } = await folder.load('a.yaml');
    const addresses = { publicUrl: 'http://a', trustedUrl: 'ws://b/', listenerUrls: new Map() };
    equal(
      banner(addresses, config, []),
      `Expressway is running. Stop it with Ctrl+C.

  Dashboard    http://a/livestatus
  WebSocket    ws://a/ws (realm realm1)
  Trusted URL  ws://b/ (for programs on this machine)

`,
    );
  });
});
