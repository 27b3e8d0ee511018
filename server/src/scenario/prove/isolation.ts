/** What keeps the driven program away from everything real: it reaches no other server, and nobody else's port is taken. */
import net from 'node:net';

/** Where Redis is by default. */
const REDIS_PORT = 6379;

/**
 * @param redisSocket the prover's own Redis server
 * @param onRefused told where the program wanted to connect to; must not return
 */
export function keepToOurselves(redisSocket: string | undefined, onRefused: (where: string) => never): void {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with the socket as its receiver
  const connect = net.Socket.prototype.connect as (this: net.Socket, ...args: unknown[]) => net.Socket;
  net.Socket.prototype.connect = function (this: net.Socket, ...args: unknown[]) {
    const [first, second] = args.flat();
    const target: { port?: unknown; host?: string; path?: string } =
      typeof first === 'object' && first !== null ? first : { port: first, host: second as string };
    const port = Number(target.port ?? 0);
    if (port === REDIS_PORT && redisSocket !== undefined) {
      return connect.call(this, { ...target, port: undefined, host: undefined, path: redisSocket });
    }
    return onRefused(target.path ?? `${target.host ?? 'localhost'}:${String(port)}`);
  };

  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with the server as its receiver
  const listen = net.Server.prototype.listen as (this: net.Server, ...args: unknown[]) => net.Server;
  net.Server.prototype.listen = function (this: net.Server, ...args: unknown[]) {
    const callback = args.flat().findLast((argument) => typeof argument === 'function');
    const anywhere = { port: 0, host: '127.0.0.1' };
    return callback === undefined ? listen.call(this, anywhere) : listen.call(this, anywhere, callback);
  };
}

export function refusal(where: string): string {
  return `it connects to ${where}, which may be one of your real stores; the prover brings a Redis server (port ${REDIS_PORT}) and no other`;
}
