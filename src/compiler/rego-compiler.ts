import type { CancellationTokenSource } from 'vscode-jsonrpc/node.js';
import { formatDuration } from '../config/duration.js';
import { GatewayError } from '../errors.js';
import { refusedBuiltins } from '../builtins/refused.js';
import { partsById, policyCode, withParts } from '../evaluator/policy-code.js';
import { locateBinary, type LocateOptions } from './locate-binary.js';
import type { PackParams, PackResult, PullParams, PullResult, UnpackParams, UnpackResult } from './bundle-protocol.js';
import type { FormatParams, FormatResult } from './format-protocol.js';
import type { MineParams, MineResult } from './mine-protocol.js';
import { wholeLists } from './policy-lists.js';
import type { KnownLists } from './policy-lists.js';
import type {
  BuildParams,
  BuildResult,
  CapabilitiesResult,
  CheckParams,
  CheckResult,
  InitializeResult,
  LibraryResult,
  RegoModule,
  TestParams,
  TestResult,
} from './protocol.js';
import type { EvaluateParams, EvaluateResult } from './query-protocol.js';
import type { ServiceManners, ServiceProcess } from './service-process.js';
import type { WritersParams, WritersResult } from './writers-protocol.js';
import type { WireBuildParams, WireBuildResult, WireLibraryResult } from './wire.js';

/** A cold build of a thousand modules takes some 5 s on 2 cores; beyond a minute something is stuck. */
const DEFAULT_TIMEOUT_MS = 60_000;

/** What one `timeoutMs` is meant for. A set of twice as many modules, or twice as much text, gets twice the time. */
const USUAL_MODULES = 500;
const USUAL_CHARS = 2 ** 20;

/** Characters of all modules in one request; the service itself refuses messages above 256 MiB. */
const MAX_REQUEST_CHARS = 128 * 2 ** 20;

export interface RegoCompilerOptions extends LocateOptions, ServiceManners {
  /** Bound of one call in ms, the start of the process included; for sets beyond 500 modules or 1 MiB, in proportion more. Default 60000. */
  readonly timeoutMs?: number;
}

export interface CallOptions {
  /** The call rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  /** Multiplies the bound. Default 1. */
  readonly patience?: number;
}

/**
 * The Rego compiler service. The process starts with the first call and is shared by all of them. What is wrong with
 * a policy is in the answer; a call throws GatewayError `compiler_missing`, `compiler_version_mismatch`,
 * `compiler_crashed`, `compiler_timeout`, `compiler_protocol`, `compiler_closed`, or `policy_too_large`.
 */
export interface RegoCompiler {
  build(params: BuildParams, options?: CallOptions): Promise<BuildResult>;
  check(params: CheckParams, options?: CallOptions): Promise<CheckResult>;
  test(params: TestParams, options?: CallOptions): Promise<TestResult>;
  /** What modules, which compile, look for in their input. */
  mine(params: MineParams, options?: CallOptions): Promise<MineResult>;
  format(params: FormatParams, options?: CallOptions): Promise<FormatResult>;
  evaluate(params: EvaluateParams, options?: CallOptions): Promise<EvaluateResult>;
  /** One of OPA's bundles. */
  pack(params: PackParams, options?: CallOptions): Promise<PackResult>;
  /** What is in bundles whose signatures hold. */
  unpack(params: UnpackParams, options?: CallOptions): Promise<UnpackResult>;
  /** A bundle out of an OCI registry. */
  pull(params: PullParams, options?: CallOptions): Promise<PullResult>;
  /** Whether anybody writes to files at this moment. */
  writers(params: WritersParams, options?: CallOptions): Promise<WritersResult>;
  capabilities(options?: CallOptions): Promise<CapabilitiesResult>;
  /** What every policy that is built runs on. Asked for beside a build it is here before the build is done. */
  library(options?: CallOptions): Promise<LibraryResult>;
  /** Versions of the running service; starts it when it is not running. */
  versions(options?: CallOptions): Promise<InitializeResult>;
  /** Process id of the running service, if one runs. */
  readonly pid: number | undefined;
  /** Ends the process. Running and later calls fail with `compiler_closed`. Idempotent. */
  close(): Promise<void>;
}

