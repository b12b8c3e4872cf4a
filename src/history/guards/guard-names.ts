/** Guards by the name under which they are configured and accepted. */
export const GUARD_NAMES = ['modules', 'entrypoints', 'defaults', 'block_lists', 'data'] as const;

export type GuardName = (typeof GUARD_NAMES)[number];

export function isGuard(name: string): name is GuardName {
  return (GUARD_NAMES as readonly string[]).includes(name);
}
