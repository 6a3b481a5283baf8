const heightPx = 92;
const minuteSeconds = 60;
const axisFont = '11px system-ui, sans-serif';

/**
 * @typedef {object} PlotOptions
 * @property {HTMLElement} element Where the plot goes; it is as wide as that.
 * @property {number} windowSeconds
 * @property {readonly { color: string, isFilled?: boolean, isStepped?: boolean }[]} series `color` names a CSS variable.
 * @property {number} leastTop The value axis reaches at least up to this.
 * @property {(value: number) => string} format Of the value axis.
 */

/** A line plot of the last minutes, in the page's colours. */
export class Plot {
  #element;
  #windowSeconds;
  #chart;

  /** @param {PlotOptions} options */
  constructor(options) {
    this.#element = options.element;
    this.#windowSeconds = options.windowSeconds;
    this.#chart = new uPlot(chartOptions(options), undefined, options.element);
    new ResizeObserver(() => this.#resize()).observe(options.element);
    // A canvas does not follow the style sheet by itself.
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
      this.#chart.redraw(false, true);
    });
  }

  /**
   * Draws these columns, as SlidingWindow hands them out.
   * @param {(number | null | undefined)[][]} columns
   * @param {string} description For those who do not see the plot.
   */
  draw(columns, description) {
    const last = columns[0].at(-1);
    this.#chart.batch(() => {
      this.#chart.setData(columns, false);
      this.#chart.setScale('x', { min: last - this.#windowSeconds + 1, max: last });
    });
    this.#element.setAttribute('aria-label', description);
  }

  #resize() {
    this.#chart.setSize({ width: this.#element.clientWidth, height: heightPx });
  }
}

/** @param {PlotOptions} options */
function chartOptions({ element, series, leastTop, format }) {
  return {
    width: element.clientWidth,
    height: heightPx,
    padding: [8, 14, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: true, auto: false },
      y: { range: (_, __, top) => [0, niceTop(Math.max(top ?? 0, leastTop))] },
    },
    axes: [timeAxis(), valueAxis(format)],
    series: [{}, ...series.map(lineOptions)],
  };
}

function timeAxis() {
  return {
    ...axisLook(),
    size: 22,
    grid: { show: false },
    splits: ({ scales }) => [4, 3, 2, 1, 0].map((ago) => scales.x.max - ago * minuteSeconds),
    values: () => ['−4 min', '−3', '−2', '−1', 'now'],
  };
}

function valueAxis(format) {
  return {
    ...axisLook(),
    size: 44,
    splits: ({ scales }) => [0, scales.y.max / 2, scales.y.max],
    values: (_, values) => values.map(format),
    grid: { stroke: () => colour('--line'), width: 1 },
  };
}

function axisLook() {
  return { stroke: () => colour('--muted'), font: axisFont, gap: 4, ticks: { show: false } };
}

function lineOptions({ color, isFilled = false, isStepped = false }) {
  return {
    stroke: () => colour(color),
    fill: isFilled ? () => `${colour(color)}22` : undefined,
    paths: isStepped ? uPlot.paths.stepped({ align: 1 }) : undefined,
    width: isStepped ? 1 : 1.75,
    points: { show: false },
  };
}

function colour(variable) {
  return getComputedStyle(document.documentElement).getPropertyValue(variable).trim();
}

/** The next of 1, 2, 5, 10, 20 … : the axis changes seldom, and its middle is a short number. */
export function niceTop(value) {
  const magnitude = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 5, 10].find((factor) => factor * magnitude >= value * 0.999_999);
  return step * magnitude;
}
