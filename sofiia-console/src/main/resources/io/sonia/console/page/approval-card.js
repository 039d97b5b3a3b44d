// One call that waits for a person: what exactly would run, why it was asked, how long is left, yes and no.

import { at, post } from './api.js';
import { announce, el, facts, replace, shown } from './dom.js';
import { seconds, t, time, told } from './words.js';

const OVER = new Set(['denied', 'expired', 'cancelled', 'consumed']);

function decidedText(approval) {
  const what = t(`ask.${approval.state}`);
  if (!approval.decided_by) return what;
  return t('ask.decided', { what, who: approval.decided_by.actor_id, when: time(approval.decided_at) });
}

/**
 * A card for an approval. {@code card.update(approval)} shows what became of it; {@code card.stop()} ends its clock.
 */
export function approvalCard(approval, { onDecided = () => {} } = {}) {
  let current = approval;
  const end = performance.now() + approval.remaining_seconds * 1000;
  const left = el('span', { class: 'countdown', role: 'timer' });
  const reason = el('input', { maxlength: 500, name: 'reason', autocomplete: 'off' });
  const approve = el('button', { class: 'main', type: 'button', onclick: () => decide('approve') }, t('ask.approve'));
  const deny = el('button', { class: 'danger', type: 'button', onclick: () => decide('deny') }, t('ask.deny'));
  const outcome = el('p', { class: 'soft' });
  const controls = el('div', { class: 'row' }, el('label', { class: 'grow' }, t('ask.reason'), reason), approve, deny);
  const card = el('section', { class: 'ask', 'aria-label': `${t('ask.title')} ${approval.tool_name}`, 'data-approval': approval.approval_id },
    el('div', { class: 'row spread' },
      el('h3', {}, t('ask.title')),
      left),
    el('div', { class: 'what stack' },
      el('div', { class: 'row' }, el('strong', { class: 'mono' }, approval.tool_name), el('span', { class: 'chip warn' }, approval.risk_tier)),
      facts(Object.entries(approval.args).map(([name, value]) => [name, shown(value)]))),
    approval.tainted && el('p', { class: 'notice warn' }, t('ask.tainted')),
    approval.required_approvals > 1 && el('p', { class: 'notice warn' }, t('ask.second', { n: approval.required_approvals })),
    el('p', { class: 'small soft' }, `${t('ask.why')}: `, el('code', {}, approval.rule_id), ` · ${t('ask.by')}: `, el('code', {}, approval.requester.actor_id)),
    outcome,
    controls);

  function tick() {
    const rest = (end - performance.now()) / 1000;
    left.textContent = rest > 0 ? t('ask.expires', { left: seconds(rest) }) : t('ask.over');
    if (rest <= 0) settle({ ...current, state: 'expired' });
  }

  function settle(next) {
    current = next;
    clearInterval(clock);
    card.classList.add('settled');
    controls.remove();
    left.textContent = '';
    outcome.textContent = decidedText(next);
  }

  async function decide(decision) {
    approve.disabled = true;
    deny.disabled = true;
    try {
      const path = at('api-gateway', `/v1/confirmations/${approval.approval_id}/${decision}`);
      const body = { wait_ms: 0, ...(reason.value ? { reason: reason.value } : {}) };
      const decided = await post(path, body);
      settle(decided.approval);
      announce(outcome.textContent);
      onDecided(decided.approval);
    } catch (failure) {
      if (failure.code === 'ALREADY_DECIDED') {
        const winner = failure.details.winner;
        settle({ ...current, state: winner.decision });
        outcome.textContent = t('ask.elsewhere', { what: t(`ask.${winner.decision}`), who: winner.decided_by.actor_id ?? winner.decided_by, when: time(winner.decided_at) });
      } else if (failure.code === 'APPROVAL_EXPIRED') {
        settle({ ...current, state: 'expired' });
      } else {
        approve.disabled = false;
        deny.disabled = false;
        replace(outcome, told(failure));
      }
      announce(outcome.textContent);
    }
  }

  const clock = setInterval(tick, 500);
  card.stop = () => clearInterval(clock);
  card.update = (next) => {
    if (next.state !== 'pending' && !OVER.has(current.state)) settle({ ...current, ...next });
  };
  if (approval.state === 'pending') tick();
  else settle(approval);
  return card;
}
