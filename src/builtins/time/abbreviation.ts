import { LRUCache } from 'lru-cache';
import type { Temporal } from 'temporal-polyfill';

/** English regions whose CLDR data knows the customary abbreviations of their part of the world. */
const LOCALES = ['en-US', 'en-GB', 'en-AU', 'en-NZ', 'en-IN', 'en-ZA', 'en-IE', 'en-CA'];

/** Zones for which CLDR has letters where the time zone database has only the offset. */
const NUMERIC = new Set([
  'Africa/Casablanca',
  'Africa/El_Aaiun',
  'America/Miquelon',
  'Antarctica/Casey',
  'Antarctica/Troll',
  'Asia/Colombo',
  'Asia/Dubai',
  'Asia/Muscat',
  'Australia/Eucla',
  'Australia/Lord_Howe',
  'Pacific/Chatham',
]);

/** Zones for which CLDR has no English letters, or others: abbreviation by minutes east of Greenwich. */
const LETTERED: readonly (readonly [zones: string, names: Readonly<Record<number, string>>])[] = [
  ['UTC Etc/UTC UCT Etc/UCT Zulu Etc/Zulu Universal Etc/Universal', { 0: 'UTC' }],
  ['GMT GMT0 GMT+0 GMT-0 Etc/GMT Etc/GMT0 Etc/GMT+0 Etc/GMT-0 Greenwich Etc/Greenwich', { 0: 'GMT' }],
  ['America/Adak America/Atka US/Aleutian', { [-600]: 'HST', [-540]: 'HDT' }],
  ['America/Chihuahua America/Ciudad_Juarez America/Hermosillo America/Mazatlan Mexico/BajaSur', { [-420]: 'MST', [-360]: 'MDT' }],
  ['America/Dawson America/Whitehorse Canada/Yukon', { [-420]: 'MST' }],
  ['America/Havana Cuba', { [-300]: 'CST', [-240]: 'CDT' }],
  ['Asia/Gaza Asia/Hebron', { 120: 'EET', 180: 'EEST' }],
  ['Asia/Jerusalem Asia/Tel_Aviv Israel', { 120: 'IST', 180: 'IDT' }],
  ['Asia/Hong_Kong Hongkong', { 480: 'HKT' }],
  ['Asia/Jakarta Asia/Pontianak', { 420: 'WIB' }],
  ['Asia/Makassar Asia/Ujung_Pandang', { 480: 'WITA' }],
  ['Asia/Jayapura', { 540: 'WIT' }],
  ['Asia/Karachi', { 300: 'PKT', 360: 'PKST' }],
  ['Asia/Macau Asia/Macao Asia/Shanghai Asia/Chongqing Asia/Chungking Asia/Harbin PRC Asia/Taipei ROC', { 480: 'CST' }],
  ['Asia/Manila', { 480: 'PST' }],
  ['Asia/Pyongyang Asia/Seoul ROK', { 540: 'KST', 510: 'KST' }],
  ['Asia/Tokyo Japan', { 540: 'JST' }],
  ['Europe/Guernsey Europe/Isle_of_Man Europe/Jersey', { 60: 'BST' }],
  ['Europe/Kirov Europe/Moscow Europe/Simferopol Europe/Volgograd W-SU', { 180: 'MSK', 240: 'MSK' }],
  ['MET', { 60: 'MET', 120: 'MEST' }],
  ['Pacific/Guam Pacific/Saipan', { 600: 'ChST' }],
  ['Pacific/Midway Pacific/Pago_Pago Pacific/Samoa US/Samoa', { [-660]: 'SST' }],
];

const lettered = new Map(LETTERED.flatMap(([zones, names]) => zones.split(' ').map((zone) => [zone, names] as const)));
const formats = new LRUCache<string, readonly Intl.DateTimeFormat[]>({ max: 100 });

/**
 * The abbreviation that the time zone database gives the zone at that instant, `CET` or `+0530`. Node carries no such
 * names, so they are pieced together: right for this century but for a few changes in a few zones, a fair guess before.
 */
export function abbreviation(time: Temporal.ZonedDateTime): string {
  const zone = time.timeZoneId;
  // Only local mean time, from before there were zones, has odd seconds.
  if (time.offsetNanoseconds % 60e9 !== 0) return 'LMT';
  const minutes = Math.trunc(time.offsetNanoseconds / 60e9);
  const known = lettered.get(zone)?.[minutes];
  if (known !== undefined) return known;
  return NUMERIC.has(zone) ? numeric(minutes) : (customary(time) ?? numeric(minutes));
}

function customary(time: Temporal.ZonedDateTime): string | undefined {
  for (const format of formatsOf(time.timeZoneId)) {
    const text = format.formatToParts(time.epochMilliseconds).find((part) => part.type === 'timeZoneName')?.value;
    if (text !== undefined && /^[A-Z]{3,5}$/.test(text)) return text;
  }
  return undefined;
}

function formatsOf(zone: string): readonly Intl.DateTimeFormat[] {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const list = LOCALES.map((locale) => new Intl.DateTimeFormat(locale, { timeZone: zone, timeZoneName: 'short' }));
  formats.set(zone, list);
  return list;
}

function numeric(minutes: number): string {
  const absolute = Math.abs(minutes);
  const hours = String(Math.floor(absolute / 60)).padStart(2, '0');
  const rest = absolute % 60;
  return `${minutes < 0 ? '-' : '+'}${hours}${rest === 0 ? '' : String(rest).padStart(2, '0')}`;
}
