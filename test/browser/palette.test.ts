import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { publicFolder } from './page-modules.js';

const styleSheet = readFileSync(new URL('assets/base.css', publicFolder), 'utf8');
const [lightRules = '', darkRules = ''] = styleSheet.split('@media (prefers-color-scheme: dark)');
const light = readVariables(lightRules);
const schemes = { light, dark: new Map([...light, ...readVariables(darkRules)]) };

type Pair = readonly [text: string, ground: string];

const pairs: readonly Pair[] = [
  ...['page', 'surface', 'sunken', 'fresh'].flatMap((ground): Pair[] => [
    ['text', ground],
    ['muted', ground],
  ]),
  ...['page', 'surface'].flatMap((ground) =>
    ['accent', 'accent-strong', 'good', 'warn', 'bad'].map((text): Pair => [text, ground]),
  ),
  ...['good', 'warn', 'bad', 'info'].map((tone): Pair => [tone, `${tone}-tint`]),
  ['on-accent', 'accent'],
  ['on-accent', 'accent-strong'],
];

/** What is seen but not read needs a contrast of 3 (WCAG 2.2, 1.4.11). */
const shapes = ['series-1', 'series-2', 'series-3', 'focus', 'muted'] as const;

describe('palette', () => {
  for (const [scheme, variables] of Object.entries(schemes)) {
    it(`has readable text in the ${scheme} scheme`, () => {
      for (const [text, ground] of pairs) {
        const ratio = contrast(variables, text, ground);
        assert.ok(ratio >= 4.5, `--${text} on --${ground}: ${ratio.toFixed(2)}`);
      }
    });

    it(`has visible lines and focus rings in the ${scheme} scheme`, () => {
      for (const shape of shapes) {
        const ratio = contrast(variables, shape, 'surface');
        assert.ok(ratio >= 3, `--${shape}: ${ratio.toFixed(2)}`);
      }
    });
  }
});

function readVariables(rules: string): Map<string, string> {
  const found = rules.matchAll(/--([\w-]+): (#[\da-f]{6});/gu);
  return new Map(Array.from(found, ([, name = '', value = '']) => [name, value]));
}

function contrast(variables: ReadonlyMap<string, string>, one: string, other: string): number {
  const [dark = 0, bright = 0] = [one, other]
    .map((name) => luminance(variables.get(name) ?? ''))
    .sort((a, b) => a - b);
  return (bright + 0.05) / (dark + 0.05);
}

/** Relative luminance, as WCAG defines it. */
function luminance(colour: string): number {
  assert.match(colour, /^#[\da-f]{6}$/u);
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((start) => Number.parseInt(colour.slice(start, start + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
