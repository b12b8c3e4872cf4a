import type { BootedGateway } from '../gateway/boot.js';
import type { Outcome } from '../engine/engine.js';
import type { Pin } from '../engine/pin.js';
import { shortId } from '../policy/source-set.js';
import type { Paint } from './paint.js';

/** What a person wants to know when the gateway is up: where it listens, what it serves, where the token is. */
export function renderBanner(gateway: BootedGateway, paint: Paint): string {
  const { current, lastOutcome, pin } = gateway.engine;
  const revision =
    current === undefined
      ? paint('red', `none - ${lastOutcome?.error?.message ?? 'no policy folder'}`)
      : `${paint('green', shortId(current.id))} (${current.source.modules.length} modules${took(lastOutcome)})${standing(pin, lastOutcome, paint)}`;
  const rows = [
    ['listening on', gateway.url],
    ['policy folder', `${folderOf(gateway)}${gateway.watching ? '' : ' (not watched)'}`],
    ['revision', revision],
    ['token', gateway.tokenSource],
  ] as const;
  return rows.map(([label, value]) => `${paint('dim', label.padStart(14))}  ${value}`).join('\n');
}

/** Where the modules lie below what is configured; what serves may have been read elsewhere, before it was kept. */
function folderOf({ policyDir, engine }: BootedGateway): string {
  const root = engine.current?.source.root;
  if (policyDir === undefined) return 'not configured';
  return root?.startsWith(policyDir) === true ? root : policyDir;
}

/** Of the attempt that brought what serves, when it is the last one. */
function took(last: Outcome | undefined): string {
  return last?.status === 'reloaded' ? `, ${last.durationMs.toFixed(0)} ms` : '';
}

function standing(pin: Pin | undefined, last: Outcome | undefined, paint: Paint): string {
  const pinned = pin === undefined ? '' : ` ${paint('yellow', 'pinned')}: saves do not serve until \`policy resume\``;
  if (last?.status !== 'rejected') return pinned;
  return `${pinned} ${paint('red', 'degraded')}: the folder cannot serve: ${last.error?.message ?? 'see the log'}`;
}
