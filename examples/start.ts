import { ConsoleOutput, wantsColour } from './runner/console-output.js';
import { demonstrationPrograms, runDemonstration } from './runner/demonstration.js';
import { isSupportedNode, SUPPORTED_NODE } from './runner/supported-node.js';
import { untilStopped } from './signals.js';

if (!isSupportedNode(process.versions.node)) {
  console.error(`Expressway needs ${SUPPORTED_NODE}; this is ${process.version}.`);
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
