import type { Builtin, BuiltinGroup } from './builtin.js';
import { castBuiltins } from './casts.js';
import { cidrBuiltins } from './cidr/index.js';
import { encodingBuiltins } from './encoding.js';
import { jsonBuiltins } from './json/index.js';
import { numberBuiltins } from './numbers.js';
import { objectBuiltins } from './objects.js';
import { regexBuiltins } from './regex/index.js';
import { semverBuiltins } from './semver.js';
import { sprintfBuiltins } from './sprintf.js';
import { stringBuiltins } from './strings.js';
import { tracingBuiltins } from './tracing.js';
import { unitBuiltins } from './units.js';
import { urlBuiltins } from './url/index.js';
import { uuidBuiltins } from './uuid.js';

const GROUPS: readonly BuiltinGroup[] = [
  castBuiltins,
  cidrBuiltins,
  encodingBuiltins,
  jsonBuiltins,
  numberBuiltins,
  objectBuiltins,
  regexBuiltins,
  semverBuiltins,
  sprintfBuiltins,
  stringBuiltins,
  tracingBuiltins,
  unitBuiltins,
  urlBuiltins,
  uuidBuiltins,
];

/** Every built-in that the host implements, by its Rego name. */
export const hostedBuiltins: ReadonlyMap<string, Builtin> = new Map(GROUPS.flatMap((group) => Object.entries(group)));
