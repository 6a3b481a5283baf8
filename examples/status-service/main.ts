import { z } from 'zod';
import { untilStopped } from '../signals.js';
import { startStatusService } from './service.js';

const environment = z.object({
  STATUS_SERVICE_PORT: z.coerce.number().int().min(0).max(65_535).default(8090),
  EXPRESSWAY_TRUSTED_URL: z.url({ protocol: /^wss?$/ }).default('ws://127.0.0.1:8081/'),
  EXPRESSWAY_REALM: z.string().min(1).default('realm1'),
  STATUS_DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  STATUS_DATABASE_FILE: z.string().min(1).default('data/status.db'),
});

const parsed = environment.safeParse(process.env);
if (!parsed.success) {
  console.error(`wrong environment:\n${z.prettifyError(parsed.error)}`);
  process.exit(2);
}
const stopped = untilStopped();
try {
  const service = await startStatusService({
    port: parsed.data.STATUS_SERVICE_PORT,
    trustedUrl: parsed.data.EXPRESSWAY_TRUSTED_URL,
    realm: parsed.data.EXPRESSWAY_REALM,
    databaseUrl: parsed.data.STATUS_DATABASE_URL,
    databaseFile: parsed.data.STATUS_DATABASE_FILE,
    log: console,
  });
  console.info(`listening on http://127.0.0.1:${service.port}/`);
  console.info(`stopping: ${await stopped}`);
  await service.close();
  process.exit(0);
} catch (cause) {
  console.error('cannot start:', cause);
  process.exit(1);
}
