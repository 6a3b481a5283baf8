import { fileURLToPath } from 'node:url';

/** The absolute path of a file of the repository that the compiler does not copy; independent of the working directory. */
export function repositoryFile(path: string): string {
  // This file runs as dist/examples/repository.js.
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}
