#!/usr/bin/env node
import { tuneHeap } from './cli/tune-heap.js';

tuneHeap();
// Only now: what they load makes V8 collect, and what it is told after that comes too late.
const { startApplication } = await import('./application.js');
const { run } = await import('./cli/run.js');

const code = await run(
  process.argv.slice(2),
  {
    stdin: process.stdin,
    print: (text) => process.stdout.write(text),
    complain: (text) => process.stderr.write(text),
    events: process,
    exit: (status) => process.exit(status),
  },
  startApplication,
);
process.exit(code);
