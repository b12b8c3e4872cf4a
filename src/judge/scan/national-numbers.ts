/** What a number of a country is told by, beyond its shape: its check digits, or the letters that are given out. */
interface NationalNumber {
  readonly shape: RegExp;
  readonly isValid: (number: string) => boolean;
}

const NUMBERS: readonly NationalNumber[] = [
  { shape: /^(?:cpf\b.*?)?(\d{3}\.\d{3}\.\d{3}-\d{2}|\d{11})$/is, isValid: isCpf },
  { shape: /^(?:(?:national\s+insurance|nino)\b.*?)?([a-z]{2}(?: ?\d{2}){3} ?[a-d])$/is, isValid: isNino },
  { shape: /^(?:a?adhaa?r|uidai|\u0906\u0927\u093e\u0930).*?(\d{4}[ -]?\d{4}[ -]?\d{4})$/is, isValid: isAadhaar },
];

/** Whether the match is a number as a country gives it out; undefined when it has the shape of none. What documentation shows is none. */
export function isNationalNumber(match: string): boolean | undefined {
  for (const { shape, isValid } of NUMBERS) {
    const number = shape.exec(match)?.[1];
    if (number !== undefined) return isValid(number.replace(/[ .-]/g, '').toUpperCase());
  }
  return undefined;
}

/** Brazil's number of a taxpayer: two check digits, each the weighted sum of those before it modulo 11. */
function isCpf(number: string): boolean {
  if (/^(\d)\1+$/.test(number) || number.startsWith('123456789')) return false;
  return [9, 10].every((length) => {
    const sum = digitsOf(number.slice(0, length)).reduce((total, digit, index) => total + digit * (length + 1 - index), 0);
    return ((sum * 10) % 11) % 10 === Number(number[length]);
  });
}

/** The United Kingdom's national insurance number has no check digit; some pairs of letters are never given out. */
function isNino(number: string): boolean {
  return !/^(?:[dfiquv]|.[dfioquv]|bg|gb|kn|nk|nt|tn|zz)/i.test(number) && !/^..(?:123456|(\d)\1+)/.test(number);
}

/** How digits turn with their place in Verhoeff's check, and the group of symmetries of a pentagon that sums them. */
const TURN = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];

function isAadhaar(number: string): boolean {
  if (/^[01]|^(\d)\1+$/.test(number)) return false;
  let sum = 0;
  for (const [place, digit] of digitsOf(number).reverse().entries()) {
    let turned = digit;
    for (let turns = place % 8; turns > 0; turns--) turned = TURN[turned] ?? 0;
    sum = composed(sum, turned);
  }
  return sum === 0;
}

/** One symmetry after the other: 0 to 4 turn the pentagon, 5 to 9 turn it over. */
function composed(first: number, second: number): number {
  const turns = first < 5 ? first + second : first - second;
  const isTurnedOver = first < 5 ? second >= 5 : second < 5;
  return (((turns % 5) + 5) % 5) + (isTurnedOver ? 5 : 0);
}

function digitsOf(number: string): number[] {
  return Array.from(number, Number);
}
