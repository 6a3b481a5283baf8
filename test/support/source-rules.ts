import { builtinModules } from 'node:module';
import { posix } from 'node:path';

/** Sources by their path from the package's root, with slashes: `src/router/realm.ts`. */
export type Sources = ReadonlyMap<string, string>;

const MAX_LINES = 300;
/** The lowest floor whose prefix fits; whatever else is in src/ is on the top floor. */
const FLOORS = [
  ['src/router/protocol/', 0],
  ['src/router/serializer/', 1],
  ['src/router/transport/', 2],
  ['src/router/', 3],
  ['src/auth/', 4],
  ['src/cluster/', 4],
  ['src/web/', 5],
  ['src/', 6],
] as const;
/** Who may import a package: the one owner of each dependency. */
const OWNERS = [
  [/^ws$/, /^src\/router\/transport\//],
  [/^jsonwebtoken$/, /^src\/auth\/tokens\/token\.ts$/],
  [/^jwks-rsa$/, /^src\/auth\/tokens\//],
  [/^(express|express-session|passport|passport-http)$/, /^src\/web\//],
  [/^(helmet|rate-limiter-flexible|memorystore)$/, /^src\/web\//],
  [/^(yaml|zod)$/, /^src\/config\//],
  [/^pino$/, /^src\/pino-logger\.ts$/],
  [/^commander$/, /^src\/(cli\/|main\.ts$)/],
  [/^(@node-rs\/argon2|@node-rs\/bcrypt|pg)$/, /^src\/auth\/users\//],
] as const;
const INDEXES = ['src/index.ts', 'src/router/index.ts'];
const IMPORT = /^(?:import|export)\s(?:[^'";]*?\sfrom\s)?'([^']+)'|\bimport\(\s*'([^']+)'/gm;

/** What breaks the rules of ARCHITECTURE.md in these sources: one line each, empty when all is well. */
export function violationsIn(sources: Sources, dependencies: ReadonlySet<string>): string[] {
  const found: string[] = [];
  const edges = new Map<string, string[]>();
  for (const [file, text] of sources) {
    const imports = [...text.matchAll(IMPORT)].map(([, from, dynamic]) => from ?? dynamic ?? '');
    const [own, foreign] = [
      imports.filter(isRelative),
      imports.filter((each) => !isRelative(each)),
    ];
    const targets = own.map((path) =>
      posix.join(posix.dirname(file), path.replace(/\.js$/, '.ts')),
    );
    edges.set(file, targets);
    found.push(
      ...targets.flatMap((target) => importViolation(file, target, sources)),
      ...foreign.flatMap((name) => packageViolation(file, name, dependencies)),
      ...fileViolations(file, text),
    );
  }
  return [...found, ...cyclesIn(edges)];
}

const isRelative = (path: string): boolean => path.startsWith('.');

const floorOf = (file: string): number =>
  FLOORS.find(([prefix]) => file.startsWith(prefix))?.[1] ?? Infinity;

function importViolation(file: string, target: string, sources: Sources): string[] {
  if (!sources.has(target)) return [`${file} imports ${target}, which is not there`];
  if (floorOf(target) > floorOf(file)) return [`${file} imports ${target} from a floor above`];
  const crossesDoor = target.startsWith('src/router/') && !file.startsWith('src/router/');
  return crossesDoor && target !== 'src/router/index.ts'
    ? [`${file} imports ${target} past the router's index`]
    : [];
}

function packageViolation(file: string, path: string, dependencies: ReadonlySet<string>): string[] {
  if (path.startsWith('node:')) return [];
  const name = path.split('/', path.startsWith('@') ? 2 : 1).join('/');
  if (builtinModules.includes(name)) return [`${file} imports ${name} without node:`];
  const owner = OWNERS.find(([owned]) => owned.test(name))?.[1];
  return [
    ...(dependencies.has(name) ? [] : [`${file} imports ${name}, which is no dependency`]),
    ...(owner === undefined || owner.test(file)
      ? []
      : [`${file} imports ${name}, which it does not own`]),
  ];
}

function fileViolations(file: string, text: string): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
  const readsEnvironment = /\bprocess\.env\b/.test(code) && !file.startsWith('src/config/');
  return [
    ...(readsEnvironment ? [`${file} reads process.env`] : []),
    ...(text.trimEnd().split('\n').length > MAX_LINES
      ? [`${file} is over ${MAX_LINES} lines`]
      : []),
    ...(file.endsWith('/index.ts') && !INDEXES.includes(file)
      ? [`${file} is one index too many`]
      : []),
  ];
}

/** Each import that closes a circle, found depth first. */
function cyclesIn(edges: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file))
      found.push(`circle: ${[...path.slice(path.indexOf(file)), file].join(' > ')}`);
    else if (!done.has(file))
      for (const next of edges.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of edges.keys()) visit(file, []);
  return found;
}
