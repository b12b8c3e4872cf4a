import type { Config } from './config.js';
import { planGuardrailSettings, type GuardrailPatch, type GuardrailSettings } from './guardrail-file.js';

/** What a change of the guardrail settings came to. */
export interface GuardrailUpdate {
  readonly settings: GuardrailSettings;
  /** Fields of the patch whose value is new, sorted. */
  readonly changed: readonly (keyof GuardrailPatch)[];
  /** False when the change needs a restart: then nothing was written, and everything is as it was. */
  readonly live: boolean;
  /** Takes the change back, in memory and in the file. False when the file was written by somebody else since. */
  undo(): Promise<boolean>;
}

/** The guardrail settings as they are now. Read `current` once per request. */
export interface LiveGuardrail {
  readonly current: GuardrailSettings;
  /** Validates, persists, then goes live. Updates run one after the other. Throws `config_invalid`, `config_unreadable`. */
  update(patch: GuardrailPatch): Promise<GuardrailUpdate>;
  /** Takes what may change while the gateway runs out of settings that stand in the file already. Returns the names of what is new, dotted. */
  adopt(settings: GuardrailSettings): readonly string[];
}

/** The patchable fields of the settings, flat as the API shows them. */
export function flatGuardrail(settings: GuardrailSettings): Readonly<Required<GuardrailPatch>> {
  const { mode, scanner_mode, block_message, connector, hilt } = settings;
  return { mode, scanner_mode, block_message, connector, hilt_enabled: hilt.enabled, hilt_min_severity: hilt.min_severity };
}

/** `persisted` has the patched fields validated and normalised; the rest stays as it runs now. */
function merge(current: GuardrailSettings, persisted: GuardrailSettings, patch: GuardrailPatch): GuardrailSettings {
  const take = (field: keyof GuardrailPatch): GuardrailSettings => (patch[field] === undefined ? current : persisted);
  return Object.freeze({
    ...current,
    mode: take('mode').mode,
    scanner_mode: take('scanner_mode').scanner_mode,
    block_message: take('block_message').block_message,
    connector: take('connector').connector,
    hilt: Object.freeze({
      enabled: take('hilt_enabled').hilt.enabled,
      min_severity: take('hilt_min_severity').hilt.min_severity,
    }),
  });
}

/** The live settings of a config, and who is to be told when they change; with `gateway.config_reload.mode: restart` they stay what they were at start. */
export function createLiveGuardrail(config: Config, changed: (settings: GuardrailSettings) => void = () => undefined): LiveGuardrail {
  let current: GuardrailSettings = config.guardrail;
  let last: Promise<unknown> = Promise.resolve();
  const live = config.gateway.config_reload.mode === 'hot';

  function become(settings: GuardrailSettings): void {
    current = settings;
    changed(settings);
  }

  async function apply(patch: GuardrailPatch): Promise<GuardrailUpdate> {
    const before = current;
    const planned = planGuardrailSettings(config.paths.configFile, patch);
    const settings = merge(before, planned.settings, patch);
    const was = flatGuardrail(before);
    const is = flatGuardrail(settings);
    const changed = (Object.keys(is) as (keyof GuardrailPatch)[]).sort().filter((field) => was[field] !== is[field]);
    // A refusal that left the change in the file would put it into force at the next start, long after its caller was told no.
    if (!live && changed.length > 0) return { settings, changed, live: false, undo: () => Promise.resolve(true) };
    const persisted = await planned.persist();
    become(settings);
    return {
      settings,
      changed,
      live: true,
      undo: async () => {
        if (current === settings) become(before);
        return persisted.rollback();
      },
    };
  }

  return {
    get current() {
      return current;
    },
    adopt(settings) {
      if (!live) return [];
      const [was, is] = [flatGuardrail(current), flatGuardrail(settings)];
      const fields = (Object.keys(is) as (keyof GuardrailPatch)[]).filter((field) => was[field] !== is[field]);
      if (fields.length > 0) become(merge(current, settings, flatGuardrail(settings)));
      return fields.map((field) => `guardrail.${field.replace(/^hilt_/u, 'hilt.')}`);
    },
    update: (patch) => {
      const run = last.then(() => apply(patch));
      // The next update waits for this one, however it ends; its own caller sees the failure.
      last = run.catch(() => undefined);
      return run;
    },
  };
}
