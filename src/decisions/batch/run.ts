/** Records that lie together in the bytes of a segment, in the order of their ids; each is made when it is asked for. */
export interface Run {
  readonly rows: number;
  idAt(row: number): string;
  /** One line of JSON, without its end. */
  lineAt(row: number): string;
}
