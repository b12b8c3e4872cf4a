/** What bounds uploads. */
export interface UploadSettings {
  /** Most bytes of one upload, packed. */
  readonly uploadBytes: number;
  /** Most bytes that wait, not packed; the oldest go first. */
  readonly bufferBytes: number;
  readonly minDelayMs: number;
  readonly maxDelayMs: number;
}
