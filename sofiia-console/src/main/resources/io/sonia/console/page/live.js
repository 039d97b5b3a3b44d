// How the house is: its services, what waits, and what happens.

import { at, get, post } from './api.js';
import { confirmed, el, facts, replace, waiting } from './dom.js';
import { millis, number, seconds, t, time, told } from './words.js';

const EVERY = 5000;
const MOST_EVENTS = 40;
const WELL = { healthy: 'good', degraded: 'warn', recovering: 'warn', starting: 'warn', restarting: 'warn', unknown: 'warn' };

export function liveView(place, house) {
  const body = el('div', { class: 'stack' }, waiting(t('waiting')));
  const switches = el('div', { class: 'stack' });
  const happening = el('ul', { class: 'trace' });
  const log = el('section', { class: 'card stack', 'aria-label': t('live.happens') }, el('h2', {}, t('live.happens')), happening);
  replace(happening, el('li', { class: 'soft wide' }, t('live.quiet')));
  replace(place, el('div', { class: 'view' }, el('h1', {}, t('nav.live')), switches, body, log));
  let seen = 0;
  const silence = house.on((event) => {
    if (seen === 0) happening.replaceChildren();
    seen += 1;
    happening.prepend(el('li', {}, el('span', { class: 'soft' }, time(event.data.timestamp)), el('code', {}, event.type), el('span', {}, event.data.source)));
    while (happening.children.length > MOST_EVENTS) happening.lastElementChild.remove();
    if (event.type.startsWith('kill_switch.')) stops();
  });

  async function load() {
    try {
      paint(await get('/api/overview'));
    } catch (failure) {
      replace(body, el('p', { class: 'notice bad' }, told(failure)));
    }
  }

  function paint(overview) {
    const tile = (name, value) => el('div', { class: 'card tile' }, el('div', { class: 'number' }, value ?? '–'), el('div', { class: 'soft small' }, name));
    replace(body,
      overview.missing.length > 0 && el('p', { class: 'notice warn' }, t('live.missing', { parts: overview.missing.join(', ') })),
      el('div', { class: 'tiles' },
        tile(t('live.waiting'), overview.approvals_pending),
        tile(t('live.sessions'), overview.sessions_active),
        tile(t('live.usage'), overview.usage_today ? number(overview.usage_today.calls) : '0'),
        tile(t('live.entries'), overview.audit && number(overview.audit.size)),
        overview.slo && tile(t('live.slo'), t(`slo.${overview.slo.current_mode}`)),
        tile(t('live.uptime'), seconds(overview.uptime_seconds))),
      el('h2', {}, t('live.services')),
      el('div', { class: 'tiles' }, overview.services.map(service)));
  }

  function service(record) {
    const look = WELL[record.state] ?? 'bad';
    const budget = record.budget ?? {};
    return el('div', { class: 'card service' },
      el('div', { class: 'row' }, el('span', { class: `dot ${look}`, 'aria-hidden': 'true' }), el('strong', {}, record.name)),
      el('div', { class: 'small soft' }, `${record.state} · :${record.port}${record.latency_ms ? ` · ${millis(record.latency_ms)}` : ''}`),
      budget.max_restarts > 0 && budget.attempt_count > 0 && el('div', { class: 'small soft' }, t('live.restarts', { used: budget.attempt_count, max: budget.max_restarts })),
      record.error && facts([[t('live.error'), record.error]]));
  }

  async function stops() {
    try {
      const { switches: all } = await get(at('eva-os', '/v1/kill-switch'));
      const stop = all.find((each) => each.scope === 'all' && each.engaged);
      replace(switches, stop
        ? el('div', { class: 'notice bad row spread' }, t('live.kill.on', { reason: stop.reason }), el('button', { type: 'button', onclick: () => change(false, t('live.kill.lift')) }, t('live.kill.lift')))
        : el('div', { class: 'row' }, el('button', { class: 'danger', type: 'button', onclick: ask }, t('live.kill'))));
    } catch (failure) {
      replace(switches, el('p', { class: 'notice bad' }, told(failure)));
    }
  }

  async function ask() {
    const reason = await confirmed({ title: t('live.kill'), text: t('live.kill.text'), action: t('live.kill'), cancel: t('cancel'), field: t('live.kill.why') });
    if (reason) change(true, reason);
  }

  async function change(engaged, reason) {
    try {
      await post(at('eva-os', '/v1/kill-switch'), { scope: 'all', engaged, reason });
    } catch (failure) {
      replace(switches, el('p', { class: 'notice bad' }, told(failure)));
      return;
    }
    stops();
  }

  load();
  stops();
  const clock = setInterval(load, EVERY);
  return () => {
    clearInterval(clock);
    silence();
  };
}
