/** The application as `expressway start` runs it, with the configuration file that is named first on the command line. */
import { startApplication } from '../../src/application.js';
import { keepHeap } from '../../src/cli/keep-heap.js';
import { loadConfig } from '../../src/config/load.js';
import { createPinoLogger } from '../../src/pino-logger.js';
import { announce } from './server-child.js';

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error('expected a configuration file');
keepHeap();
const { config, users } = await loadConfig(file);
const application = await startApplication({
  config,
  users,
  logger: createPinoLogger({ level: config.log.level }),
});
announce({
  port: Number(new URL(application.publicUrl).port),
  path: config.public.wsPath,
  close: () => application.close(),
});
