// Everything that waits for a decision, and what was decided.

import { at, get, query } from './api.js';
import { el, empty, facts, replace, shown, waiting } from './dom.js';
import { approvalCard } from './approval-card.js';
import { t, time, told } from './words.js';

const STATES = ['approved', 'consumed', 'denied', 'expired', 'cancelled'];

export function approvalsView(place, house, [part]) {
  const body = el('div', { class: 'stack' }, waiting(t('waiting')));
  const cards = new Map();
  const tabs = el('div', { class: 'tabs' }, ['inbox', 'history'].map((name) => el('button', {
    type: 'button',
    'aria-pressed': String((part || 'inbox') === name),
    onclick: () => { location.hash = name === 'inbox' ? '#/approvals' : '#/approvals/history'; },
  }, t(`approvals.${name}`))));
  replace(place, el('div', { class: 'view' }, el('div', { class: 'row spread' }, el('h1', {}, t('nav.approvals')), tabs), body));
  const silence = part === 'history' ? history(body) : inbox();

  function inbox() {
    load();
    return house.on((event) => {
      const card = cards.get(event.data.payload?.approval_id);
      if (event.type === 'approval.requested') load();
      else if (event.type.startsWith('approval.') && card) refresh(event.data.payload.approval_id, card);
    });
  }

  async function refresh(id, card) {
    try {
      card.update(await get(at('eva-os', `/v1/approvals/${id}`)));
    } catch {
      load();
    }
  }

  async function load() {
    try {
      const { approvals } = await get(at('eva-os', '/approvals?limit=50'));
      for (const approval of approvals) {
        if (!cards.has(approval.approval_id)) cards.set(approval.approval_id, approvalCard(approval));
      }
      const turns = Map.groupBy(approvals, (approval) => approval.turn_id ?? approval.approval_id);
      const decided = [...cards].filter(([id]) => !approvals.some((each) => each.approval_id === id)).map(([, card]) => card);
      replace(body,
        approvals.length === 0 && empty(t('approvals.none'), t('approvals.none.text')),
        [...turns.values()].map((calls) => [
          calls.length > 1 && el('h2', {}, t('approvals.turn', { n: calls.length })),
          calls.map((call) => cards.get(call.approval_id)),
        ]).flat(2),
        decided);
    } catch (failure) {
      replace(body, el('p', { class: 'notice bad' }, told(failure)), el('button', { type: 'button', onclick: load }, t('again')));
    }
  }

  return () => {
    silence();
    cards.forEach((card) => card.stop());
  };
}

function history(body) {
  const rows = el('div', { class: 'stack' }, waiting(t('waiting')));
  const state = el('select', { onchange: () => load() }, STATES.map((name) => el('option', { value: name }, t(`ask.${name}`))));
  replace(body, el('label', {}, t('approvals.state'), state), rows);

  async function load(cursor, before = []) {
    try {
      const page = await get(at('eva-os', `/approvals${query({ state: state.value, limit: 20, cursor })}`));
      const all = [...before, ...page.approvals];
      replace(rows,
        all.length === 0 && empty(t('approvals.nothing'), ''),
        all.map((approval) => el('details', { class: 'tool' },
          el('summary', {}, el('span', { class: 'row' }, el('span', { class: 'name' }, approval.tool_name), el('span', { class: 'chip' }, t(`ask.${approval.state}`)), el('span', { class: 'small soft' }, time(approval.decided_at ?? approval.created_at)))),
          facts([
            [t('tool.args'), shown(approval.args)],
            [t('ask.why'), el('code', {}, approval.rule_id)],
            [t('ask.by'), el('code', {}, approval.requester.actor_id)],
            [t('ask.reason'), approval.decision_reason],
            [t('audit.actor'), approval.decided_by && el('code', {}, approval.decided_by.actor_id)],
            [t('chat.trace'), el('a', { href: `#/audit/${encodeURIComponent(approval.correlation_id)}` }, approval.correlation_id)],
          ]))),
        page.next_cursor && el('button', { type: 'button', onclick: () => load(page.next_cursor, all) }, t('more')));
    } catch (failure) {
      replace(rows, el('p', { class: 'notice bad' }, told(failure)));
    }
  }
  load();
  return () => {};
}
