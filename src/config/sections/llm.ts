import * as z from 'zod';
import { duration } from '../duration.js';
import { secret } from '../secret.js';
import { envName } from './server.js';

const baseUrl = z
  .url({ protocol: /^https?$/, error: 'Expected an http or https URL' })
  .max(2048)
  .refine((value) => !URL.canParse(value) || (new URL(value).username === '' && new URL(value).password === ''), {
    error: 'Expected a URL without credentials; name the key with api_key_env',
  });

/** One provider of a language model. `guardrail.judge.llm` has the same shape and wins over `llm` key by key. */
export const llm = z.strictObject({
  model: z.string().min(1).max(256).optional().meta({ description: 'Model, as `provider/model` or as the provider names it.' }),
  provider: z.string().min(1).max(64).optional().meta({ description: 'Provider, when the model does not name it.' }),
  base_url: baseUrl.optional().meta({ description: 'Address of an OpenAI-compatible chat endpoint.' }),
  api_key_env: envName.optional().meta({ description: 'Environment variable that holds the API key.' }),
  api_key: secret().optional().meta({ description: 'API key; a key in an environment variable is better kept.', env: false }),
  timeout: duration('10ms', '10m').optional().meta({ description: 'Deadline of one call to the provider; 30 s unless set.' }),
  max_retries: z.int().min(0).max(10).optional().meta({ description: 'Retries of a failed call; 2 unless set.' }),
});
