/** What a number of a country is told by, beyond its shape: its check digits, or the letters that are given out. */
interface NationalNumber {
  readonly shape: RegExp;
  readonly isValid: (number: string) => boolean;
}

const NUMBERS: readonly NationalNumber[] = [
  { shape: /^(?:cpf\b.*?)?(\d{3}\.\d{3}\.\d{3}-\d{2}|\d{11})$/is, isValid: isCpf },
  { shape: /^(?:(?:national\s+insurance|nino)\b.*?)?([a-z]{2}(?: ?\d{2}){3} ?[a-d])$/is, isValid: isNino },
  { shape: /^(?:a?adhaa?r|uidai|\u0906\u0927\u093e\u0930).*?(\d{4}[ -]?\d{4}[ -]?\d{4})$/is, isValid: isAadhaar },
  { shape: /^(?:dni|nif|nie)\b.*?((?:\d[\d.]{6,9}|[xyz][ -]?\d{7})[ -]?[a-z])$/is, isValid: isDni },
  { shape: /^(?:nir|insee|num|s).*?([12](?: ?\d{2}){2} ?(?:\d{2}|2[ab])(?: ?\d{3}){2} ?\d{2})$/is, isValid: isNir },
  { shape: /^(?:codice|cod|cf)\b.*?([a-z]{6}\d{2}[a-z]\d{2}[a-z]\d{3}[a-z])$/is, isValid: isCodiceFiscale },
  { shape: /^(?:pesel)\b.*?(\d{11})$/is, isValid: isPesel },
  { shape: /^(?:sin|social)\b.*?(\d{3}[ -]?\d{3}[ -]?\d{3})$/is, isValid: isSin },
  { shape: /^(?:bsn|burgerservicenummer)\b.*?(\d{9})$/is, isValid: isBsn },
  { shape: /^([A-Z]{2}\d{2}[A-Z0-9 ]{11,42})$/s, isValid: isIban },
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

/** Spain's number of a person: the letter is what the number leaves over of 23; a foreigner's first letter stands for a digit. */
function isDni(number: string): boolean {
  const digits = number.slice(0, -1).replace(/^[XYZ]/, (letter) => String('XYZ'.indexOf(letter)));
  return !/^(?:12345678|0*$)/.test(digits) && 'TRWAGMYFPDXBNJZSQVHLCKE'[Number(digits) % 23] === number.at(-1);
}

/** France's number of an insured: what it lacks to a multiple of 97 stands at its end; the departments of Corsica have letters. */
function isNir(number: string): boolean {
  const digits = number.slice(0, 13).replace('2A', '19').replace('2B', '18');
  return 97 - (Number(digits) % 97) === Number(number.slice(13));
}

/** What a character at an odd place weighs in Italy's tax code, A or 0 first; at an even one it weighs what it is. */
const ODD_WEIGHTS = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

function isCodiceFiscale(number: string): boolean {
  if (number.startsWith('RSSMRA')) return false;
  const sum = Array.from(number.slice(0, -1)).reduce((total, character, index) => {
    const value = /\d/.test(character) ? Number(character) : character.charCodeAt(0) - 0x41;
    return total + (index % 2 === 0 ? (ODD_WEIGHTS[value] ?? 0) : value);
  }, 0);
  return String.fromCharCode(0x41 + (sum % 26)) === number.at(-1);
}

/** Poland's number of a person: every fourth digit weighs the same. */
function isPesel(number: string): boolean {
  const sum = digitsOf(number).reduce((total, digit, index) => total + digit * (index === 10 ? 1 : ([1, 3, 7, 9][index % 4] ?? 0)), 0);
  return sum % 10 === 0 && !/^(\d)\1+$/.test(number);
}

/** Canada's number of an insured. The first is that which documentation shows. */
function isSin(number: string): boolean {
  return number !== '046454286' && addsUp(number) && !/^(\d)\1+$/.test(number);
}

/** The number of a citizen of the Netherlands: the weighted sum is a multiple of eleven. */
function isBsn(number: string): boolean {
  const sum = digitsOf(number).reduce((total, digit, index) => total + digit * (index === 8 ? -1 : 9 - index), 0);
  return sum % 11 === 0 && !/^(?:0{5}|123456782|111222333|(\d)\1+$)/.test(number);
}

/** How long an account number is, by country. */
const IBAN_LENGTHS: ReadonlyMap<string, number> = new Map(
  'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LI21 LT20 LU20 LV21 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SE24 SI19 SK24 SM27 TN24 TR26 UA29 VA22 XK20'
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

/** A number of an account, which a word may follow: as long as those of its country, it leaves one over of 97 with its first four characters at its end. */
function isIban(text: string): boolean {
  const length = IBAN_LENGTHS.get(text.slice(0, 2)) ?? Infinity;
  if (text.length < length) return false;
  let rest = 0;
  for (const character of `${text.slice(4, length)}${text.slice(0, 4)}`) {
    const value = Number.parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
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

/** Luhn's sum. */
export function addsUp(digits: string): boolean {
  let sum = 0;
  for (let place = 1; place <= digits.length; place++) {
    const digit = Number(digits[digits.length - place]);
    const weighed = place % 2 === 0 ? digit * 2 : digit;
    sum += weighed > 9 ? weighed - 9 : weighed;
  }
  return sum % 10 === 0;
}

function digitsOf(number: string): number[] {
  return Array.from(number, Number);
}
