import * as z from 'zod';
import { httpAddress } from '../http-address.js';
import { secret } from '../secret.js';

export const traces = z.strictObject({
  enabled: z.boolean().default(false).meta({
    description: 'A span `policy.evaluate` for each decision, by OpenTelemetry, in the trace that the request names (`traceparent`).',
  }),
  endpoint: httpAddress.default('http://127.0.0.1:4318/v1/traces').meta({ description: 'Where spans are sent by OTLP over HTTP.' }),
  authorization: secret().optional().meta({ description: 'Value of the header `Authorization` that is sent with them.' }),
  sample: z.number().min(0).max(1).default(1).meta({
    description: 'Share of the decisions that are traced, from 0 to 1, of requests without `traceparent`; the others say it themselves.',
  }),
  max_queue: z.number().int().min(1).max(100_000).default(2_048).meta({
    description: 'Spans that may wait in each process; those that come beyond are dropped.',
  }),
});
