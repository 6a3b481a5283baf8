import { ConsoleOutput, wantsColour } from './runner/console-output.js';
import { demonstrationPrograms, runDemonstration } from './runner/demonstration.js';
import { untilStopped } from './signals.js';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Expressway needs Node 20.19 or newer; this is ${process.version}.`);
  process.exit(1);
}
const code = await runDemonstration({
  ...demonstrationPrograms(process.env),
  env: process.env,
  output: new ConsoleOutput(
    (text) => process.stdout.write(text),
    wantsColour(process.env, process.stdout.isTTY),
  ),
  readyTimeoutMs: 30_000,
  stop: untilStopped(),
});
process.exit(code);
