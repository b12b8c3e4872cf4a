/** One command that a tool call would run, as the shell would see it: unquoted, expanded, and freed of what it is started through. */
export interface CommandFact {
  /** Without its folder. */
  readonly name: string;
  /** Arguments that are no options, in order; what only the run can tell stays as it was written (`$DIR`). */
  readonly operands: readonly string[];
  /** `r`, `f` and `rf` of `-rf`, `recursive` of `--recursive`. */
  readonly flags: readonly string[];
  /** What it is started through, outermost first: `sudo`, `bash`, `xargs`, `ssh`, `python3`. */
  readonly via: readonly string[];
  /** The call says that this is a command; otherwise it is a text that reads like one. */
  readonly sure: boolean;
  /** The command in one line, cut to a bound. */
  readonly text: string;
}

/** A file that is read or written, and by what. */
export interface FileFact {
  /** Normalised: `~` for the home folder of anybody, no `..`, no doubled slash. */
  readonly path: string;
  readonly by: string;
  readonly sure: boolean;
}

/** What one command makes of the output of others. */
export interface FlowFact {
  /** `runs`: an interpreter takes it for a program. */
  readonly kind: 'runs' | 'gets';
  readonly from: readonly string[];
  /** Files that were read on the way. */
  readonly reads: readonly string[];
  readonly into: string;
  /** Of `from`, what ran to make words of the command itself, such as a header: nothing that it was given as its input, or as all of the data that it sends. */
  readonly substituted?: readonly string[];
  /** Of `substituted`, what is a part of the data that it sends, or of the address. */
  readonly sends?: readonly string[];
  readonly sure: boolean;
}

/** A machine that is named, and by which command. */
export interface HostFact {
  readonly host: string;
  readonly by: string;
}

/** One SQL statement. */
export interface SqlFact {
  /** Keywords and names in upper case, without strings and comments; the first 24. */
  readonly words: readonly string[];
  readonly where: boolean;
  /** A comparison that always holds: `1=1`. */
  readonly always: boolean;
  readonly sure: boolean;
}

/** A program text that is given to an interpreter. */
export interface CodeFact {
  readonly language: string;
  /** Names that stand in it, each once. */
  readonly names: readonly string[];
  readonly sure: boolean;
}

/** What a tool call would do. */
export interface Facts {
  readonly commands: readonly CommandFact[];
  readonly reads: readonly FileFact[];
  readonly writes: readonly FileFact[];
  readonly hosts: readonly HostFact[];
  readonly flows: readonly FlowFact[];
  readonly sql: readonly SqlFact[];
  readonly code: readonly CodeFact[];
  /** Functions that start themselves in a pipeline. */
  readonly recursions: readonly string[];
  /** There is more than is told. */
  readonly truncated: boolean;
}
