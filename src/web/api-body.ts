import express, { type Request, type RequestHandler } from 'express';
import {
  checkOptions,
  isDict,
  optionRules,
  ProtocolViolation,
  type Dict,
  type List,
} from '../router/index.js';
import { HttpProblem } from './http-problem.js';

/** The longest body that is read, in bytes. */
export const maxApiBody = 64 * 1024;
/** Levels of nesting in a body, as in a message. */
const MAX_DEPTH = 64;

/** What is to be published or called. */
export interface ApiRequest {
  /** A topic or procedure; not checked. */
  readonly uri: string;
  readonly args: List;
  readonly kwargs: Dict;
  /** Of the types that the specification gives them. */
  readonly options: Dict;
}

/** Options that mean something here. What begins with an underscore is an implementation's own, and goes along (WAMP 3.1). */
const OPTIONS = {
  topic: [...optionRules.publish.keys()],
  procedure: ['disclose_me', 'timeout'],
} as const;
/** What would need an answer in parts, or somebody who knows how to read the payload. */
const REFUSED = /^(?:ppt_.*|progress|receive_progress)$/u;

const refuseOtherTypes: RequestHandler = (request, _response, next) => {
  if (request.is('application/json') === false) {
    throw new HttpProblem(415, 'The body must be application/json.');
  }
  next();
};

/** Read a body of JSON. Any other type is refused (415): what a form of another site could send is none. */
export const parseApiBody: readonly RequestHandler[] = [
  refuseOtherTypes,
  express.json({ limit: maxApiBody, inflate: false, type: 'application/json' }),
];

/** What the body of a request asks for, `name` naming its URI. Throws {@link HttpProblem} 400. */
export function parseApiRequest(request: Request, name: 'topic' | 'procedure'): ApiRequest {
  const body: unknown = request.body;
  checkBody(body);
  const { [name]: uri, args = [], kwargs = {}, options = {}, ...others } = body;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw malformed(`"${unknown.slice(0, 64)}" is not known here.`);
  if (typeof uri !== 'string') throw malformed(`"${name}" must be a string.`);
  if (!Array.isArray(args)) throw malformed('"args" must be a list.');
  if (!isDict(kwargs)) throw malformed('"kwargs" must be an object.');
  if (!isDict(options)) throw malformed('"options" must be an object.');
  return { uri, args, kwargs, options: parseOptions(options, name) };
}

function checkBody(body: unknown): asserts body is Dict {
  if (!isDict(body)) throw malformed('The body must be an object.');
  if (!isWithinDepth(body, MAX_DEPTH)) throw malformed('The body is nested too deeply.');
}

function parseOptions(options: Dict, name: 'topic' | 'procedure'): Dict {
  const known: readonly string[] = OPTIONS[name];
  const refused = Object.keys(options).find((key) => REFUSED.test(key));
  if (refused !== undefined)
    throw malformed(`The option "${refused.slice(0, 64)}" is not for HTTP.`);
  const meant = Object.entries(options).filter(
    ([key]) => known.includes(key) || /^_[^_]/u.test(key),
  );
  try {
    const rules = name === 'topic' ? optionRules.publish : optionRules.call;
    return checkOptions(Object.fromEntries(meant), rules);
  } catch (error) {
    if (error instanceof ProtocolViolation)
      throw malformed(`An option is wrong: ${error.message}.`);
    throw error;
  }
}

/** Without recursion: what is asked may be nested deeper than calls can be. */
function isWithinDepth(value: unknown, depth: number): boolean {
  let level: unknown[] = [value];
  for (let left = depth; left > 0; left -= 1) {
    level = level.flatMap((item) =>
      typeof item === 'object' && item !== null ? valuesOf(item) : [],
    );
    if (level.length === 0) return true;
  }
  return false;
}

const valuesOf = (item: object): unknown[] => Object.values(item);

const malformed = (detail: string): HttpProblem => new HttpProblem(400, detail);
