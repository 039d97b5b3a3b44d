// One answer in the making: what was recalled, which tools were asked for, what waits for a person, what is said.

import { at, get } from './api.js';
import { announce, el, facts, replace, shown, waiting } from './dom.js';
import { approvalCard } from './approval-card.js';
import { markdown } from './markdown.js';
import { millis, number, t, told } from './words.js';

/** How an earlier answer came about, read when somebody wants to see it. */
export function turnDetails(turnId) {
  const body = el('div', { class: 'stack' }, waiting(t('waiting')));
  let read = false;
  return el('details', { class: 'small', ontoggle: async (event) => {
    if (!event.target.open || read) return;
    read = true;
    try {
      const turn = await get(at('api-gateway', `/v1/turns/${turnId}`));
      const results = new Map(turn.tool_results.map((result) => [result.tool_call_id, result]));
      replace(body,
        turn.memory.retrieved_count > 0 && el('p', { class: 'soft' }, t('chat.recalled', { n: turn.memory.retrieved_count })),
        turn.tool_calls.map((call) => el('div', { class: 'tool' },
          el('div', { class: 'row' }, el('span', { class: 'name' }, call.tool_name), el('span', { class: `chip ${call.status === 'executed' ? 'good' : 'bad'}` }, call.status)),
          facts(Object.entries(call.args).map(([key, value]) => [key, shown(value)])),
          results.get(call.tool_call_id)?.result && shown(results.get(call.tool_call_id).result))),
        el('p', { class: 'soft' }, millis(turn.latency.total_ms), ' · ', el('code', {}, turn.turn_id)));
    } catch (failure) {
      replace(body, el('p', { class: 'notice bad' }, told(failure)));
    }
  } }, el('summary', {}, t('chat.how')), body);
}

/** The view of a turn that events are told to. */
export class TurnView {
  constructor() {
    this.tools = new Map();
    this.cards = new Map();
    this.text = '';
    this.turnId = null;
    this.steps = el('div', { class: 'stack' });
    this.words = el('div', { class: 'words', dir: 'auto' }, waiting(t('chat.thinking')));
    this.meta = el('div', { class: 'meta' });
    this.element = el('article', { class: 'message assistant', 'aria-label': t('chat.assistant') }, this.steps, this.words, this.meta);
    this.painting = false;
  }

  /** Takes one frame; true once nothing follows. */
  take(frame) {
    const { type, payload } = frame;
    if (frame.turn_id) this.turnId = frame.turn_id;
    switch (type) {
      case 'memory.recalled': this.recalled(payload); break;
      case 'response.partial': this.said(payload.text); break;
      case 'tool.call.requested': this.asked(payload); break;
      case 'tool.call.result': this.ran(payload); break;
      case 'safety.confirmation.required': this.waits(payload); break;
      case 'safety.confirmation.resolved': this.cards.get(payload.approval_id)?.update({ state: payload.status }); break;
      case 'response.final': this.finished(payload); break;
      case 'turn.parked': this.words.replaceChildren(waiting(t('chat.waits'))); break;
      case 'turn.cancelled': this.failed('CANCELLED'); break;
      case 'error': this.failed(payload.code); break;
      default: break;
    }
    return type === 'done';
  }

  recalled({ retrieved_count: count, degraded }) {
    if (degraded) this.steps.append(el('p', { class: 'small soft' }, t('chat.norecall')));
    else if (count > 0) this.steps.append(this.sources(count));
  }

  /** What was recalled, read when somebody wants to see it. */
  sources(count) {
    const list = el('div', { class: 'stack' }, waiting(t('waiting')));
    let read = false;
    return el('details', { class: 'tool', ontoggle: async (event) => {
      if (!event.target.open || read || !this.turnId) return;
      read = true;
      try {
        const turn = await get(at('api-gateway', `/v1/turns/${this.turnId}`));
        const found = await Promise.all(turn.memory.ids.map((id) => get(at('memory-engine', `/recall/${id}`)).catch(() => null)));
        replace(list, found.filter(Boolean).map((item) => el('p', { class: 'small', dir: 'auto' }, el('code', {}, item.id), ' ', item.content)));
      } catch (failure) {
        replace(list, el('p', { class: 'notice bad' }, told(failure)));
      }
    } }, el('summary', {}, t('chat.recalled', { n: count })), list);
  }

  /** Painted at most once a frame, however quickly it comes. */
  said(text) {
    this.text += text;
    if (this.painting) return;
    this.painting = true;
    requestAnimationFrame(() => {
      this.painting = false;
      if (this.text) this.words.replaceChildren(markdown(this.text));
    });
  }

  asked({ tool_call_id: id, tool_name: name, args, risk_tier: tier }) {
    const state = el('span', { class: 'chip' }, t('tool.running'));
    const body = el('div', { class: 'stack' }, facts(Object.entries(args || {}).map(([key, value]) => [key, shown(value)])));
    const card = el('details', { class: 'tool' },
      el('summary', {}, el('span', { class: 'row' }, el('span', { class: 'name' }, name), tier && el('span', { class: 'chip' }, tier), state)), body);
    this.tools.set(id, { state, body });
    this.steps.append(card);
  }

  ran({ tool_call_id: id, status, result, verification, duration_ms: took }) {
    const tool = this.tools.get(id);
    if (!tool) return;
    tool.state.textContent = took ? `${status} · ${millis(took)}` : status;
    tool.state.className = `chip ${status === 'executed' ? 'good' : 'bad'}`;
    if (verification) tool.body.append(el('p', { class: 'small soft' }, t(verification.verdict === 'passed' ? 'tool.verified' : 'tool.unverified')));
    if (result) tool.body.append(el('p', { class: 'small soft' }, t('tool.result')), shown(result));
  }

  waits(approval) {
    if (this.cards.has(approval.approval_id)) return;
    const card = approvalCard(approval);
    this.cards.set(approval.approval_id, card);
    this.steps.append(card);
    announce(`${t('ask.title')} ${approval.tool_name}`);
  }

  finished({ assistant_text: text, latency, usage }) {
    this.text = text;
    this.words.replaceChildren(markdown(text));
    replace(this.meta,
      latency && el('span', {}, millis(latency.total_ms)),
      usage && el('span', {}, t('chat.tokens', { n: number(usage.prompt_tokens + usage.completion_tokens) })),
      usage && usage.cost_micro > 0 && el('span', {}, t('chat.cost', { micro: number(usage.cost_micro) })));
    announce(t('chat.answered'));
  }

  failed(code) {
    this.words.replaceChildren(el('p', { class: 'notice bad' }, t('chat.failed', { code })));
    announce(t('chat.failed', { code }));
  }

  stop() {
    this.cards.forEach((card) => card.stop());
  }
}
