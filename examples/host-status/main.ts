import { z } from 'zod';
import { untilStopped } from '../signals.js';
import { WampSession } from '../wamp-session.js';
import { HostSampler } from './host-sampler.js';
import { SamplePublisher } from './sample-publisher.js';

const environment = z.object({
  EXPRESSWAY_TRUSTED_URL: z.url({ protocol: /^wss?$/ }).default('ws://127.0.0.1:8081/'),
  EXPRESSWAY_REALM: z.string().min(1).default('realm1'),
});

const parsed = environment.safeParse(process.env);
if (!parsed.success) {
  console.error(`wrong environment:\n${z.prettifyError(parsed.error)}`);
  process.exit(2);
}
const stopped = untilStopped();
const session = new WampSession({
  url: parsed.data.EXPRESSWAY_TRUSTED_URL,
  realm: parsed.data.EXPRESSWAY_REALM,
  authid: 'host-status',
  log: console,
});
const sampler = new HostSampler();
const publisher = new SamplePublisher(session, console);
const timer = setInterval(() => void publisher.publish(sampler.sample()), 1000);

console.info('publishing a sample of this host each second');
console.info(`stopping: ${await stopped}`);
clearInterval(timer);
sampler.close();
await session.close();
process.exit(0);
