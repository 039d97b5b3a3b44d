// Starts the page: signing in, the rail, and which view is shown.

import { ask, follow, get, keepPage, at, onSignedOut, post, signedIn } from './api.js';
import { announce, el, replace, waiting } from './dom.js';
import { t, told } from './words.js';
import { chatView } from './chat.js';
import { approvalsView } from './approvals.js';
import { liveView } from './live.js';
import { auditView } from './audit.js';
import { memoryView } from './memory.js';
import { policyView } from './policy.js';
import { settingsView } from './settings.js';

const VIEWS = {
  chat: chatView,
  approvals: approvalsView,
  live: liveView,
  audit: auditView,
  memory: memoryView,
  policy: policyView,
  settings: settingsView,
};

const app = document.getElementById('app');
const house = { me: null, pending: 0, connected: null, listeners: new Set(), on: null };
let leave = () => {};
let stopEvents = () => {};

export function applyTheme() {
  const wish = localStorage.getItem('sonia.theme');
  const dark = wish ? wish === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
}

/** Calls the listener with each event of the house until it is told to stop. */
house.on = (listener) => {
  house.listeners.add(listener);
  return () => house.listeners.delete(listener);
};

function gate(text) {
  leave();
  stopEvents();
  document.title = 'Sofiia';
  replace(app, el('main', { class: 'gate', id: 'content' }, el('div', { class: 'card stack' },
    el('div', { class: 'brand' }, el('img', { src: '/assets/mark.svg', alt: '' }), 'Sofiia'),
    el('h1', {}, t('gate.title')),
    el('p', {}, text),
    el('pre', { tabindex: 0 }, './sonia console'))));
}

function rail(current) {
  return el('nav', { class: 'rail', 'aria-label': t('nav.label') },
    el('div', { class: 'brand' }, el('img', { src: '/assets/mark.svg', alt: '' }), 'Sofiia'),
    el('ul', {}, Object.keys(VIEWS).map((name) => el('li', {},
      el('a', { href: `#/${name}`, 'aria-current': name === current ? 'page' : null }, t(`nav.${name}`),
        name === 'approvals' && house.pending > 0 && el('span', { class: 'count' }, house.pending))))),
    el('div', { class: 'foot small soft' }, el('span', { id: 'line', role: 'status' }, lineText())));
}

function lineText() {
  return house.connected === null ? '' : t(house.connected ? 'connected' : 'reconnecting');
}

function line(connected) {
  if (house.connected === false && connected) pending();
  house.connected = connected;
  const place = document.getElementById('line');
  if (place && place.textContent !== lineText()) place.textContent = lineText();
}

async function pending() {
  try {
    const list = await get(at('eva-os', '/approvals?limit=1'));
    house.pending = list.pending_count;
  } catch {
    return;
  }
  const old = app.querySelector('.rail');
  if (old) {
    const had = document.activeElement?.closest?.('.rail a')?.getAttribute('href');
    old.replaceWith(rail(where()[0]));
    if (had) app.querySelector(`.rail a[href="${had}"]`)?.focus();
  }
}

function where() {
  const parts = location.hash.replace(/^#\//, '').split('/').map(decodeURIComponent);
  return VIEWS[parts[0]] ? parts : ['chat'];
}

function show() {
  if (!house.me) return;
  leave();
  const [name, ...rest] = where();
  const content = el('main', { class: 'content', id: 'content', tabindex: -1 });
  replace(app, el('a', { class: 'skip', href: '#content', onclick: (event) => { event.preventDefault(); content.focus(); } }, t('skip')),
    el('div', { class: 'shell' }, rail(name), content));
  document.title = `${t(`nav.${name}`)} · Sofiia`;
  leave = VIEWS[name](content, house, rest) || (() => {});
}

async function enter() {
  replace(app, el('main', { class: 'gate' }, waiting(t('waiting'))));
  try {
    house.me = await get('/api/me');
  } catch (failure) {
    if (failure.code !== 'UNAUTHORIZED') gate(told(failure));
    return;
  }
  show();
  pending();
  stopEvents = follow('', (event) => {
    if (event.type.startsWith('approval.')) pending();
    house.listeners.forEach((listener) => listener(event));
  }, line);
}

async function signIn(code) {
  history.replaceState(null, '', '/');
  replace(app, el('main', { class: 'gate' }, waiting(t('gate.busy'))));
  try {
    const made = await ask('POST', '/api/sign-in', { code });
    keepPage(made.page);
    await enter();
  } catch {
    gate(t('gate.bad'));
  }
}

export async function signOut() {
  stopEvents();
  try {
    await post('/api/sign-out');
  } finally {
    keepPage(null);
    house.me = null;
    gate(t('gate.text'));
  }
}

export function repaint() {
  applyTheme();
  show();
}

onSignedOut(() => {
  if (house.me) announce(t('gate.title'));
  house.me = null;
  keepPage(null);
  gate(t('gate.text'));
});

applyTheme();
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', applyTheme);
addEventListener('hashchange', () => {
  const code = location.hash.match(/^#sign-in=(.+)$/);
  if (code) signIn(code[1]);
  else show();
});

const code = location.hash.match(/^#sign-in=(.+)$/);
if (code) signIn(code[1]);
else if (signedIn()) enter();
else gate(t('gate.text'));
