import * as z from 'zod';
import { READ_ONCE } from '../config/read-once.js';
import { GatewayError } from '../errors.js';

const hash = z.string().regex(/^[0-9a-f]{64}$/u);
const blob = z.object({ hash, size: z.int().min(0) });
const file = blob.extend({ path: z.string().min(1).max(4096), regoVersion: z.literal('v0').exactOptional() });
const files = z.array(file).max(1_000_000);

const diagnostic = z.object({
  severity: z.enum(['error', 'warning']),
  code: z.string(),
  message: z.string(),
  file: z.string().exactOptional(),
  row: z.number().exactOptional(),
  col: z.number().exactOptional(),
  line: z.string().exactOptional(),
  endCol: z.number().exactOptional(),
  path: z.string().exactOptional(),
  hint: z.string().exactOptional(),
});

export const diagnostics = z.array(diagnostic);

/** What was compiled and merged: absent when it came to neither. */
const built = z.object({
  /** The merged data document. */
  data: blob,
  /** WebAssembly of the policy. */
  code: blob,
  /** The library that {@link code} runs on, which is the same for most revisions. Its hash is its id. */
  library: blob,
  /** {@link policyShape} of it as JSON. */
  shape: blob,
  warnings: diagnostics,
  /** {@link SourceSet.modulesId} that {@link code} was made of. */
  modulesId: hash,
  /** What made it: equal makers make equal code of equal modules. */
  maker: z.string(),
});

/** Everything about a compiled policy but its code. */
export const policyShape = z.object({
  entrypoints: z.array(z.object({ path: z.string(), kind: z.enum(['package', 'prefix', 'rule']) })),
  packages: z.array(z.string()),
  rules: z.array(
    z.object({
      path: z.array(z.string()),
      file: z.string(),
      row: z.number(),
      kind: z.enum(['complete', 'set', 'object', 'function']),
      default: z.string().exactOptional(),
      digest: z.string(),
    }),
  ),
  /** Revisions that were kept before there were any have none. */
  references: z.array(z.object({ path: z.array(z.string()), file: z.string(), row: z.number(), col: z.number() })).default([]),
  builtins: z.array(z.string()),
  warnings: diagnostics,
});

/** One revision by the hashes of its parts. Stored as a blob itself, so that its name proves it. */
const manifestSchema = z.object({
  format: z.literal(1),
  revision: hash,
  /** {@link SourceSet.checksId}; revisions that were kept before it was written have none. */
  checksId: hash.exactOptional(),
  modulesId: hash,
  judgeId: hash,
  root: z.string(),
  modules: files,
  tests: files,
  data: files,
  overlays: files,
  /** Revisions that were kept before there were any have none. */
  schemas: files.default([]),
  suites: files.default([]),
  judge: files,
  /** Revisions that were kept before there were any have none. */
  pack: files.default([]),
  /** Version of the gateway that stored it. */
  version: z.string(),
  built: built.exactOptional(),
});

export type BlobRef = z.output<typeof blob>;
export type FileRef = z.output<typeof file>;
export type Built = z.output<typeof built>;
export type Manifest = z.output<typeof manifestSchema>;

export const FILE_KINDS = ['modules', 'tests', 'data', 'overlays', 'schemas', 'suites', 'judge', 'pack'] as const;

/** Throws `history_damaged` naming `what`. */
export function readJson<T>(schema: z.ZodType<T>, bytes: Uint8Array, what: string): T {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (cause) {
    throw new GatewayError('history_damaged', `${what} is no JSON`, { cause });
  }
  const parsed = schema.safeParse(value, READ_ONCE);
  if (parsed.success) return parsed.data;
  throw new GatewayError('history_damaged', `${what} has not the form that this version reads`, { cause: parsed.error });
}

export function readManifest(bytes: Uint8Array, what: string): Manifest {
  return readJson(manifestSchema, bytes, what);
}

/** Paths and blobs of every source file. */
function sourceFiles(manifest: Manifest): readonly FileRef[] {
  return FILE_KINDS.flatMap((kind) => manifest[kind]);
}

/** Every blob that the revision needs, its own not among them. */
export function blobsOf(manifest: Manifest): readonly BlobRef[] {
  const { built: made } = manifest;
  return [...sourceFiles(manifest), ...(made === undefined ? [] : [made.data, made.code, made.library, made.shape])];
}

export function toBytes(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value), 'utf8');
}

/** Whether this version let it through without a warning: what is kept with its code went through all gates, of the version that kept it. */
export function isPassed({ built, version: by }: Manifest, version: string): boolean {
  return built?.warnings.length === 0 && by === version;
}
