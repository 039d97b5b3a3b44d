// What is remembered: search with reasons, the versions of a memory, and forgetting.

import { at, get, post } from './api.js';
import { confirmed, el, empty, facts, replace, waiting } from './dom.js';
import { number, t, time, told } from './words.js';

export function memoryView(place) {
  const input = el('input', { type: 'search', name: 'query', maxlength: 4000, required: true });
  const results = el('div', { class: 'stack', role: 'status' }, empty(t('memory.hello'), t('memory.hello.text')));
  replace(place, el('div', { class: 'view' },
    el('h1', {}, t('nav.memory')),
    el('form', { class: 'row', role: 'search', onsubmit: (event) => { event.preventDefault(); search(); } },
      el('label', { class: 'grow' }, t('memory.search'), input),
      el('button', { class: 'main', type: 'submit' }, t('memory.find'))),
    results));

  async function search() {
    replace(results, waiting(t('waiting')));
    try {
      const found = await post(at('memory-engine', '/search'), { query: input.value, limit: 20 });
      replace(results,
        found.degraded && el('p', { class: 'small soft' }, t('memory.degraded', { why: found.degraded_reason })),
        found.results.length === 0 ? empty(t('memory.none'), '') : found.results.map(hit));
    } catch (failure) {
      replace(results, el('p', { class: 'notice bad' }, told(failure)));
    }
  }

  function hit(memory) {
    const more = el('div', { class: 'stack' });
    const { keyword, vector } = memory.components;
    const card = el('article', { class: 'card hit', 'data-memory': memory.id },
      el('p', { dir: 'auto' }, memory.content),
      el('div', { class: 'row small' },
        el('span', { class: 'chip' }, t('memory.score', { score: number(memory.score, 2) })),
        keyword !== null && el('span', { class: 'chip' }, t('memory.keyword', { score: number(keyword, 2) })),
        vector !== null && el('span', { class: 'chip' }, t('memory.vector', { score: number(vector, 2) })),
        el('span', { class: 'soft' }, `${memory.type} · ${time(memory.created_at)}`)),
      el('div', { class: 'row' },
        el('button', { type: 'button', onclick: () => versions(memory.id, more) }, t('memory.history')),
        el('button', { class: 'danger', type: 'button', onclick: () => forget(memory.id, card) }, t('memory.forget')),
        el('code', { class: 'soft' }, memory.id)),
      more);
    return card;
  }

  async function versions(id, more) {
    replace(more, waiting(t('waiting')));
    try {
      const found = await get(at('memory-engine', `/v1/memory/${id}/versions`));
      replace(more, found.versions.length <= 1 ? el('p', { class: 'soft small' }, t('memory.onlyone')) : found.versions.map((version) => facts([
        [t('memory.version', { n: version.version }), version.content], [t('audit.time'), time(version.created_at)]])));
    } catch (failure) {
      replace(more, el('p', { class: 'notice bad' }, told(failure)));
    }
  }

  async function forget(id, card) {
    const reason = await confirmed({ title: t('memory.forget'), text: t('memory.forget.text'), action: t('memory.forget'), cancel: t('cancel'), field: t('memory.why') });
    if (!reason) return;
    try {
      await post(at('memory-engine', '/v1/memory/redact'), { memory_id: id, reason });
      replace(card, el('p', { class: 'soft' }, `${t('memory.forgotten')}: `, el('code', {}, id)));
    } catch (failure) {
      card.append(el('p', { class: 'notice bad' }, told(failure)));
    }
  }
}
