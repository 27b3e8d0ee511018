/**
 * A request and its response without a connection, for a route handler that is called directly: Node's own classes, with what
 * Express, Fastify, Koa and their like add to them and handlers use most.
 */
import { once } from 'node:events';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';

import type { CallArguments } from './arguments.js';
import type { RequestDescription } from './configuration.js';

export function requestAndResponse(description: RequestDescription): CallArguments {
  const request = requestOf(description);
  const response = responseTo(request);
  const answered = once(response, 'finish').then(() => undefined);
  const next = (): void => {
    response.end();
  };
  return { values: [request, response, next], answered };
}

function requestOf(description: RequestDescription): IncomingMessage {
  const { method = 'GET', url = '/', headers = {}, params = {}, query, body = {} } = description;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const request = new IncomingMessage(new Nowhere());
  request.method = method;
  request.url = url;
  request.headers = {
    host: 'localhost',
    'content-type': 'application/json',
    ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
  };
  if (method !== 'GET' && method !== 'HEAD') request.push(text);
  request.push(null);
  const { searchParams, pathname } = new URL(url, 'http://localhost');
  const header = (name: string): unknown => request.headers[name.toLowerCase()];
  return Object.assign(request, {
    params,
    query: query ?? Object.fromEntries(searchParams),
    body,
    path: pathname,
    originalUrl: url,
    ip: '127.0.0.1',
    cookies: {},
    session: {},
    get: header,
    header,
    // Koa's context has both, and is the first argument.
    request: { method, url, headers: request.headers, body, query: query ?? {} },
    req: request,
    state: {},
  });
}

function responseTo(request: IncomingMessage): ServerResponse {
  const response = new ServerResponse(request);
  response.assignSocket(request.socket);
  const answer = (body?: unknown): unknown => {
    const isText = body === undefined || typeof body === 'string' || body instanceof Uint8Array;
    response.end(isText ? body : JSON.stringify(body));
    return response;
  };
  const status = (code: number): unknown => {
    response.statusCode = code;
    return response;
  };
  const set = (name: string, value: string): unknown => response.setHeader(name, value);
  const self = (): unknown => response;
  return Object.assign(response, {
    status,
    code: status,
    sendStatus: (code: number) => {
      status(code);
      return answer();
    },
    send: answer,
    json: answer,
    jsonp: answer,
    render: answer,
    redirect: () => answer(),
    set,
    header: set,
    type: self,
    cookie: self,
    clearCookie: self,
    vary: self,
    locals: {},
  });
}

/** Takes what is written to it, and says nothing. */
class Nowhere extends Socket {
  override _read(): void {
    // Nothing ever comes.
  }

  override _write(_chunk: unknown, _encoding: BufferEncoding, done: () => void): void {
    done();
  }

  override _writev(_chunks: readonly unknown[], done: () => void): void {
    done();
  }
}
