// What happened: entries of a chain, the trace of one request through all services, and whether the chains verify.

import { at, get, query } from './api.js';
import { el, empty, facts, replace, shown, waiting } from './dom.js';
import { number, t, time, told } from './words.js';

const SERVICES = ['api-gateway', 'eva-os', 'openclaw', 'memory-engine', 'model-router', 'pipecat', 'sofiia-console'];

export function auditView(place, house, [correlation]) {
  const field = (name, label, input) => [name, input, el('label', {}, label, input)];
  const fields = [
    field('chain', t('audit.service'), el('select', { name: 'chain' }, SERVICES.map((name) => el('option', { value: name }, name)))),
    field('operation', t('audit.operation'), el('input', { name: 'operation', maxlength: 128 })),
    field('outcome', t('audit.outcome'), el('input', { name: 'outcome', maxlength: 64 })),
    field('actor_id', t('audit.actor'), el('input', { name: 'actor_id', maxlength: 128 })),
    field('correlation_id', t('audit.correlation'), el('input', { name: 'correlation_id', maxlength: 128 })),
  ];
  const rows = el('div', { class: 'stack' });
  const trace = el('div', { class: 'stack' });
  const verdict = el('div', { class: 'stack', role: 'status' });
  replace(place, el('div', { class: 'view' },
    el('div', { class: 'row spread' }, el('h1', {}, t('nav.audit')), el('button', { type: 'button', onclick: verify }, t('audit.verify'))),
    verdict,
    trace,
    el('form', { class: 'card stack', onsubmit: (event) => { event.preventDefault(); find(); } },
      el('div', { class: 'filters' }, fields.map(([, , label]) => label)),
      el('div', {}, el('button', { class: 'main', type: 'submit' }, t('audit.find')))),
    rows));
  find();
  if (correlation) follow(correlation);

  async function find(cursor, before = []) {
    if (!cursor) replace(rows, waiting(t('waiting')));
    const asked = Object.fromEntries(fields.map(([name, input]) => [name, input.value.trim()]));
    try {
      const page = await get(at('api-gateway', `/v1/audit/entries${query({ ...asked, limit: 50, cursor })}`));
      const all = [...before, ...page.entries];
      replace(rows, all.length === 0 ? empty(t('audit.none'), '') : table(all),
        page.next_cursor && el('button', { type: 'button', onclick: () => find(page.next_cursor, all) }, t('more')));
    } catch (failure) {
      replace(rows, el('p', { class: 'notice bad' }, told(failure)));
    }
  }

  function table(entries) {
    return el('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': t('nav.audit') }, el('table', {},
      el('thead', {}, el('tr', {}, ['seq', 'time', 'operation', 'outcome', 'actor', 'about', 'correlation'].map((name) => el('th', { scope: 'col' }, t(`audit.${name}`))))),
      el('tbody', {}, entries.map((entry) => el('tr', {},
        el('td', {}, number(entry.seq)),
        el('td', {}, time(entry.timestamp)),
        el('td', {}, el('code', {}, entry.operation)),
        el('td', {}, el('span', { class: `chip ${entry.outcome === 'OK' ? 'good' : 'bad'}` }, entry.outcome)),
        el('td', { class: 'small' }, entry.actor_id),
        el('td', { class: 'small' }, [entry.resource_type, entry.resource_id].filter(Boolean).join(' ')),
        el('td', {}, el('button', { class: 'plain small', type: 'button', onclick: () => follow(entry.correlation_id) }, entry.correlation_id)))))));
  }

  async function follow(id) {
    replace(trace, waiting(t('waiting')));
    try {
      const found = await get(at('api-gateway', `/v1/audit/trace/${encodeURIComponent(id)}`));
      const times = found.entries.map((entry) => Date.parse(entry.timestamp));
      const first = Math.min(...times);
      const span = Math.max(1, Math.max(...times) - first);
      replace(trace, el('section', { class: 'card stack', 'aria-label': t('audit.trace', { id }) },
        el('div', { class: 'row spread' }, el('h2', {}, t('audit.trace', { id })),
          el('button', { type: 'button', onclick: () => replace(trace) }, t('audit.close'))),
        !found.complete && el('p', { class: 'notice warn' }, t('audit.incomplete', { parts: found.missing.join(', ') })),
        found.entries.length === 0 && el('p', { class: 'soft' }, t('audit.none')),
        el('ol', { class: 'trace' }, found.entries.map((entry, i) => el('li', {},
          el('span', { class: 'soft' }, `${entry.chain} +${times[i] - first} ${t('unit.ms')}`),
          el('code', {}, entry.operation),
          el('details', {}, el('summary', {}, bar((times[i] - first) / span, entry)), facts([
            [t('audit.outcome'), entry.outcome], [t('audit.actor'), entry.actor_id],
            [t('audit.about'), [entry.resource_type, entry.resource_id].filter(Boolean).join(' ')],
            [t('audit.seq'), entry.seq], ['detail', entry.detail ? shown(entry.detail) : null]])))))));
    } catch (failure) {
      replace(trace, el('p', { class: 'notice bad' }, told(failure)));
    }
  }

  function bar(share, entry) {
    const mark = el('span', { class: 'bar' });
    mark.style.display = 'block';
    mark.style.width = '6px';
    mark.style.marginLeft = `calc(${Math.round(share * 1000) / 10}% - ${share > 0.5 ? 6 : 0}px)`;
    return el('span', { class: 'lane', 'aria-label': entry.outcome, role: 'img' }, mark);
  }

  async function verify() {
    replace(verdict, waiting(t('waiting')));
    try {
      const { valid, chains } = await get(at('api-gateway', '/v1/audit/verify?chain=all'));
      const total = chains.reduce((sum, chain) => sum + chain.checked_entries, 0);
      replace(verdict, el('section', { class: `notice ${valid ? '' : 'bad'} stack` },
        el('strong', {}, valid ? t('audit.all', { n: number(total) }) : t('audit.some')),
        el('ul', {}, chains.map((chain) => el('li', {}, el('code', {}, chain.chain), ' ',
          chain.valid ? `${t('audit.valid')}, ${t('audit.checked', { n: number(chain.checked_entries) })}` : t('audit.broken', { seq: chain.first_bad_seq ?? '–', reason: chain.reason ?? '' }))))));
    } catch (failure) {
      replace(verdict, el('p', { class: 'notice bad' }, told(failure)));
    }
  }
}