export function createRegoCompiler(options: RegoCompilerOptions = {}): RegoCompiler {
  let service: ServiceProcess | undefined;
  let closing: Promise<void> | undefined;

  const running = (parts: ServiceParts): ServiceProcess => {
    if (closing !== undefined) throw closed();
    if (service?.alive !== true) service = new parts.ServiceProcess(locateBinary(options), options);
    return service;
  };

  const call = async <R>(
    work: (service: ServiceProcess, token: CancellationTokenSource) => Promise<R>,
    { signal, timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS, patience = 1 }: CallOptions = {},
  ): Promise<R> => {
    const bound = boundOf(timeoutMs * patience);
    const parts = await loadService();
    signal?.throwIfAborted();
    const current = running(parts);
    const token = new parts.CancellationTokenSource();
    const cancel = (): void => token.cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    let late: GatewayError | undefined;
    const timer = setTimeout(() => {
      late = timedOut(bound);
      current.kill(new GatewayError('compiler_crashed', 'The Rego compiler was stopped because another call ran past its bound.'));
    }, bound);
    try {
      return await work(current, token);
    } catch (error) {
      if (signal?.aborted === true) throw signal.reason;
      throw late ?? protocolError(error, parts);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
      token.dispose();
    }
  };

  const request = async <R>(method: string, params: object, callOptions?: CallOptions): Promise<R> =>
    call((current, token) => current.request<R>(method, params, token.token), callOptions);

  const withModules = async <R>(
    method: string,
    params: { readonly modules: readonly RegoModule[] },
    callOptions?: CallOptions,
  ): Promise<R> => {
    const chars = params.modules.reduce((sum, module) => sum + module.text.length, 0);
    if (chars > MAX_REQUEST_CHARS) {
      throw new GatewayError('policy_too_large', `Expected at most ${MAX_REQUEST_CHARS} characters of Rego, got ${chars}.`);
    }
    const { patience = 1 } = callOptions ?? {};
    const size = Math.max(1, params.modules.length / USUAL_MODULES, chars / USUAL_CHARS);
    return request(method, params, { ...callOptions, patience: patience * size });
  };

  let library: Promise<LibraryResult> | undefined;

  /** Asked for once a service: it is the same for every policy. */
  const anyLibrary = (callOptions?: CallOptions): Promise<LibraryResult> => {
    if (library !== undefined) return library;
    const asked = request<WireLibraryResult>('library', {}, callOptions).then(({ id, code }) => ({ id, code: fromBase64(code) }));
    library = asked;
    asked.catch(() => {
      if (library === asked) library = undefined;
    });
    return asked;
  };

  const libraryOf = async (id: string, callOptions?: CallOptions): Promise<LibraryResult> => {
    // Whoever asked for it first may have given up, and a service that was started anew may have another one.
    const known = await library?.catch(() => undefined);
    if (known?.id === id) return known;
    library = undefined;
    const answer = await anyLibrary(callOptions);
    if (answer.id !== id) throw new GatewayError('compiler_protocol', `Expected the library ${id} of the Rego compiler, got ${answer.id}.`);
    return answer;
  };

  /** Of the last policy that was built: an edit leaves most of them as they are. */
  let parts: ReadonlyMap<string, Uint8Array> = new Map();
  let lists: KnownLists | undefined;

  return {
    build: async (params, callOptions) => {
      const had = params.tests === true ? undefined : lists;
      const known = params.tests === true ? new Map<string, Uint8Array>() : parts;
      const wire: WireBuildParams = {
        ...{ allowable, had: [...known.keys()] },
        ...(had === undefined ? {} : { lists: had.id }),
        ...params,
      };
      const answer = await withModules<WireBuildResult>('build', wire, callOptions);
      const whole = wholeLists(answer, had);
      const result = { ...answer, ...whole.lists, keys: answer.keys ?? {} };
      if (answer.wasm === null) return { ...result, wasm: null, library: null };
      const wasm = withParts(fromBase64(answer.wasm), known);
      if (params.tests !== true) {
        parts = partsById(policyCode(wasm));
        lists = whole.known;
      }
      return { ...result, wasm, library: await libraryOf(answer.library, callOptions) };
    },
    check: (params, callOptions) => withModules('check', { allowable, ...params }, callOptions),
    test: (params, callOptions) => withModules('test', params, callOptions),
    mine: (params, callOptions) => withModules('mine', params, callOptions),
    format: (params, callOptions) => withModules('format', params, callOptions),
    evaluate: (params, callOptions) => withModules('evaluate', params, callOptions),
    pack: (params, callOptions) => withModules('pack', params, callOptions),
    unpack: (params, callOptions) => request('unpack', params, callOptions),
    // Ends by itself: the bound of a call ends the process, which others wait for.
    pull: (params, callOptions) => request('pull', params, { timeoutMs: 2 * params.timeoutMs, ...callOptions }),
    writers: (params, callOptions) => request('writers', params, callOptions),
    capabilities: (callOptions) => request('capabilities', {}, callOptions),
    library: anyLibrary,
    versions: (callOptions) => call((current) => current.versions(), callOptions),
    get pid() {
      return service?.alive === true ? service.pid : undefined;
    },
    close: () => (closing ??= service?.alive === true ? service.close(closed()) : Promise.resolve()),
  };
}

/** With the first call: a gateway whose revision was kept starts without a compiler. */
function loadService() {
  return import('./service-process.js');
}

type ServiceParts = Awaited<ReturnType<typeof loadService>>;

/** A refusal of one of these says what would allow it. */
const allowable = refusedBuiltins.filter((builtin) => builtin.allowable).map(({ name }) => name);

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(text, 'base64'));
}

function closed(): GatewayError {
  return new GatewayError('compiler_closed', 'The Rego compiler was closed.');
}

/** Timers hold no more than 31 bits. */
function boundOf(ms: number): number {
  return Math.min(Math.ceil(ms), 2 ** 31 - 1);
}

function timedOut(bound: number): GatewayError {
  const message = `The Rego compiler did not answer within ${formatDuration(bound)} and was stopped: compiler.timeout is too short for this policy set`;
  return new GatewayError('compiler_timeout', message, { details: { bound_ms: bound } });
}

/** What the service refused to answer is a fault of one of the halves, never of a policy. */
function protocolError(error: unknown, { ResponseError }: ServiceParts): unknown {
  if (!(error instanceof ResponseError)) return error;
  // A panic inside OPA's compiler was answered, and the process goes on.
  const code = error.code === PANIC ? 'compiler_crashed' : 'compiler_protocol';
  return new GatewayError(code, `The Rego compiler refused the request: ${error.message}`, { cause: error });
}

/** JSON-RPC error code of a recovered panic; internal/protocol has the same. */
const PANIC = -32001;
