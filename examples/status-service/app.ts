import express, { type Express, type RequestHandler, type Response } from 'express';
import helmet from 'helmet';
import { z } from 'zod';
import type { Log } from '../wamp-session.js';
import { problemHandler, sendProblem } from './problem.js';
import { refuseOtherSites } from './same-site.js';
import type { StatusStore } from './status-store.js';

/** What the REST service needs. */
export interface StatusAppOptions {
  readonly store: StatusStore;
  /** The folder of the form. */
  readonly publicDirectory: string;
  readonly log: Log;
}

const CONTROL = /^\P{Cc}*$/u;
const userName = z
  .string()
  .normalize('NFC')
  .regex(
    /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._@ -]{0,63}$/u,
    'up to 64 letters, digits, spaces and ._@-, beginning with a letter or digit',
  );
const change = z.strictObject({
  status: z.string().trim().min(1).max(32).regex(CONTROL, 'no control characters'),
  message: z.string().trim().max(200).regex(CONTROL, 'no control characters').default(''),
});

/** The REST service over statuses, and its form. It does not listen. */
export function createStatusApp({ store, publicDirectory, log }: StatusAppOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(securityHeaders());
  app.use(refuseOtherSites);
  app.use('/statuses', statusRoutes(store));
  app.use(express.static(publicDirectory, { index: 'index.html', redirect: false }));
  app.use((_request, response) => {
    sendProblem(response, 404, 'there is nothing here');
  });
  app.use(problemHandler(log));
  return app;
}

function statusRoutes(store: StatusStore): express.Router {
  const router = express.Router();
  router.use((_request, response, next) => {
    response.set('Cache-Control', 'no-store');
    next();
  });
  router
    .route('/')
    .get(async (_request, response) => {
      response.json(await store.list());
    })
    .all(methodNotAllowed('GET, HEAD'));
  router
    .route('/:user')
    .get(async (request, response) => {
      const user = parse(userName, request.params.user, response);
      if (user === undefined) return;
      const status = await store.find(user);
      if (status === undefined) sendProblem(response, 404, 'this user has no status');
      else response.json(status);
    })
    .put(requireJson, express.json({ limit: '8kb' }), async (request, response) => {
      const user = parse(userName, request.params.user, response);
      const wanted = user === undefined ? undefined : parse(change, request.body, response);
      if (user === undefined || wanted === undefined) return;
      const { status, created } = await store.set(user, wanted);
      if (created) response.location(`/statuses/${encodeURIComponent(user)}`);
      response.status(created ? 201 : 200).json(status);
    })
    .delete(async (request, response) => {
      const user = parse(userName, request.params.user, response);
      if (user === undefined) return;
      const removed = await store.remove(user);
      if (removed === undefined) sendProblem(response, 404, 'this user has no status');
      else response.status(204).end();
    })
    .all(methodNotAllowed('GET, HEAD, PUT, DELETE'));
  return router;
}

/** The parsed value, or undefined when a 400 with the list of faults has been sent. */
function parse<T>(schema: z.ZodType<T>, value: unknown, response: Response): T | undefined {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  sendProblem(response, 400, z.prettifyError(result.error), {
    errors: result.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })),
  });
  return undefined;
}

// A page of another site may send text/plain without asking first; application/json it may not.
const requireJson: RequestHandler = (request, response, next) => {
  if (request.is('application/json') === 'application/json') next();
  else sendProblem(response, 415, 'the body must be application/json');
};

function methodNotAllowed(allow: string): RequestHandler {
  return (request, response) => {
    response.set('Allow', allow);
    sendProblem(response, 405, `${request.method} is not possible here`);
  };
}

function securityHeaders(): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        connectSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: false,
  });
}
