/** A time in RFC 3339 to the second. */
export function briefTime(time: string): string {
  return time.replace(/\.\d+Z$/u, 'Z');
}
