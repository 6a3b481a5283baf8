import { Uri, type WampError } from '../router/index.js';
import { HttpProblem } from './http-problem.js';

const STATUS_BY_URI: ReadonlyMap<string, number> = new Map([
  [Uri.invalidUri, 400],
  [Uri.invalidArgument, 400],
  [Uri.notAuthorized, 403],
  ['wamp.error.authorization_denied', 403],
  ['wamp.error.authorization_required', 403],
  [Uri.optionNotAllowed, 403],
  [Uri.disclosureNotAllowed, 403],
  [Uri.noSuchProcedure, 404],
  [Uri.payloadSizeExceeded, 413],
  [Uri.limitExceeded, 429],
  [Uri.runtimeError, 500],
  [Uri.featureNotSupported, 501],
  [Uri.authorizationFailed, 503],
  [Uri.canceled, 503],
  [Uri.noAvailableCallee, 503],
  [Uri.unavailable, 503],
  [Uri.timeout, 504],
]);

/** The status of an error that a callee has made up: the request was understood, and could not be done. */
const APPLICATION_ERROR = 422;

/** The status by which an ERROR of this URI is told over HTTP. */
export const statusOf = (uri: string): number => STATUS_BY_URI.get(uri) ?? APPLICATION_ERROR;

/** A WAMP ERROR as a problem of HTTP (RFC 9457), with its URI, arguments and keyword arguments. */
export function wampProblem(
  { uri, args, kwargs }: WampError,
  headersOf403: Readonly<Record<string, string>>,
): HttpProblem {
  const status = statusOf(uri);
  const isDenied = uri === Uri.notAuthorized;
  const detail = typeof args[0] === 'string' ? args[0] : `The router answers ${uri}.`;
  return new HttpProblem(status, detail, isDenied ? headersOf403 : {}, {
    wamp_uri: uri,
    ...(args.length > 0 && { args }),
    ...(Object.keys(kwargs).length > 0 && { kwargs }),
  });
}
