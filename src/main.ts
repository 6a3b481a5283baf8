#!/usr/bin/env node
import { startApplication } from './application.js';
import { keepHeap } from './cli/keep-heap.js';
import { run } from './cli/run.js';

keepHeap();
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
