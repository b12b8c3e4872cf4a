import { normalPath } from './paths.js';
import { notePowerShell } from './powershell.js';
import type { Reader } from './reader.js';
import type { Scope } from './scope.js';

/** Longest program text that is looked at, and what is taken from it. */
const MAX_CODE = 16 * 1024;
const MAX_NAMES = 128;
const MAX_LITERALS = 32;

const NAME = /[A-Za-z_$][\w$]*(?:(?:\.|::)[A-Za-z_$][\w$]*)*/g;
const LITERAL = /'((?:[^'\\\n]|\\.){0,1024})'|"((?:[^"\\\n]|\\.){0,1024})"|`((?:[^`\\]|\\.){0,1024})`/g;

/** Names that start what a string holds. */
const STARTS =
  /(?:^|[.:_])(?:system|exec\w*|popen\d?|spawn\w*|subprocess|run|call|check_output|shell_exec|passthru|proc_open|qx|ProcessBuilder|shell_command|call_process|start_process)$/;
const OPENS = /(?:^|[.:_])(?:open|read\w*|Path|file_get_contents|slurp|createReadStream|readlines|cat|get_content)$/i;
const WRITES = /(?:^|[.:_])(?:write\w*|append\w*|file_put_contents|createWriteStream)$/i;
/** What is deleted is written. */
const DELETES =
  /(?:^|[.:_])(?:rmtree|rm_rf?|rm|rmdir|rmSync|rmdirSync|unlink|unlinkSync|remove|removeSync|remove_dir_all|remove_file|remove_tree|removedirs|remove_entry|rimraf|deltree|delete)$/;

/** Notes a program text in another language, the shell commands that it starts, and the files that it names. */
export function noteCode(text: string, language: string, scope: Scope, reader: Reader): void {
  const code = text.slice(0, MAX_CODE);
  const plain = language === 'emacs' ? code.replaceAll('-', '_') : code;
  const names = [...new Set(plain.match(NAME) ?? [])];
  reader.sheet.code({ language, names: names.slice(0, MAX_NAMES).map((name) => name.slice(0, 128)), sure: scope.sure });
  if (language === 'powershell') {
    reader.program(code, scope, undefined);
    notePowerShell(code, scope.sure, reader.sheet);
    return;
  }
  const literals = [...code.matchAll(LITERAL)].slice(0, MAX_LITERALS).map(([, single, double, tick]) => single ?? double ?? tick ?? '');
  // Perl opens without parentheses, Ruby runs what stands in ticks, and awk pipes from and to strings.
  const starts =
    names.some((name) => STARTS.test(name)) ||
    (/^(?:ruby|perl|php)$/.test(language) && code.includes('`')) ||
    (language === 'awk' && code.includes('|'));
  if (starts) {
    for (const literal of literals) if (literal.trim() !== '') reader.program(literal, scope, undefined);
    for (const [list] of code.matchAll(/\[[^[\]]{0,1024}\]/g)) {
      const words = [...list.matchAll(LITERAL)].map(([, single, double]) => single ?? double ?? '');
      if (words.length > 1) reader.argv(words, scope, undefined);
    }
  }
  const paths = literals.filter((literal) => /^[~/][\w./*-]*$/.test(literal)).map(normalPath);
  const writes =
    names.some((name) => WRITES.test(name)) ||
    names.some((name) => DELETES.test(name)) ||
    literals.some((literal) => /^[wa]\+?b?$/.test(literal));
  for (const path of paths) {
    if (names.some((name) => OPENS.test(name))) reader.sheet.reads({ path, by: language, sure: scope.sure });
    if (writes) reader.sheet.writes({ path, by: language, sure: scope.sure });
  }
}
