import { createRequire } from 'node:module';
import { join } from 'node:path';
import express, { type Router } from 'express';

const vendorFiles: ReadonlyMap<string, string> = new Map([
  ['autobahn.min.js', 'autobahn-browser/autobahn.min.js'],
  ['uPlot.iife.min.js', 'uplot/dist/uPlot.iife.min.js'],
  ['uPlot.min.css', 'uplot/dist/uPlot.min.css'],
]);

/** Milliseconds for which a browser uses a vendor file without asking; they change with their package only. */
const vendorMaxAgeMs = 3_600_000;

/**
 * Serves `/assets` from the folder `assets` of `publicDirectory`, revalidated by ETag at each use, and `/vendor` from the
 * installed packages. Throws when one of these packages is not installed.
 */
export function staticFiles(publicDirectory: string): Router {
  const router = express.Router();
  router.use(
    '/assets',
    express.static(join(publicDirectory, 'assets'), { index: false, redirect: false }),
  );
  const { resolve } = createRequire(import.meta.url);
  for (const [name, specifier] of vendorFiles) {
    const file = resolve(specifier);
    router.get(`/vendor/${name}`, (_request, response) => {
      // The way to the file is ours, whatever dot folders the packages are installed under.
      response.sendFile(file, { maxAge: vendorMaxAgeMs, dotfiles: 'allow' });
    });
  }
  return router;
}
