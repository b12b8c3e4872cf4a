/**
 * For zod, of what is read a few times in the life of a process: it would make a function of each schema first, which takes longer than reading.
 */
export const READ_ONCE = { jitless: true } as const;
