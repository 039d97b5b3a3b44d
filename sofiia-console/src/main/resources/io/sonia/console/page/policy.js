// The rules in force, and what they would say about a call.

import { at, get, post } from './api.js';
import { el, facts, replace, shown, waiting } from './dom.js';
import { t, time, told } from './words.js';

const VERDICTS = { allow: 'good', confirm: 'warn', deny: 'bad' };

export function policyView(place) {
  const body = el('div', { class: 'stack' }, waiting(t('waiting')));
  replace(place, el('div', { class: 'view' }, el('h1', {}, t('nav.policy')), trial(), body));
  load();

  async function load() {
    try {
      const policy = await get(at('eva-os', '/v1/policy'));
      const tools = Map.groupBy(Object.entries(policy.tiers), ([, tier]) => tier);
      replace(body,
        el('section', { class: 'card stack' }, el('h2', {}, t('policy.version')), facts([
          [t('policy.version'), el('code', {}, policy.policy_version)],
          [t('policy.default'), t(`policy.${policy.default_verdict}`)],
          [t('audit.time'), time(policy.loaded_at)]])),
        el('section', { class: 'card stack' }, el('h2', {}, t('policy.rules')),
          policy.rules.length === 0 ? el('p', { class: 'soft' }, t('policy.norules')) : el('ol', {}, policy.rules.map((rule) => el('li', {}, shown(rule))))),
        el('section', { class: 'card stack' }, el('h2', {}, t('policy.tiers')), facts([...tools].map(([tier, names]) =>
          [tier, el('span', { class: 'row' }, names.map(([name]) => el('code', {}, name)))]))));
    } catch (failure) {
      replace(body, el('p', { class: 'notice bad' }, told(failure)), el('button', { type: 'button', onclick: load }, t('again')));
    }
  }
}

function trial() {
  const tool = el('input', { name: 'tool_name', required: true, maxlength: 64, value: 'file.write' });
  const args = el('textarea', { name: 'args', rows: 3, class: 'mono' });
  args.value = '{"path": "todo.txt", "content": "hello"}';
  const role = el('select', { name: 'role' }, ['operator', 'observer'].map((name) => el('option', { value: name }, t(`role.${name}`))));
  const answer = el('div', { class: 'stack', role: 'status' });

  async function judge() {
    let parsed;
    try {
      parsed = JSON.parse(args.value || '{}');
    } catch {
      replace(answer, el('p', { class: 'notice bad' }, t('policy.badjson')));
      return;
    }
    try {
      const found = await post(at('eva-os', '/v1/policy/evaluate'), { tool_name: tool.value, args: parsed, role: role.value });
      replace(answer, el('div', { class: 'row' }, el('span', { class: `chip ${VERDICTS[found.verdict]}` }, t(`policy.${found.verdict}`)), el('code', {}, found.rule_id)),
        el('ol', {}, found.explanation.map((line) => el('li', {}, line))));
    } catch (failure) {
      replace(answer, el('p', { class: 'notice bad' }, told(failure)));
    }
  }

  return el('form', { class: 'card stack', onsubmit: (event) => { event.preventDefault(); judge(); } },
    el('h2', {}, t('policy.try')),
    el('p', { class: 'soft small' }, t('policy.try.text')),
    el('div', { class: 'filters' }, el('label', {}, t('policy.tool'), tool), el('label', {}, t('policy.role'), role)),
    el('label', {}, t('policy.args'), args),
    el('div', {}, el('button', { class: 'main', type: 'submit' }, t('policy.ask'))),
    answer);
}
