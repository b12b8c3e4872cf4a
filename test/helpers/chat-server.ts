import { createServer } from 'node:http';
import type { IncomingHttpHeaders, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What one request to the server asked for. */
export interface ChatRequest {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: {
    readonly model: string;
    readonly stream: boolean;
    readonly messages: readonly { readonly role: string; readonly content: string }[];
    readonly response_format?: { readonly type: string };
    readonly max_tokens?: number;
    readonly max_completion_tokens?: number;
  };
  /** The text between the marks of the user message. */
  readonly sample: string;
  /** Judge kind, told from the form that the system message asks for. */
  readonly kind: 'injection' | 'pii' | 'exfil' | 'tool_injection';
}

export type ChatReply = (request: ChatRequest, response: ServerResponse) => void | Promise<void>;

/** A server that speaks the chat-completions protocol and answers as it is told. */
export interface ChatServer {
  /** Base URL as a client wants it. */
  readonly url: string;
  readonly requests: readonly ChatRequest[];
  /** How requests are answered from now on. */
  reply: ChatReply;
  close(): Promise<void>;
}

export async function startChatServer(reply: ChatReply): Promise<ChatServer> {
  const requests: ChatRequest[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as ChatRequest['body'];
      const seen = { url: request.url ?? '', headers: request.headers, body, sample: sampleOf(body), kind: kindOf(body) };
      requests.push(seen);
      void state.reply(seen, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const state: ChatServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    reply,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return state;
}

function sampleOf({ messages }: ChatRequest['body']): string {
  const user = messages.at(-1)?.content ?? '';
  return user.slice(user.indexOf('\n') + 1, user.lastIndexOf('\n'));
}

function kindOf({ messages }: ChatRequest['body']): ChatRequest['kind'] {
  const form = messages[0]?.content ?? '';
  if (form.includes('"Email Address"')) return 'pii';
  if (form.includes('"Exfiltration Channel"')) return 'exfil';
  return form.includes('"Destructive Commands"') ? 'tool_injection' : 'injection';
}

/** A completion whose message is this text. */
export function says(text: string | null): ChatReply {
  return (_request, response) => sendCompletion(response, text);
}

export function sendCompletion(response: ServerResponse, text: string | null): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(
    JSON.stringify({ id: '1', object: 'chat.completion', choices: [{ index: 0, message: { role: 'assistant', content: text } }] }),
  );
}

export function answersStatus(status: number, headers: Readonly<Record<string, string>> = {}): ChatReply {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify({ error: { message: `status ${status}`, type: 'test' } }));
  };
}

/** One reply after the other; the last one stays. */
export function inTurn(first: ChatReply, ...rest: readonly ChatReply[]): ChatReply {
  const replies = [first, ...rest];
  return (request, response) => (replies.length > 1 ? (replies.shift() ?? first) : (replies[0] ?? first))(request, response);
}

/** Answers nothing. */
export const staysSilent: ChatReply = () => undefined;

/** The label answer that finds these categories, and no other of the form that was asked for. */
export function labels(...categories: readonly string[]): string {
  const none = ['Obfuscation', 'Sensitive File Access'];
  return JSON.stringify(
    Object.fromEntries([...none, ...categories].map((name) => [name, { reasoning: 'as told', label: categories.includes(name) }])),
  );
}

export const NO_ENTITIES = JSON.stringify({ 'Email Address': { detection_result: false, entities: [] } });

/** Finds nothing, whatever kind is asked. */
export const findsNothing: ChatReply = ({ kind }, response) => sendCompletion(response, kind === 'pii' ? NO_ENTITIES : labels());
