// The page's own words in English and Ukrainian.

import { english } from './words-en.js';
import { ukrainian } from './words-uk.js';

const LANGUAGE = 'sonia.language';
const TABLES = { en: english, uk: ukrainian };

let language = localStorage.getItem(LANGUAGE) || (navigator.language.startsWith('uk') ? 'uk' : 'en');
document.documentElement.lang = language;

export function currentLanguage() {
  return language;
}

export function speak(chosen) {
  language = chosen;
  localStorage.setItem(LANGUAGE, chosen);
  document.documentElement.lang = chosen;
}

/** A phrase with its blanks filled in. */
export function t(key, blanks = {}) {
  const phrase = TABLES[language][key] ?? english[key] ?? key;
  return phrase.replace(/\{(\w+)\}/g, (whole, name) => (name in blanks ? String(blanks[name]) : whole));
}

export function time(text, style = 'medium') {
  if (!text) return '–';
  const place = navigator.language.startsWith(language) ? navigator.language : language;
  return new Intl.DateTimeFormat(place, { dateStyle: 'short', timeStyle: style }).format(new Date(text));
}

export function number(value, digits = 0) {
  return new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value);
}

export function seconds(total) {
  const left = Math.max(0, Math.floor(total));
  return `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
}

export function millis(value) {
  return value >= 1000 ? `${number(value / 1000, 1)} ${t('unit.s')}` : `${number(value)} ${t('unit.ms')}`;
}

/** What a refusal means for the person who met it. */
export function told(failure) {
  const known = t(`code.${failure.code}`);
  return known === `code.${failure.code}` ? `${failure.message} (${failure.code || failure.name})` : known;
}
