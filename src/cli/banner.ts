import type { BootedGateway } from '../gateway/boot.js';
import { shortId } from '../policy/source-set.js';
import type { Paint } from './paint.js';

/** What a person wants to know when the gateway is up: where it listens, what it serves, where the token is. */
export function renderBanner(gateway: BootedGateway, paint: Paint): string {
  const { current, lastOutcome } = gateway.engine;
  const revision =
    current === undefined
      ? paint('red', `none - ${lastOutcome?.error?.message ?? 'no policy folder'}`)
      : `${paint('green', shortId(current.id))} (${current.source.modules.length} modules, ${lastOutcome?.durationMs.toFixed(0) ?? '?'} ms)`;
  const rows = [
    ['listening on', gateway.url],
    ['policy folder', `${current?.source.root ?? gateway.policyDir ?? 'not configured'}${gateway.watching ? '' : ' (not watched)'}`],
    ['revision', revision],
    ['token', gateway.tokenSource],
  ] as const;
  return rows.map(([label, value]) => `${paint('dim', label.padStart(14))}  ${value}`).join('\n');
}
