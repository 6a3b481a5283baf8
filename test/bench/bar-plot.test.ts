import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { drawBarPlot, type BarPlot } from '../../bench/bar-plot.js';

const PLOT: BarPlot = {
  title: 'CPU < all',
  subtitle: 'less is better',
  series: ['ours', 'theirs'],
  groups: [
    {
      label: 'fan-out & more',
      bars: [
        { series: 0, value: 0.25 },
        { series: 1, value: 2 },
      ],
      bound: 0.5,
    },
    { label: 'RPC', bars: [{ series: 1, value: 1 }], bound: undefined },
  ],
  boundName: 'bound',
};

/** The attributes of each bar, in the order of the text; the first ones are those of the legend. */
function bars(svg: string) {
  const found = svg.matchAll(/<rect class="(s\d)" x="([\d.]+)" y="(\d+)" width="([\d.]+)"/g);
  return [...found].map(([, name, x, , width]) => [name, Number(x), Number(width)]).slice(2);
}

describe('drawBarPlot', () => {
  it('draws bars from 1 to both sides, each octave as long as the other', () => {
    const svg = drawBarPlot(PLOT);
    // The scale goes from 1/4 to 2 over 528 points from x = 280 on, so an octave is 176 and 1 lies at 632.
    assert.deepEqual(bars(svg), [
      ['s0', 280, 352],
      ['s1', 632, 176],
      ['s1', 632, 0],
    ]);
  });

  it('draws the bound across the first bar only where there is one', () => {
    const bounds = drawBarPlot(PLOT).match(/<line class="bound" x1="[\d.]+"/g);
    assert.deepEqual(bounds, ['<line class="bound" x1="244"', '<line class="bound" x1="456"']);
  });

  it('names the ticks, the values, the groups and the series', () => {
    const texts = [...drawBarPlot(PLOT).matchAll(/<text [^>]*>([^<]*)</g)].map(([, text]) => text);
    assert.deepEqual(texts, [
      ...['CPU &lt; all', 'less is better', 'ours', 'theirs', 'bound'],
      ...['0.25', '0.5', '1', '2'],
      ...['fan-out &amp; more', '0.25', '2.00', 'RPC', '1.00'],
    ]);
  });

  it('breaks a long name of a group into lines', () => {
    const label = 'fan-out 100, window 8, JSON, MessagePack and CBOR';
    const svg = drawBarPlot({ ...PLOT, groups: [{ label, bars: [], bound: undefined }] });
    const lines = svg.match(/y="\d+" text-anchor="end">[^<]*/g);
    assert.deepEqual(lines, [
      'y="104" text-anchor="end">fan-out 100, window 8, JSON,',
      'y="118" text-anchor="end">MessagePack and CBOR',
    ]);
  });

  it('has colours for light and for dark surroundings', () => {
    const [, light = '', dark = ''] =
      /<style>(.*)@media\(prefers-color-scheme:dark\)\{(.*)\}<\/style>/.exec(drawBarPlot(PLOT)) ??
      [];
    assert.notEqual(/\.s0\{fill:(#\w+)\}/.exec(light)?.[1], /\.s0\{fill:(#\w+)\}/.exec(dark)?.[1]);
    assert.match(dark, /\.ground\{fill:#0d1117\}/);
  });

  for (const value of [0, -1, NaN, Infinity]) {
    it(`refuses the value ${value}`, () => {
      const groups = [{ label: 'x', bars: [{ series: 0, value }], bound: undefined }];
      assert.throws(() => drawBarPlot({ ...PLOT, groups }), RangeError);
    });
  }

  it('refuses more series than it has colours', () => {
    const series = Array.from({ length: 8 }, (_, index) => `s${index}`);
    assert.throws(() => drawBarPlot({ ...PLOT, series }), new RangeError('too many series'));
  });
});
