/** One bar; `series` is its place in the plot's list of series. */
export interface Bar {
  readonly series: number;
  /** Above 0. */
  readonly value: number;
}

/** Bars that belong together, from top to bottom. */
export interface BarGroup {
  readonly label: string;
  readonly bars: readonly Bar[];
  /** Drawn as a stroke across the first bar. */
  readonly bound: number | undefined;
}

/** Bars on a logarithmic scale that grow to both sides from 1. */
export interface BarPlot {
  readonly title: string;
  /** What 1 is and which side is better. */
  readonly subtitle: string;
  /** Their names, for the legend; at most as many as there are colours. */
  readonly series: readonly string[];
  readonly groups: readonly BarGroup[];
  readonly boundName: string;
}

/** Told apart by those who see red and green alike too (Okabe and Ito), lighter where the ground is dark. */
const COLOURS: readonly (readonly [light: string, dark: string])[] = [
  ['#0067b8', '#4db2ff'],
  ['#8a8f98', '#868d97'],
  ['#e69f00', '#e9b13c'],
  ['#d55e00', '#f0803a'],
  ['#b8568f', '#dc8fbd'],
  ['#00805e', '#2fb491'],
  ['#7a6a00', '#c9b93a'],
];

const WIDTH = 860;
const LABELS = 236;
const SCALE_LEFT = LABELS + 44;
const SCALE_RIGHT = WIDTH - 52;
const TOP = 96;
const BAR = 10;
const PITCH = 12;
const GROUP_GAP = 14;
const LINE = 14;
const LABEL_CHARACTERS = 34;
const FOOT = 34;
const LEGEND_PITCH = 112;

/**
 * The plot as SVG, with a style for light and one for dark surroundings. Throws RangeError for more series than there are
 * colours and for a value that is not above 0.
 */
export function drawBarPlot(plot: BarPlot): string {
  if (plot.series.length > COLOURS.length) throw new RangeError('too many series');
  const scale = scaleOf(plot.groups);
  const tops = groupTops(plot.groups);
  const bottom = tops.at(-1) ?? TOP;
  const height = bottom + FOOT;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title subtitle">`,
    `<style>${style()}</style>`,
    `<rect class="ground" width="${WIDTH}" height="${height}"/>`,
    text({ x: 16, y: 30, class: 'title', id: 'title' }, plot.title),
    text({ x: 16, y: 50, class: 'quiet', id: 'subtitle' }, plot.subtitle),
    ...legend(plot),
    ...ticks(scale, bottom),
    ...plot.groups.flatMap((group, index) => drawGroup(group, tops[index] ?? TOP, scale)),
    '</svg>\n',
  ].join('\n');
}

interface Scale {
  /** Powers of two, ascending; 1 lies within. */
  readonly ticks: readonly number[];
  readonly x: (value: number) => number;
}

function scaleOf(groups: readonly BarGroup[]): Scale {
  const values = groups.flatMap(({ bars, bound }) => [
    ...bars.map(({ value }) => value),
    ...(bound === undefined ? [] : [bound]),
  ]);
  const wrong = values.find((value) => !(value > 0 && Number.isFinite(value)));
  if (wrong !== undefined) throw new RangeError(`${wrong} has no place on a logarithmic scale`);
  const low = Math.floor(Math.log2(Math.min(0.5, ...values)));
  const high = Math.ceil(Math.log2(Math.max(2, ...values)));
  const unit = (SCALE_RIGHT - SCALE_LEFT) / (high - low);
  return {
    ticks: Array.from({ length: high - low + 1 }, (_, index) => 2 ** (low + index)),
    x: (value) => round(SCALE_LEFT + (Math.log2(value) - low) * unit),
  };
}

/** Where each group starts, and behind them where the last one ends. */
function groupTops(groups: readonly BarGroup[]): readonly number[] {
  const tops = [TOP];
  for (const { bars } of groups) {
    tops.push((tops.at(-1) ?? TOP) + rowsOf(bars) * PITCH + GROUP_GAP);
  }
  return tops;
}

