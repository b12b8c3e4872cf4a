import type { MessagePort } from 'node:worker_threads';

/** What the thread of the evaluator asks of the one that may wait for others. */
export type OutreachRequest = HttpRequest | LookupRequest;

/** One request over HTTP. */
export interface HttpRequest {
  readonly type: 'http';
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly followRedirects: boolean;
}

/** The addresses of a host name. */
export interface LookupRequest {
  readonly type: 'lookup';
  readonly name: string;
  readonly timeoutMs: number;
}

export interface HttpResponse {
  readonly status: number;
  readonly statusText: string;
  /** Lower-case names, in the order of the response. */
  readonly headers: readonly (readonly [string, readonly string[]])[];
  readonly body: string;
}

/** `failed`: nobody answered, or not as asked; the text says why. */
export type OutreachReply =
  | { readonly type: 'http'; readonly response: HttpResponse }
  | { readonly type: 'lookup'; readonly addresses: readonly string[] }
  | { readonly type: 'failed'; readonly message: string };

/** What the second thread is started with. */
export interface OutreachSettings {
  readonly port: MessagePort;
  /** One word: 1 when the reply lies in the port. */
  readonly answered: SharedArrayBuffer;
}
