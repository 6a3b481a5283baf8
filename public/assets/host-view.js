import { Plot } from './plot.js';
import { SlidingWindow } from './sliding-window.js';

const windowSeconds = 300;
/** Hosts that can be chosen from; samples of any more are only counted. */
const maximumHosts = 16;
/** A host that was silent for so long is shown as such. */
const silentAfterMs = 5000;
const gibibyte = 2 ** 30;
/** Never filled. */
const noHistory = new SlidingWindow(windowSeconds, 1);

/**
 * A host's measurements at one moment.
 * @typedef {object} Sample
 * @property {string} host
 * @property {[number, number, number]} load Mean length of the run queue in the last 1, 5 and 15 minutes.
 * @property {number} cpus
 * @property {number} memory_used Bytes.
 * @property {number} memory_total Bytes.
 * @property {number} network_rx_per_second Bytes.
 * @property {number} network_tx_per_second Bytes.
 * @property {number} event_loop_delay_ms
 */

/** Live numbers and plots of one host, and the events per second that this page receives. */
export class HostView {
  #find;
  #plots;
  #events = new SlidingWindow(windowSeconds, 1);
  /** @type {Map<string, { sample: Sample, atMs: number, history: SlidingWindow }>} */
  #hosts = new Map();
  /** @type {HTMLSelectElement} */
  #choice;

  /** @param {Document} page */
  constructor(page) {
    this.#find = (name) => page.querySelector(`#host-${name}`);
    this.#choice = this.#find('choice');
    this.#choice.addEventListener('change', () => this.tick(Date.now()));
    this.#plots = makePlots(this.#find);
  }

  /** An event of any topic came. */
  countEvent() {
    this.#events.add(Date.now(), 1);
  }

  /**
   * Keeps a sample of a host.
   * @param {Sample} sample
   */
  add(sample) {
    const entry = this.#hosts.get(sample.host) ?? this.#meet(sample);
    if (entry === undefined) return;
    entry.sample = sample;
    // The page's own clock: the host's may differ from it and from another host's.
    entry.atMs = Date.now();
    entry.history.put(entry.atMs, [...sample.load, memoryPercent(sample)]);
  }

  /**
   * Draws what is known now.
   * @param {number} nowMs Unix time in milliseconds.
   */
  tick(nowMs) {
    // A second without an event counts too.
    this.#events.add(nowMs, 0);
    if (document.hidden) return;
    // The second that is not over has not all its events yet.
    const events = this.#events.data(nowMs - 1000);
    const perSecond = events[1].at(-1) ?? 0;
    this.#write('events', String(perSecond));
    this.#plots.events.draw(
      events,
      `Events in each of the last 5 minutes' seconds; now ${perSecond}`,
    );
    const entry = this.#hosts.get(this.#choice.value);
    if (entry) this.#showHost(entry, nowMs);
    else this.#showNoHost(nowMs);
  }

  #showNoHost(nowMs) {
    const [times, nothing] = noHistory.data(nowMs);
    this.#plots.load.draw([times, nothing, nothing, nothing], 'Load: no data yet');
    this.#plots.memory.draw([times, nothing], 'Memory: no data yet');
  }

  #showHost({ sample, atMs, history }, nowMs) {
    const [minute, five, fifteen] = sample.load;
    const [times, load1, load5, load15, memory] = history.data(nowMs);
    const percent = Math.round(memoryPercent(sample));
    this.#write('load', minute.toFixed(2));
    this.#write('load-5', five.toFixed(2));
    this.#write('load-15', fifteen.toFixed(2));
    this.#write('cpus', sample.cpus === 1 ? 'of 1 CPU' : `of ${sample.cpus} CPUs`);
    this.#write('memory', `${percent} %`);
    this.#write('memory-more', `${gib(sample.memory_used)} of ${gib(sample.memory_total)} GiB`);
    this.#write('receive', rate(sample.network_rx_per_second));
    this.#write('send', rate(sample.network_tx_per_second));
    this.#write('delay', `${sample.event_loop_delay_ms.toFixed(1)} ms`);
    this.#find('silent').hidden = nowMs - atMs < silentAfterMs;
    this.#plots.load.draw(
      [times, load1, load5, load15],
      `Load of the last 5 minutes; now ${minute.toFixed(2)}`,
    );
    this.#plots.memory.draw([times, memory], `Memory of the last 5 minutes; now ${percent} %`);
  }

  #meet(sample) {
    if (this.#hosts.size >= maximumHosts) return undefined;
    const entry = { sample, atMs: 0, history: new SlidingWindow(windowSeconds, 4) };
    this.#hosts.set(sample.host, entry);
    const option = document.createElement('option');
    option.value = sample.host;
    option.textContent = sample.host;
    this.#choice.append(option);
    this.#find('name').textContent = this.#choice.value;
    this.#find('name').hidden = this.#hosts.size > 1;
    this.#find('choices').hidden = this.#hosts.size < 2;
    this.#find('none').hidden = true;
    return entry;
  }

  #write(name, value) {
    const element = this.#find(name);
    if (element.textContent !== value) element.textContent = value;
  }
}

/**
 * A sample as it is on the wire; undefined when it is none.
 * @param {any} value
 * @returns {Sample | undefined}
 */
export function readSample(value) {
  if (typeof value?.host !== 'string' || !Array.isArray(value.load)) return undefined;
  return {
    host: value.host,
    load: [amount(value.load[0]), amount(value.load[1]), amount(value.load[2])],
    cpus: amount(value.cpus),
    memory_used: amount(value.memory_used),
    memory_total: amount(value.memory_total),
    network_rx_per_second: amount(value.network_rx_per_second),
    network_tx_per_second: amount(value.network_tx_per_second),
    event_loop_delay_ms: amount(value.event_loop_delay_ms),
  };
}

function makePlots(find) {
  const plot = (name, options) =>
    new Plot({ element: find(`${name}-plot`), windowSeconds, ...options });
  return {
    load: plot('load', {
      series: [{ color: '--series-1' }, { color: '--series-2' }, { color: '--series-3' }],
      leastTop: 1,
      format: (value) => String(Number(value.toFixed(2))),
    }),
    memory: plot('memory', {
      series: [{ color: '--series-1', isFilled: true }],
      leastTop: 100,
      format: (value) => `${value} %`,
    }),
    events: plot('events', {
      series: [{ color: '--series-1', isFilled: true, isStepped: true }],
      leastTop: 2,
      format: String,
    }),
  };
}

/** @param {unknown} value */
function amount(value) {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : 0;
}

function memoryPercent({ memory_used: used, memory_total: total }) {
  return total > 0 ? (100 * used) / total : 0;
}

function gib(bytes) {
  return (bytes / gibibyte).toFixed(1);
}

function rate(bytes) {
  if (bytes < 1000) return `${Math.round(bytes)} B/s`;
  return bytes < 1_000_000
    ? `${(bytes / 1000).toFixed(1)} kB/s`
    : `${(bytes / 1_000_000).toFixed(1)} MB/s`;
}