function style(): string {
  const colours = (shade: 0 | 1) => COLOURS.map((pair, index) => `.s${index}{fill:${pair[shade]}}`);
  return [
    'text{font:12px system-ui,"Segoe UI",Roboto,Helvetica,Arial,sans-serif;fill:#1f2328}',
    '.title{font-size:16px;font-weight:600}.quiet{fill:#59636e}.value{font-size:10px}',
    '.ground{fill:#fff}.grid{stroke:#d8dee4}.one{stroke:#1f2328;stroke-width:1.5}.bound{stroke:#1f2328;stroke-width:2}',
    ...colours(0),
    '@media(prefers-color-scheme:dark){',
    'text{fill:#e6edf3}.quiet{fill:#9198a1}',
    '.ground{fill:#0d1117}.grid{stroke:#2d333b}.one{stroke:#e6edf3}.bound{stroke:#e6edf3}',
    ...colours(1),
    '}',
  ].join('');
}

function legend({ series, boundName }: BarPlot): readonly string[] {
  const names = series.map((name, index) => {
    const x = 16 + index * LEGEND_PITCH;
    return `<rect class="s${index}" x="${x}" y="64" width="${BAR}" height="${BAR}"/>${text({ x: x + 15, y: 73 }, name)}`;
  });
  const x = 16 + series.length * LEGEND_PITCH;
  return [...names, `${line('bound', x + 4, 62, 76)}${text({ x: x + 12, y: 73 }, boundName)}`];
}

function ticks(scale: Scale, bottom: number): readonly string[] {
  return scale.ticks.map((value) => {
    const x = scale.x(value);
    const label = text({ x, y: bottom + 16, class: 'quiet', 'text-anchor': 'middle' }, `${value}`);
    return line(value === 1 ? 'one' : 'grid', x, TOP - 8, bottom) + label;
  });
}

function drawGroup({ label, bars, bound }: BarGroup, top: number, scale: Scale): readonly string[] {
  const lines = wrap(label);
  const first = top + (rowsOf(bars) * PITCH - (lines.length - 1) * LINE) / 2 + 3;
  return [
    ...lines.map((words, index) =>
      text({ x: LABELS, y: first + index * LINE, 'text-anchor': 'end' }, words),
    ),
    ...bars.map((bar, index) => drawBar(bar, top + index * PITCH, scale)),
    ...(bound === undefined ? [] : [line('bound', scale.x(bound), top - 2, top + BAR + 2)]),
  ];
}

/** A group is at least as high as a label of two lines. */
function rowsOf(bars: readonly Bar[]): number {
  return Math.max(2, bars.length);
}

/** The label in lines that fit beside the scale, as far as its words allow. */
function wrap(label: string): readonly string[] {
  const lines: string[] = [];
  for (const word of label.split(' ')) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= LABEL_CHARACTERS) {
      lines[lines.length - 1] = `${line} ${word}`;
    } else lines.push(word);
  }
  return lines;
}

function drawBar({ series, value }: Bar, y: number, scale: Scale): string {
  const [one, end] = [scale.x(1), scale.x(value)];
  const isLeft = end < one;
  const rect = `<rect class="s${series}" x="${Math.min(one, end)}" y="${y}" width="${round(Math.abs(end - one))}" height="${BAR}"/>`;
  const anchor = isLeft ? 'end' : 'start';
  const at = { x: round(end + (isLeft ? -4 : 4)), y: y + 9, class: 'value', 'text-anchor': anchor };
  return rect + text(at, value.toFixed(2));
}

function line(name: string, x: number, top: number, bottom: number): string {
  return `<line class="${name}" x1="${x}" x2="${x}" y1="${top}" y2="${bottom}"/>`;
}

function text(attributes: Readonly<Record<string, string | number>>, content: string): string {
  const list = Object.entries(attributes).map(([name, value]) => `${name}="${value}"`);
  return `<text ${list.join(' ')}>${escape(content)}</text>`;
}

function escape(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
