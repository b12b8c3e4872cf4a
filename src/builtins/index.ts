import type { Builtin, BuiltinGroup } from './builtin.js';
import { awsBuiltins } from './aws.js';
import { bitBuiltins } from './bits.js';
import { castBuiltins } from './casts.js';
import { cidrBuiltins } from './cidr/index.js';
import { cryptoBuiltins } from './crypto/index.js';
import { encodingBuiltins } from './encoding.js';
import { graphqlBuiltins } from './graphql/index.js';
import { jsonBuiltins } from './json/index.js';
import { jsonSchemaBuiltins } from './json-schema/index.js';
import { jwtBuiltins } from './jwt/index.js';
import { numberBuiltins } from './numbers.js';
import { objectBuiltins } from './objects.js';
import { httpBuiltins } from './outreach/http-send.js';
import { lookupBuiltins } from './outreach/lookup-ip-addr.js';
import { runtimeBuiltins } from './outreach/runtime.js';
import { regexBuiltins } from './regex/index.js';
import { semverBuiltins } from './semver.js';
import { sliceBuiltins } from './slices.js';
import { sprintfBuiltins } from './sprintf.js';
import { stringBuiltins } from './strings.js';
import { templateBuiltins } from './template/index.js';
import { timeBuiltins } from './time/index.js';
import { tracingBuiltins } from './tracing.js';
import { unitBuiltins } from './units.js';
import { urlBuiltins } from './url/index.js';
import { uuidBuiltins } from './uuid.js';
import { yamlBuiltins } from './yaml/index.js';

const GROUPS: readonly BuiltinGroup[] = [
  awsBuiltins,
  bitBuiltins,
  castBuiltins,
  cidrBuiltins,
  cryptoBuiltins,
  encodingBuiltins,
  graphqlBuiltins,
  httpBuiltins,
  jsonBuiltins,
  jsonSchemaBuiltins,
  jwtBuiltins,
  lookupBuiltins,
  numberBuiltins,
  objectBuiltins,
  regexBuiltins,
  runtimeBuiltins,
  semverBuiltins,
  sliceBuiltins,
  sprintfBuiltins,
  stringBuiltins,
  templateBuiltins,
  timeBuiltins,
  tracingBuiltins,
  unitBuiltins,
  urlBuiltins,
  uuidBuiltins,
  yamlBuiltins,
];

/** Every built-in that the host implements, by its Rego name. */
export const hostedBuiltins: ReadonlyMap<string, Builtin> = new Map(GROUPS.flatMap((group) => Object.entries(group)));
