import type { Outcome } from '../engine/engine.js';
import { asGatewayError, GatewayError } from '../errors.js';
import type { ErrorCode } from '../errors.js';
import type { Log } from '../log.js';
import type { PolicyEngine } from './policy-engine.js';

/** Each try doubles what the one before had: after the last it was 16 times the usual. */
const MAX_TRIES = 4;

/** What may go well with more time, and the setting that bounds it. */
const TIMED: Readonly<Record<string, string>> = {
  policy_read_timeout: 'reading again with # times policy.read_timeout',
  compiler_timeout: 'compiling again with # times compiler.timeout',
};

/** Failures of the installation: with nothing to serve they end the start, whatever the folder holds. */
const ENDS_START: ReadonlySet<string> = new Set<ErrorCode>(['compiler_missing', 'compiler_version_mismatch']);

/** The way to the first revision, as far as it takes more than one try. */
export interface FirstRevision {
  /** Why another try is under way; undefined when none is. */
  readonly retrying: string | undefined;
  /** Settles with the first try, which may still write down what serves already. Never rejects. */
  readonly ended: Promise<void>;
  /** Finds out whether the next save can be compiled, where nobody had to know so far. To be called when decisions are answered. */
  checkCompiler(): void;
}

/**
 * Loads the first revision. Policies that do not compile do not end the start, and with a kept revision that serves a missing compiler does
 * not either. A reading or a compile that ran out of time is tried again with twice as much, while the gateway listens already and says so: the files may
 * be as good as any, and nothing else would make it try until somebody saves one. Resolves once a revision serves, else after the first try. Throws
 * `compiler_missing`, `compiler_version_mismatch`.
 */
export async function loadFirstRevision(
  { engine, compiler, patience, policyDir, bundles }: Pick<PolicyEngine, 'engine' | 'compiler' | 'patience' | 'policyDir' | 'bundles'>,
  log: Log,
): Promise<FirstRevision> {
  const state = {
    retrying: undefined as string | undefined,
    ended: Promise.resolve(),
    checkCompiler: () => void compiler.versions().catch((thrown: unknown) => tell(thrown, log)),
  };

  async function goOn(late: string): Promise<void> {
    let what: string | undefined = late;
    for (let tries = 0; tries < MAX_TRIES && what !== undefined; tries++) {
      patience.factor *= 2;
      state.retrying = what.replace('#', String(patience.factor));
      const waiting = engine.current === undefined ? 'no revision serves yet' : 'the folder does not serve yet';
      log.warn({ factor: patience.factor }, `${waiting}: ${state.retrying}`);
      what = lateWith(await engine.reload('boot'));
    }
    state.retrying = undefined;
  }

  if (policyDir !== undefined || bundles !== undefined) {
    // The engine never rejects: what went wrong is its outcome.
    const tried = engine.reload('boot').then((outcome) => {
      const late = lateWith(outcome);
      if (late !== undefined) void goOn(late);
      return outcome.error;
    });
    state.ended = tried.then(() => undefined);
    const error = await Promise.race([tried, engine.serving]);
    if (engine.current === undefined && error !== undefined && ENDS_START.has(error.code)) {
      throw new GatewayError(error.code as ErrorCode, error.message);
    }
  }
  // What was kept needs no compiler; the next save will.
  if (engine.current === undefined && state.retrying === undefined) await compiler.versions();
  return state;
}

function tell(thrown: unknown, log: Log): void {
  const { code, message } = asGatewayError(thrown);
  if (code !== 'compiler_closed') log.error({ code }, `no save can be compiled: ${message}`);
}

/** What to do about an outcome that came of too little time. */
function lateWith({ error }: Outcome): string | undefined {
  return error === undefined ? undefined : TIMED[error.code];
}
