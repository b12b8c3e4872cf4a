import { GatewayError } from '../errors.js';
import { compileLibrary, compilePolicy } from '../evaluator/compile-module.js';
import type { LibraryCode } from '../evaluator/compile-module.js';
import { mapBounded } from '../policy/map-bounded.js';
import type { CompiledPolicy, PolicyLibrary, PolicyModules, Revision } from '../policy/revision.js';
import { hashFiles } from '../policy/source-hash.js';
import type { SourceFile, SourceSet } from '../policy/source-set.js';
import { refOf } from './blob-store.js';
import type { Blobs } from './blob-store.js';
import { FILE_KINDS, policyShape, readJson, readManifest, toBytes } from './manifest.js';
import type { BlobRef, Built, FileRef, Manifest } from './manifest.js';

/** A revision taken apart: the manifest and every blob that it names, the manifest's own among them. */
export interface Packed {
  readonly manifest: Manifest;
  readonly ref: BlobRef;
  readonly blobs: readonly Uint8Array[];
}

/** What can be kept: a source set, and what was made of it as far as it came. */
export type Keepable = Pick<Revision, 'source'> & Partial<Pick<Revision, 'policy' | 'data' | 'warnings'>>;

/** Shapes by policy: a change of data alone has the same one again. */
const shapes = new WeakMap<CompiledPolicy, Uint8Array>();

/** Where the parts of a revision are, for its entry. */
export interface PartsRef {
  readonly ref: BlobRef;
  readonly modulesId?: string;
  readonly maker?: string;
}

export function partsRef({ ref, manifest: { built } }: Packed): PartsRef {
  return built === undefined ? { ref } : { ref, modulesId: built.modulesId, maker: built.maker };
}

export async function pack({ source, policy, data, warnings = [] }: Keepable, version: string): Promise<Packed> {
  const blobs: Uint8Array[] = FILE_KINDS.flatMap((kind) => source[kind].map(({ bytes }) => bytes));
  let built: Built | undefined;
  if (policy !== undefined && data !== undefined) {
    const shape = shapeOf(policy);
    blobs.push(data, policy.code, policy.library.code, shape);
    built = {
      data: await refOf(data),
      code: await refOf(policy.code),
      library: await refOf(policy.library.code),
      shape: await refOf(shape),
      warnings: [...warnings],
      modulesId: policy.modulesId,
      maker: policy.maker,
    };
  }
  const manifest: Manifest = {
    format: 1,
    revision: source.id,
    checksId: source.checksId,
    modulesId: source.modulesId,
    judgeId: source.judgeId,
    root: source.root,
    modules: await fileRefs(source.modules),
    tests: await fileRefs(source.tests),
    data: await fileRefs(source.data),
    overlays: await fileRefs(source.overlays),
    schemas: await fileRefs(source.schemas),
    suites: await fileRefs(source.suites),
    judge: await fileRefs(source.judge),
    pack: await fileRefs(source.pack),
    version,
    ...(built === undefined ? {} : { built }),
  };
  const bytes = toBytes(manifest);
  return { manifest, ref: await refOf(bytes), blobs: [...blobs, bytes] };
}

function shapeOf(policy: CompiledPolicy): Uint8Array {
  const known = shapes.get(policy);
  if (known !== undefined) return known;
  const { entrypoints, packages, rules, references, builtins, warnings } = policy;
  const bytes = toBytes({ entrypoints, packages, rules, references, builtins, warnings });
  shapes.set(policy, bytes);
  return bytes;
}

function fileRefs(files: readonly SourceFile[]): Promise<FileRef[]> {
  return mapBounded(files, async ({ bytes, ...named }) => ({ ...named, ...(await refOf(bytes)) }));
}

/** Throws `history_damaged`. */
export async function manifestAt(blobs: Blobs, ref: BlobRef): Promise<Manifest> {
  return readManifest(await blobs.get(ref), blobs.fileOf(ref.hash));
}

/** The sources of a kept revision, each proven by its hash. Throws `history_damaged`. */
export async function unpackSources(blobs: Blobs, manifest: Manifest): Promise<SourceSet> {
  const read = (files: readonly FileRef[]): Promise<readonly SourceFile[]> =>
    mapBounded(files, async ({ hash, size, ...named }) => Object.freeze({ ...named, bytes: await blobs.get({ hash, size }) }));
  const [tests, schemas, suites] = await Promise.all([read(manifest.tests), read(manifest.schemas), read(manifest.suites)]);
  return Object.freeze({
    root: manifest.root,
    id: manifest.revision,
    checksId: await hashFiles([...tests, ...schemas, ...suites]),
    modulesId: manifest.modulesId,
    judgeId: manifest.judgeId,
    modules: await read(manifest.modules),
    tests,
    data: await read(manifest.data),
    overlays: await read(manifest.overlays),
    schemas,
    suites,
    judge: await read(manifest.judge),
    pack: await read(manifest.pack),
    unsettled: false,
  });
}

/** The compiled half. Nothing is compiled from Rego: the WebAssembly is as it served. Throws `history_damaged`. */
export async function unpackPolicy(blobs: Blobs, built: Built): Promise<CompiledPolicy> {
  const [shape, code, library] = await Promise.all([blobs.get(built.shape), blobs.get(built.code), blobs.get(built.library)]);
  return policyOf(built, { shape, code, library }, (hash) => blobs.fileOf(hash));
}

/** Bytes of the blobs of the same names. */
export type BuiltBytes = Readonly<Record<'shape' | 'code' | 'library', Uint8Array>>;

/**
 * The compiled half from its bytes. When this returns its promise all of the WebAssembly is being compiled. `onBuiltins` is told what it calls before
 * that. Throws `history_damaged`, naming the file by `fileOf`.
 */
export async function policyOf(
  { modulesId, maker, shape, code, library }: Built,
  bytes: BuiltBytes,
  fileOf: (hash: string) => string,
  onBuiltins?: (names: readonly string[]) => void,
): Promise<CompiledPolicy> {
  const read = readJson(policyShape, bytes.shape, fileOf(shape.hash));
  onBuiltins?.(read.builtins);
  const own = ownBytes(bytes.code);
  const [wasm, lib] = await Promise.all([
    load(own, fileOf(code.hash)),
    loadLibrary({ id: library.hash, code: ownBytes(bytes.library) }, fileOf(library.hash)),
  ]);
  const policy: CompiledPolicy = { ...read, modulesId, maker, code: own, wasm, library: lib };
  shapes.set(policy, bytes.shape);
  return policy;
}

/** WebAssembly is compiled from no memory that others may write to. */
function ownBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}

function load(bytes: Uint8Array<ArrayBuffer>, file: string): Promise<PolicyModules> {
  return compilePolicy(bytes).catch((cause: unknown) => damaged(file, cause));
}

function loadLibrary(library: LibraryCode, file: string): Promise<PolicyLibrary> {
  return compileLibrary(library).catch((cause: unknown) => damaged(file, cause));
}

function damaged(file: string, cause: unknown): never {
  throw new GatewayError('history_damaged', `${file} cannot be loaded`, { cause, details: { file } });
}
