import { z } from 'zod';
import { duration } from '../duration.js';
import { secret } from '../secret.js';
import { size } from '../size.js';

/** Name of an environment variable. */
export const envName = z
  .string()
  .max(256)
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'Expected the name of an environment variable');

export const gateway = z.strictObject({
  api_bind: z
    .string()
    .min(1)
    .max(255)
    .default('127.0.0.1')
    .meta({ description: 'Address that the HTTP API listens on. Anything but a loopback address opens the API to the network.' }),
  api_port: z.int().min(0).max(65_535).default(18_970).meta({ description: 'Port of the HTTP API; 0 takes any free port.' }),
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
      mode: z.enum(['hot', 'restart']).default('hot').meta({
        description: '`hot`: a guardrail change made through the API is live at once; `restart`: it is written and waits for a restart.',
      }),
    })
    .prefault({}),
  watcher: z
    .strictObject({
      enabled: z.boolean().default(true).meta({ description: 'Reload by itself when files in the policy folder change.' }),
    })
    .prefault({}),
});

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
