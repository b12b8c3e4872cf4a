/**
 * A batch holds the records of some ms of one process, column by column (all numbers little-endian):
 *
 *     rows, texts                     4 bytes each
 *     base                            8 bytes, a double: time of the first id in ms since 1970
 *     bytes of the texts, bytes of the request ids   4 bytes each
 *     NUMBERS columns of 4 bytes a row
 *     REFS columns of 2 bytes a row   each the number of a text, or NONE
 *     the lengths of the texts        4 bytes each
 *     the texts, then the request ids, one after the other, in UTF-8; their lengths are those of texts in JavaScript
 *     row by row the input, and a result that is no text of the batch
 *
 * Most of a record is what many have in common (labels, revision, path, callers, results): it stands there once. Columns pack at a third of
 * the time that lines of JSON take, and to a third of their size.
 */
export const HEAD_BYTES = 24;

/** Column of numbers: time of the id since the base. */
export const ID_MS = 0;
/** Time of the record since that of its id, signed: the clock may have gone back. */
export const RECORD_MS = 1;
/** In units of {@link TICK_NS}. */
export const DURATION = 2;
export const INPUT_BYTES = 3;
export const RESULT_BYTES = 4;
export const NUMBERS = 5;

/** Column of two bytes: the counter of the id. Where nothing else is said the others are numbers of texts. */
export const COUNT = 0;
export const PATH = 1;
export const REVISION = 2;
/** Members before `requested_by`, as JSON. */
export const PREFIX = 3;
export const PEER = 4;
export const DOMAIN = 5;
export const VERDICT = 6;
/** Members of `custom` that tell the caller, as JSON. */
export const CALLER = 7;
/** Length of the request id. */
export const REQUEST_ID = 8;
/** The rest of `custom` and the members after it, as JSON. */
export const SUFFIX = 9;
export const RESULT = 10;
/** Of the rules that held, as JSON. */
export const RULE_LABELS = 11;
export const REFS = 12;

/** There is no such text. A result may be there all the same, by its length. */
export const NONE = 0xffff;

/** The first texts of each batch: the end of its ids, and the labels as JSON. */
export const TAIL_TEXT = 0;
export const LABELS_TEXT = 1;

/** A duration counts in these: 429 s at most. */
export const TICK_NS = 100;
