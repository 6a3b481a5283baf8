import { readFile } from 'node:fs/promises';

import { ConfigError, type ConfigProblem } from './config-error.js';
import type { ConfigNode } from './config-node.js';
import { errorCode } from './secret-reader.js';
import { parseYaml } from './yaml-document.js';

/** The content of a YAML file, or undefined and what is wrong with it. */
export interface ConfigurationFile {
  readonly node: ConfigNode | undefined;
  readonly problems: readonly ConfigProblem[];
}

/** Reads a YAML file of the configuration. An empty one is an empty mapping. Never rejects for what is in the file. */
export async function readConfigurationFile(file: string): Promise<ConfigurationFile> {
  const start = { file, line: 1, column: 1 };
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const message = `expected a readable file, found none (${errorCode(error)})`;
    return { node: undefined, problems: [{ origin: start, path: '', message }] };
  }
  const { node, problems } = parseYaml(text, (line, column) => ({ file, line, column }));
  const isEmpty = node?.kind === 'scalar' && node.value === null;
  return {
    node: isEmpty ? { kind: 'mapping', origin: start, entries: new Map() } : node,
    problems,
  };
}

/** Throws {@link ConfigError} with the problems in the order of files and lines, if there are any. */
export function throwProblems(problems: readonly ConfigProblem[]): void {
  if (problems.length === 0) return;
  throw new ConfigError([...problems].sort(compareOrigins));
}

function compareOrigins({ origin: a }: ConfigProblem, { origin: b }: ConfigProblem): number {
  if ('variable' in a || 'variable' in b) return Number('variable' in a) - Number('variable' in b);
  if (a.file !== b.file) return 0;
  return a.line - b.line || a.column - b.column;
}
