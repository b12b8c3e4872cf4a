import { describe, expect, test } from 'vitest';
import { DecisionIds, leastIdOf, timeOfId } from '../../../src/decisions/decision-id.js';

describe('ids of decisions', () => {
  test('are UUIDs of version 7, unique and in the order of their making, whatever the clock does', () => {
    const clock = [1_700_000_000_000, 1_700_000_000_000, 1_700_000_000_001, 1_600_000_000_000];
    const made = new DecisionIds();
    const ids = clock.flatMap((ms, index) => Array.from({ length: index === 0 ? 17_000 : 100 }, () => made.next(ms)));
    expect(ids.every((id) => timeOfId(id) !== undefined)).toBe(true);
    expect(new Set(ids).size).toBe(ids.length);
    expect([...ids].sort()).toEqual(ids);
  });

  test('tell their time', () => {
    const id = new DecisionIds().next(1_700_000_000_123);
    expect(timeOfId(id)).toBe(1_700_000_000_123);
    expect(leastIdOf(1_700_000_000_123) <= id && id < leastIdOf(1_700_000_000_124)).toBe(true);
    expect(timeOfId('4ca636c1-55e4-417a-b1d8-4aceb67960d1')).toBeUndefined();
  });
});
