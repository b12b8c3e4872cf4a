import * as z from 'zod';
import { duration } from '../duration.js';
import { secret } from '../secret.js';
import { size } from '../size.js';

/** Name of an environment variable. */
export const envName = z
  .string()
  .max(256)
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'Expected the name of an environment variable');

/** A file in PEM. */
const pemFile = z.string().min(1).max(4096).optional();

/** Bytes that the path of a local socket may have on every system that we run on. */
const MAX_SOCKET_PATH = 103;

const gatewaySettings = z.strictObject({
  api_bind: z
    .string()
    .min(1)
    .max(255)
    .refine((value) => !value.startsWith('unix:') || isSocketPath(value.slice('unix:'.length)), {
      error: `Expected unix: to be followed by an absolute path of at most ${MAX_SOCKET_PATH} bytes`,
    })
    .default('127.0.0.1')
    .meta({
      description:
        'Address that the HTTP API listens on. Anything but a loopback address opens the API to the network. `unix:/path` listens on a local ' +
        'socket that only this user can connect to (mode 0600).',
    }),
  api_port: z.int().min(0).max(65_535).default(18_970).meta({ description: 'Port of the HTTP API; 0 takes any free port.' }),
  tls: z
    .strictObject({
      cert: pemFile.meta({
        description:
          'Certificate of the HTTP API in PEM, followed by those that lead to its root. With it and `gateway.tls.key` the API speaks TLS alone; ' +
          'both files are read again when they change.',
      }),
      key: pemFile.meta({ description: 'Key of `gateway.tls.cert` in PEM, without a passphrase.' }),
      ca: pemFile.meta({
        description:
          'Certificates that the commands trust when they talk to the gateway, and whose names they check. Default: the very certificate in ' +
          '`gateway.tls.cert`, whatever its name.',
      }),
    })
    .prefault({}),
  token: secret().optional().meta({
    description: 'API token, the last resort of the token ladder. A token in an environment variable or in `.env` is better kept.',
    env: false,
  }),
  token_env: envName
    .default('DEFENSECLAW_GATEWAY_TOKEN')
    .meta({ description: 'Environment variable that holds the API token: the first step of the token ladder.' }),
  shutdown_wait: duration('0s', '10m')
    .optional()
    .meta({
      description:
        'After SIGTERM or SIGINT the gateway says that it is not ready, and goes on to answer for this long, closing each connection with its ' +
        'next answer, before it drains. Default: 0s on a terminal, 3s otherwise.',
    }),
  config_reload: z
    .strictObject({
      mode: z
        .enum(['hot', 'restart'])
        .default('hot')
        .meta({
          description:
            '`hot`: a guardrail change made through the API is live at once; `restart`: it is refused with 409 and changes nothing, so the file ' +
            'has to be edited and the gateway restarted.',
        }),
    })
    .prefault({}),
  watcher: z
    .strictObject({
      enabled: z.boolean().default(true).meta({ description: 'Reload by itself when files in the policy folder change.' }),
    })
    .prefault({}),
});

/** What is wrong with the whole is said of the part that is missing or too much. */
export const gateway = gatewaySettings
  .refine(({ tls }) => (tls.cert === undefined) === (tls.key === undefined), {
    path: ['tls'],
    message: 'Expected gateway.tls.cert and gateway.tls.key together',
  })
  .refine(({ tls, api_bind: bind }) => tls.cert === undefined || !bind.startsWith('unix:'), {
    path: ['tls'],
    message: 'Expected no TLS on a local socket: nobody else can connect to it',
  });

function isSocketPath(path: string): boolean {
  return (path.startsWith('/') || path.startsWith('~/')) && Buffer.byteLength(path) <= MAX_SOCKET_PATH;
}

export const log = z.strictObject({
  level: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .meta({ description: 'Least important level that is written.' }),
  format: z
    .enum(['auto', 'pretty', 'json'])
    .default('auto')
    .meta({ description: '`auto`: coloured lines on a terminal, one JSON object a line otherwise.' }),
});

export const http = z
  .strictObject({
    request_timeout: duration('100ms', '10m').prefault('30s').meta({ description: 'Time for one whole request to arrive.' }),
    header_timeout: duration('100ms', '10m')
      .prefault('10s')
      .meta({ description: 'Time for the headers of a request to arrive; at most `http.request_timeout`.' }),
    drain_timeout: duration('0s', '10m')
      .prefault('10s')
      .meta({ description: 'Time that running requests get after SIGTERM or SIGINT before their connections are cut.' }),
    max_body: size('1KiB', '256MiB')
      .prefault('1MiB')
      .meta({ description: 'Largest request body, for every method and every route; a longer one is answered 400 with this limit.' }),
    processes: z.int().min(0).max(256).optional().meta({
      description:
        'Processes that answer decisions beside the main one; by default one per processor core. 0 answers everything in the main process.',
    }),
  })
  .refine((value) => value.header_timeout <= value.request_timeout, {
    path: ['header_timeout'],
    message: 'Expected at most http.request_timeout',
  });

export const audit = z.strictObject({
  max_events: z
    .int()
    .min(100)
    .max(100_000_000)
    .default(100_000)
    .meta({ description: 'Events that the audit trail keeps; the oldest go first. 100,000 events take about 50 MB.' }),
  max_age: duration('1h', '876000h').optional().meta({ description: 'Events older than this go too. Default: none goes for its age.' }),
});
