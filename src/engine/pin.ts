/** A revision that later saves do not replace, until somebody says so. */
export interface Pin {
  /** Full id. */
  readonly revision: string;
  readonly at: Date;
  readonly by?: string;
  readonly reason?: string;
}
