import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { helpText, parseOptions, UsageError } from '../../bench/options.js';

/** What the arguments choose, by name. */
function choice(...args: string[]) {
  const options = parseOptions(args);
  assert.ok(options);
  return {
    scenarios: options.scenarios.map(({ name }) => name),
    contenders: options.contenders.map(({ name }) => name),
    timing: options.timing,
  };
}

describe('parseOptions', () => {
  it('runs two scenarios of the router and bare ws with --quick', () => {
    const { scenarios, contenders } = choice('--quick');
    assert.deepEqual(scenarios, ['fan-out-100-w8', 'rpc-w64']);
    assert.deepEqual(contenders, ['expressway', 'bare-ws']);
  });

  it('runs everything without options', () => {
    const { scenarios, contenders } = choice();
    assert.equal(scenarios.length, 18);
    const fromNpm = ['socket.io', 'fox-wamp', 'wamp.rt'];
    assert.deepEqual(contenders, ['expressway', 'bare-ws', 'batched-ws', ...fromNpm]);
  });

  it('adds those given by URL to whoever else was chosen', () => {
    const args = ['--quick', '--url', 'nexus=ws://127.0.0.1/', '--url', 'crossbar=ws://[::1]/ws'];
    const names = ['expressway', 'bare-ws', 'nexus', 'crossbar'];
    assert.deepEqual(choice(...args).contenders, names);
  });

  const destinations: readonly [readonly string[], RegExp | undefined][] = [
    [[], /docs$/],
    [['--json', 'rows.json', '--url', 'nexus=ws://127.0.0.1/'], /docs$/],
    [['--no-write'], undefined],
    [['--quick'], undefined],
    [['--scenario', 'rpc-w1'], undefined],
    [['--contender', 'wamp.rt'], undefined],
    [['--repetitions', '1'], undefined],
    [['--quick', '--write'], /docs$/],
    [['--quick', '--output', 'there'], /^there$/],
  ];
  for (const [args, expected] of destinations) {
    it(`writes to ${String(expected)} with ${args.join(' ') || 'no options'}`, () => {
      const directory = parseOptions(args)?.outputDirectory;
      assert.match(directory ?? '', expected ?? /^$/);
    });
  }

  it('adds the baseline to the chosen contenders', () => {
    assert.deepEqual(choice('--contender', 'batched-ws').contenders, ['bare-ws', 'batched-ws']);
  });

  it('keeps the scenarios order, not that of the arguments', () => {
    const args = ['--scenario', 'rpc-w1', '--scenario', 'fan-out-100-w1'];
    assert.deepEqual(choice(...args).scenarios, ['fan-out-100-w1', 'rpc-w1']);
  });

  it('takes the length and number of turns', () => {
    const { timing } = choice('--seconds', '0.5', '--repetitions', '3');
    assert.deepEqual([timing.measureMs, timing.repetitions], [500, 3]);
  });

  it('asks for help', () => {
    assert.equal(parseOptions(['--help']), undefined);
  });

  const wrong: readonly [readonly string[], string][] = [
    [['--scenario', 'rpc'], '--scenario rpc: expected one of fan-out-100-w8, '],
    [['--contender', 'nexus'], '--contender nexus: expected one of expressway, '],
    [['--seconds', '0'], '--seconds 0: expected a number above 0'],
    [['--seconds', 'x'], '--seconds x: expected a number above 0'],
    [['--repetitions', '1.5'], '--repetitions 1.5: expected a whole number'],
    [['--url', 'bare-ws=ws://h/'], '--url bare-ws=ws://h/: bare-ws is taken'],
    [['--url', 'a=ws://h/', '--url', 'a=ws://i/'], '--url a=ws://i/: a is taken'],
    [['--url', 'nexus'], '--url nexus: expected NAME=ws://HOST:PORT/PATH'],
    [['--no-write', '--output', 'x'], '--no-write and --output contradict each other'],
    [['--fast'], "Unknown option '--fast'"],
    [['quick'], "Unexpected argument 'quick'"],
  ];
  for (const [args, message] of wrong) {
    it(`refuses ${args.join(' ')}`, () => {
      assert.throws(
        () => parseOptions(args),
        (error) => error instanceof UsageError && error.message.startsWith(message),
      );
    });
  }
});

describe('helpText', () => {
  it('names every option', () => {
    const text = helpText();
    const options = text.match(/^ {2}--[a-z-]+/gm) ?? [];
    assert.deepEqual(
      options.map((option) => option.trim()),
      [
        '--quick',
        '--scenario',
        '--contender',
        '--url',
        '--repetitions',
        '--seconds',
        '--json',
        '--write',
        '--no-write',
        '--output',
        '--profile',
        '--help',
      ],
    );
  });
});
