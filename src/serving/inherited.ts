/** Numbers of the open files that a serving process inherits. */
export const CHANNEL_FD = 3;
/** Words that every process reads. */
export const WORDS_FD = 4;
/** Words between this process and the main one. */
export const CLAIMS_FD = 5;
