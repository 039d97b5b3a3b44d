// Markdown as elements. The library only reads it into tokens; elements are made here, so no HTML of a model or a
// stranger ever becomes one, and what is not known stays text.

import { Lexer } from './marked.js';
import { el } from './dom.js';

const MOST = 40000;
const DEEPEST = 12;

/** The text as a document fragment; very long texts stay plain. */
export function markdown(text) {
  const fragment = document.createDocumentFragment();
  if (text.length > MOST) {
    fragment.append(el('pre', { tabindex: 0 }, text));
    return fragment;
  }
  try {
    fragment.append(...blocks(new Lexer({ gfm: true }).lex(text), 0));
  } catch {
    fragment.replaceChildren(el('p', {}, text));
  }
  return fragment;
}

function blocks(tokens, depth) {
  return tokens.flatMap((token) => block(token, depth));
}

function block(token, depth) {
  if (depth > DEEPEST) return [document.createTextNode(token.raw)];
  switch (token.type) {
    case 'space': return [];
    case 'hr': return [el('hr')];
    case 'heading': return [el('h3', {}, inline(token.tokens, depth + 1))];
    case 'paragraph': return [el('p', {}, inline(token.tokens, depth + 1))];
    case 'text': return token.tokens ? inline(token.tokens, depth + 1) : [document.createTextNode(token.text)];
    case 'code': return [el('pre', { tabindex: 0 }, token.text)];
    case 'blockquote': return [el('blockquote', {}, blocks(token.tokens, depth + 1))];
    case 'list': return [el(token.ordered ? 'ol' : 'ul', { start: token.ordered && token.start !== 1 ? token.start : null },
      token.items.map((item) => el('li', {}, blocks(item.tokens, depth + 1))))];
    case 'table': return [table(token, depth)];
    default: return [el('p', {}, token.raw)];
  }
}

function table(token, depth) {
  const cells = (name, row) => row.map((cell) => el(name, {}, inline(cell.tokens, depth + 1)));
  return el('div', { class: 'scroll', tabindex: 0 }, el('table', {},
    el('thead', {}, el('tr', {}, cells('th', token.header))),
    el('tbody', {}, token.rows.map((row) => el('tr', {}, cells('td', row))))));
}

function inline(tokens = [], depth = 0) {
  return tokens.flatMap((token) => {
    if (depth > DEEPEST) return [document.createTextNode(token.raw)];
    switch (token.type) {
      case 'strong': return [el('strong', {}, inline(token.tokens, depth + 1))];
      case 'em': return [el('em', {}, inline(token.tokens, depth + 1))];
      case 'del': return [el('del', {}, inline(token.tokens, depth + 1))];
      case 'codespan': return [el('code', {}, token.text)];
      case 'br': return [el('br')];
      case 'link': return [link(token, depth)];
      case 'image': return [document.createTextNode(token.text || token.href)];
      case 'escape': return [document.createTextNode(token.text)];
      case 'text': return token.tokens ? inline(token.tokens, depth + 1) : [document.createTextNode(plain(token))];
      default: return [document.createTextNode(token.raw)];
    }
  });
}

function plain(token) {
  return token.raw.length >= token.text.length && !token.escaped ? token.raw : token.text;
}

/** Only addresses of the web lead anywhere, and they say where. */
function link(token, depth) {
  const words = inline(token.tokens, depth + 1);
  if (!/^https?:\/\//i.test(token.href)) return el('span', {}, words, ` (${token.href})`);
  return el('a', { href: token.href, rel: 'noopener noreferrer nofollow', target: '_blank', title: token.href }, words);
}
