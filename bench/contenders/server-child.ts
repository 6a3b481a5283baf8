/**
 * The server's side of the channel to the benchmark: says where it listens, answers how much CPU and memory it used (for
 * systems without /proc), and closes in an orderly way when told, so that a profile is written.
 */
export interface ChildServer {
  readonly port: number;
  readonly path: string;
  readonly close: () => Promise<void>;
}

/** Announces the server to the parent process. Throws when there is none. */
export function announce(server: ChildServer): void {
  const send = process.send?.bind(process);
  if (send === undefined) throw new Error('this program is started by the benchmark');
  process.on('message', (message) => {
    if (message === 'usage') send({ cpu: process.cpuUsage(), rss: process.memoryUsage.rss() });
    else if (message === 'stop') stop(server);
  });
  process.on('disconnect', () => {
    stop(server);
  });
  send({ listening: { port: server.port, path: server.path } });
}

function stop(server: ChildServer): void {
  process.removeAllListeners('disconnect');
  if (process.connected) process.disconnect();
  server.close().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}
