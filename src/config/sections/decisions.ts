import * as z from 'zod';
import { duration } from '../duration.js';
import { httpAddress } from '../http-address.js';
import { secret } from '../secret.js';
import { size } from '../size.js';

const service = z.strictObject({
  url: httpAddress
    .refine((url) => new URL(url).username === '' && new URL(url).password === '', 'Expected an address without credentials; see token')
    .optional()
    .meta({ description: "Where records are sent by the protocol of OPA's decision logs: `POST`, a gzipped JSON array. Off unless set." }),
  resource_path: z
    .string()
    .max(1024)
    .regex(/^\/[\w\-./~%]*$/u, 'Expected a path that begins with a slash')
    .default('/logs')
    .meta({ description: 'Path that is added to the address, a partition included, such as `/logs/eu`.' }),
  token: secret().optional().meta({ description: 'Sent as `Authorization: Bearer`.' }),
  token_path: z
    .string()
    .max(4096)
    .optional()
    .meta({ description: 'File with that token, read for each upload: it may be renewed. Goes before `token`.' }),
  min_delay: duration('10ms', '10m')
    .prefault('1s')
    .meta({ description: 'Least time between uploads of few records; an upload that is full goes out at once.' }),
  max_delay: duration('10ms', '10m').prefault('5s').meta({ description: 'Longest time between them: what it is is drawn anew each time.' }),
  upload_size: size('4KiB', '16MiB').prefault('512KiB').meta({ description: 'Most bytes of one upload, packed.' }),
  buffer_size: size('1MiB', '1GiB').prefault('16MiB').meta({
    description: 'Most bytes that wait while the service is away or slow. Then the oldest records are lost to it, and counted.',
  }),
  timeout: duration('100ms', '5m').prefault('10s').meta({ description: 'Time that one upload may take.' }),
});

const otlp = z.strictObject({
  endpoint: httpAddress
    .optional()
    .meta({ description: 'Where records are sent as logs by OTLP over HTTP, such as `http://127.0.0.1:4318/v1/logs`. Off unless set.' }),
  authorization: secret().optional().meta({ description: 'Value of the header `Authorization` that is sent with them.' }),
  buffer_size: size('1MiB', '1GiB').prefault('16MiB').meta({ description: 'Most bytes that wait, as of the service.' }),
  timeout: duration('100ms', '5m').prefault('10s').meta({ description: 'Time that one upload may take.' }),
});

export const decisions = z.strictObject({
  enabled: z.boolean().default(true).meta({
    description: "Keep a record of each decision, in the format of OPA's decision log, and name it in the answer (`X-Decision-Id`).",
  }),
  sample: z.number().min(0).max(1).default(1).meta({ description: 'Share of the decisions that is recorded, from 0 to 1.' }),
  max_bytes_per_record: size('1KiB', '1MiB').prefault('64KiB').meta({
    description: 'Longest record. Of an input or a result that does not fit only length and SHA-256 are kept.',
  }),
  keep: duration('1m', '87600h').prefault('168h').meta({ description: 'Records older than this go.' }),
  max_bytes: size('1MiB', '1024GiB').prefault('256MiB').meta({
    description: 'Bytes that the records may take in `<data_dir>/decisions`; the oldest go first.',
  }),
  mask: z
    .array(
      z
        .string()
        .max(512)
        .regex(/^\/(?:input|result)(?:\/|$)/u, 'Expected a JSON pointer that begins with /input or /result'),
    )
    .max(256)
    .default([])
    .meta({
      description:
        'JSON pointers of what is never recorded, such as `/input/password`, beside what the policy itself takes out (`data.system.log.mask`).',
    }),
  sinks: z
    .strictObject({
      console: z
        .boolean()
        .default(false)
        .meta({ description: 'Print each record to standard output, one JSON object a line, as OPA does.' }),
      service: service.prefault({}),
      otlp: otlp.prefault({}),
    })
    .prefault({}),
});
