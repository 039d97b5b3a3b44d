// The person, the page, the people, and the configuration in force.

import { at, get, post } from './api.js';
import { confirmed, el, facts, replace, shown, waiting } from './dom.js';
import { currentLanguage, speak, t, time, told } from './words.js';
import { repaint, signOut } from './app.js';

const SERVICES = ['eva-os', 'api-gateway', 'model-router', 'memory-engine', 'openclaw', 'pipecat'];

export function settingsView(place, house) {
  replace(place, el('div', { class: 'view' },
    el('h1', {}, t('nav.settings')),
    you(house.me),
    house.me.actor_role === 'operator' && people(),
    configuration()));
}

function you(me) {
  const language = el('select', { onchange: () => { speak(language.value); repaint(); } },
    [['en', 'English'], ['uk', 'Українська']].map(([code, name]) => el('option', { value: code, selected: currentLanguage() === code, lang: code }, name)));
  const stored = localStorage.getItem('sonia.theme') || '';
  const theme = el('select', { onchange: () => {
    if (theme.value) localStorage.setItem('sonia.theme', theme.value);
    else localStorage.removeItem('sonia.theme');
    repaint();
  } }, [['', 'system'], ['light', 'light'], ['dark', 'dark']].map(([value, name]) => el('option', { value, selected: stored === value }, t(`settings.${name}`))));
  return el('section', { class: 'card stack' }, el('h2', {}, t('settings.you')),
    facts([[t('settings.name'), el('code', {}, me.actor_id)], [t('settings.role'), t(`role.${me.actor_role}`)], [t('settings.until'), time(me.expires_at)]]),
    el('div', { class: 'filters' }, el('label', {}, t('settings.language'), language), el('label', {}, t('settings.theme'), theme)),
    el('div', {}, el('button', { type: 'button', onclick: signOut }, t('signout'))));
}

function people() {
  const rows = el('div', { class: 'stack' }, waiting(t('waiting')));
  const issued = el('div', { role: 'status' });
  const name = el('input', { name: 'display_name', required: true, maxlength: 100 });
  const role = el('select', { name: 'role' }, ['observer', 'operator'].map((each) => el('option', { value: each }, t(`role.${each}`))));

  const key = (text) => replace(issued, el('div', { class: 'notice warn stack' }, el('strong', {}, t('settings.key')), el('pre', { tabindex: 0 }, text)));
  const failed = (failure) => replace(issued, el('p', { class: 'notice bad' }, told(failure)));

  async function load() {
    try {
      const { users } = await get(at('eva-os', '/v1/users?limit=100'));
      replace(rows, el('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': t('settings.people') }, el('table', {},
        el('thead', {}, el('tr', {}, ['name', 'role', 'status', 'until'].map((each) => el('th', { scope: 'col' }, t(`settings.${each}`))), el('td', {}))),
        el('tbody', {}, users.map((user) => el('tr', {},
          el('td', { dir: 'auto' }, user.display_name), el('td', {}, t(`role.${user.role}`)), el('td', {}, user.status), el('td', {}, time(user.expires_at)),
          el('td', {}, el('span', { class: 'row' },
            el('button', { type: 'button', 'aria-label': `${t('settings.rotate')} ${user.display_name}`, onclick: () => rotate(user) }, t('settings.rotate')),
            el('button', { class: 'danger', type: 'button', 'aria-label': `${t('settings.revoke')} ${user.display_name}`, onclick: () => revoke(user) }, t('settings.revoke'))))))))));
    } catch (failure) {
      replace(rows, el('p', { class: 'notice bad' }, told(failure)));
    }
  }

  async function add() {
    try {
      const made = await post(at('eva-os', '/v1/users'), { display_name: name.value, role: role.value });
      name.value = '';
      key(made.api_key);
      load();
    } catch (failure) {
      failed(failure);
    }
  }

  async function rotate(user) {
    try {
      key((await post(at('eva-os', `/v1/users/${user.user_id}/rotate-key`), {})).api_key);
      load();
    } catch (failure) {
      failed(failure);
    }
  }

  async function revoke(user) {
    const reason = await confirmed({ title: `${t('settings.revoke')}: ${user.display_name}`, text: t('settings.revoke.text'), action: t('settings.revoke'), cancel: t('cancel'), field: t('live.kill.why') });
    if (!reason) return;
    try {
      await post(at('eva-os', `/v1/users/${user.user_id}/revoke-key`), { reason });
      load();
    } catch (failure) {
      failed(failure);
    }
  }

  load();
  return el('section', { class: 'card stack' }, el('h2', {}, t('settings.people')), rows, issued,
    el('form', { class: 'filters', onsubmit: (event) => { event.preventDefault(); add(); } },
      el('label', {}, t('settings.name'), name), el('label', {}, t('settings.role'), role), el('button', { type: 'submit' }, t('settings.add'))));
}

function configuration() {
  const body = el('div', { class: 'stack' });
  const service = el('select', { onchange: () => load() }, SERVICES.map((name) => el('option', { value: name }, name)));

  async function load() {
    replace(body, waiting(t('waiting')));
    try {
      const { effective } = await get(at(service.value, '/v1/config'));
      replace(body, Object.entries(effective).map(([section, values]) => el('details', { class: 'tool' }, el('summary', {}, el('span', { class: 'name' }, section)), shown(values))));
    } catch (failure) {
      replace(body, el('p', { class: 'notice bad' }, told(failure)));
    }
  }

  load();
  return el('section', { class: 'card stack' }, el('h2', {}, t('settings.config')), el('label', {}, t('settings.service'), service), body);
}
