/** The application as `expressway start` runs it, with the configuration file that is named first on the command line. */
import { tuneHeap } from '../../src/cli/tune-heap.js';
import { announce } from './server-child.js';

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error('expected a configuration file');
tuneHeap();
const { startApplication } = await import('../../src/application.js');
const { loadConfig } = await import('../../src/config/load.js');
const { createPinoLogger } = await import('../../src/pino-logger.js');
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
