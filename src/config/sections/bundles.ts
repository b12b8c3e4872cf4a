import * as z from 'zod';
import { httpAddress } from '../http-address.js';
import { secret } from '../secret.js';

/** Names become the first folder of the paths of modules. */
const name = z.string().regex(/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$/u, 'Expected letters, digits, `.`, `_` and `-`, 64 at most');

const seconds = z.number().min(0.1).max(86_400);

/** Of signatures of bundles, as OPA has them. */
export const SIGNATURE_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'HS256',
  'HS384',
  'HS512',
] as const;

export const services = z
  .record(
    name,
    z.strictObject({
      url: httpAddress,
      type: z.enum(['oci']).optional(),
      credentials: z
        .strictObject({
          bearer: z.strictObject({
            token: secret(),
            scheme: z
              .string()
              .regex(/^[A-Za-z][A-Za-z0-9-]{0,63}$/u, 'Expected the name of a scheme, such as Bearer')
              .default('Bearer'),
          }),
        })
        .optional(),
    }),
  )
  .meta({
    ...{ kind: 'map', env: false },
    description:
      'Servers of bundles, as in OPA: `<name>.url`, `<name>.type` (`oci` for a registry), and `<name>.credentials.bearer.token` and `.scheme` (`Bearer`) where they ask for one.',
  });

export const bundles = z
  .record(
    name,
    z.strictObject({
      service: z.string().optional(),
      resource: z.string().min(1).max(2048).optional(),
      polling: z
        .strictObject({ min_delay_seconds: seconds.default(60), max_delay_seconds: seconds.default(120) })
        .refine((polling) => polling.min_delay_seconds <= polling.max_delay_seconds, 'Expected min_delay_seconds to be the shorter one')
        .prefault({}),
      signing: z
        .strictObject({
          keyid: z.string().max(256).optional(),
          scope: z.string().max(256).optional(),
          exclude_files: z.array(z.string().max(1024)).max(1000).optional(),
        })
        .optional(),
    }),
  )
  .meta({
    ...{ kind: 'map', env: false },
    description:
      'Bundles that are served in place of a policy folder, as in OPA: `<name>.service` and `.resource` (default `bundles/<name>`; of a registry `host/repository:tag`; a `file:///` address needs no service), `.polling.min_delay_seconds` and `.max_delay_seconds` (60 and 120), `.signing.keyid`, `.scope` and `.exclude_files`. With `signing` only what is signed right is taken.',
  });

export const keys = z
  .record(
    z.string().min(1).max(256),
    z.strictObject({ key: secret(), algorithm: z.enum(SIGNATURE_ALGORITHMS).default('RS256'), scope: z.string().max(256).optional() }),
  )
  .meta({
    ...{ kind: 'map', env: false },
    description: 'Keys that bundles are verified with, as in OPA: `<id>.key` (PEM, or a secret), `.algorithm` (`RS256`), `.scope`.',
  });
