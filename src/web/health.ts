import { Router, type RequestHandler } from 'express';
import { onlyMethods } from './http-problem.js';

/**
 * `/livez` and `/readyz` for whatever watches the process: whether it runs, and whether people can be let in (503 if not). Their bodies
 * say no more, as everybody can read them (O2).
 */
export function health(isReady: () => Promise<boolean>): Router {
  const router = Router();
  router
    .route('/livez')
    .get((_request, response) => {
      response.type('text/plain').send('ok\n');
    })
    .all(onlyMethods('GET', 'HEAD'));
  router.route('/readyz').get(readyz(isReady)).all(onlyMethods('GET', 'HEAD'));
  return router;
}

const readyz =
  (isReady: () => Promise<boolean>): RequestHandler =>
  async (_request, response) => {
    const ready = await isReady();
    response
      .status(ready ? 200 : 503)
      .type('text/plain')
      .send(ready ? 'ok\n' : 'not ready\n');
  };
