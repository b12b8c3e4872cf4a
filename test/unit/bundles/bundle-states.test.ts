import { expect, it } from 'vitest';
import { createBundleStates } from '../../../src/bundles/bundle-states.js';

const MAIN = { name: 'main' };

it('tells when a bundle was asked for, when it came, and what it calls its state in what serves', () => {
  let second = 0;
  const at = (n: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, n)).toISOString();
  const states = createBundleStates(() => new Date(Date.UTC(2026, 0, 1, 0, 0, ++second)));
  states.asked(MAIN);
  states.answered(MAIN, 10);
  states.named('set', { main: '7' });
  states.asked(MAIN);
  states.answered(MAIN, undefined);
  expect(states.of('set')).toEqual({
    main: {
      ...{ name: 'main', size: 10, active_revision: '7' },
      ...{ last_request: at(3), last_successful_request: at(4), last_successful_download: at(2) },
    },
  });
  expect(states.of('another')['main']).not.toHaveProperty('active_revision');
});

it('keeps why a bundle is refused while it is the same, and forgets that a server was away when it is back', () => {
  const states = createBundleStates();
  const code = (): string | undefined => states.of(undefined)['main']?.code;
  states.answered(MAIN, 10);
  states.failed(MAIN, { code: 'bundle_refused', message: 'm' });
  states.answered(MAIN, undefined);
  expect(code()).toBe('bundle_refused');
  states.answered(MAIN, 11);
  expect(code()).toBeUndefined();
  states.failed(MAIN, { code: 'bundle_unavailable', message: 'm' });
  states.answered(MAIN, undefined);
  expect(code()).toBeUndefined();
});
