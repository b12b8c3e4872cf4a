/**
 * The parsed data document as it lies in the memory of an instance: the bytes from `start` on, behind the text that it was parsed from
 * (which stays unused address space in every other instance). Layout is deterministic per
 * module, so any other instance of the module takes the bytes as they are, instead of parsing JSON (several times slower).
 */
export interface DataImage {
  /** Shared: one copy serves all workers. */
  readonly bytes: SharedArrayBuffer;
  /** Address of the first byte; equal in all instances of one module. */
  readonly start: number;
  /** Address of the data document inside of it. */
  readonly dataAddress: number;
}

/**
 * Where the data document of a revision comes from: parsed already, or its text. `earlier` is what equal text came to in another revision on the
 * same library: who has room at that address takes it instead of parsing the text.
 */
export type DataSource = { readonly json: Uint8Array; readonly earlier?: DataImage } | { readonly image: DataImage };

/** What is parsed already, if anything is. */
export function parsedIn(source: DataSource): DataImage | undefined {
  return 'image' in source ? source.image : source.earlier;
}

/** Bytes that the data will take: measured at 13.6 times its JSON text, plus the text. */
export function dataFootprint(source: DataSource): number {
  return 'image' in source ? source.image.bytes.byteLength : source.json.byteLength * 15;
}
