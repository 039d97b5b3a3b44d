// Conversations: a shelf of chats, one chat's messages, and what is being said now.

import { ask, at, events, get, post, query } from './api.js';
import { announce, el, empty, replace, waiting } from './dom.js';
import { approvalCard } from './approval-card.js';
import { markdown } from './markdown.js';
import { TurnView, turnDetails } from './turn.js';
import { t, time, told } from './words.js';

const PAGE = 50;
const LOOK_AGAIN = 2000;
const OPEN = new Set(['sent', 'awaiting_approval', 'unknown']);

function messageView(message) {
  if (message.role === 'user') {
    return el('article', { class: 'message user', 'aria-label': t('chat.you') },
      el('div', { class: 'words', dir: 'auto' }, message.text),
      el('div', { class: 'meta' }, el('span', {}, time(message.ts, 'short')), message.state === 'failed' && el('span', { class: 'chip bad' }, message.state)));
  }
  const words = message.role === 'system'
    ? el('p', { class: 'notice bad' }, t('chat.failed', { code: message.text }))
    : markdown(message.text);
  return el('article', { class: 'message assistant', 'aria-label': t('chat.assistant') },
    el('div', { class: 'words', dir: 'auto' }, words),
    el('div', { class: 'meta' }, el('span', {}, time(message.ts, 'short'))),
    message.turn_id && turnDetails(message.turn_id));
}

/** What an earlier message still waits for. */
async function openNotice(message, place, cards) {
  if (message.state === 'unknown') {
    replace(place, el('p', { class: 'notice warn' }, t('chat.unknown')));
    return;
  }
  if (message.state === 'sent' || !message.turn_id) {
    replace(place, waiting(t('chat.sent')));
    return;
  }
  const turn = await get(at('api-gateway', `/v1/turns/${message.turn_id}`));
  for (const pending of turn.pending_approvals) {
    if (!cards.has(pending.approval_id)) {
      const approval = await get(at('eva-os', `/v1/approvals/${pending.approval_id}`));
      const card = approvalCard(approval);
      cards.set(pending.approval_id, card);
      place.append(card);
    }
  }
}

export function chatView(place, house, [chatId]) {
  const list = el('ul', {}, el('li', {}, waiting(t('waiting'))));
  const shelf = el('details', { class: 'shelf-fold', open: matchMedia('(min-width: 901px)').matches },
    el('summary', {}, t('chat.all')), list);
  const room = el('div', { class: 'room' });
  replace(place, el('div', { class: 'talk' },
    el('section', { class: 'shelf', 'aria-label': t('chat.all') },
      el('button', { class: 'main', type: 'button', onclick: () => { location.hash = '#/chat'; } }, t('chat.new')), shelf),
    room));
  const inside = new Room(room, chatId, () => shelve());
  shelve();
  inside.open();

  async function shelve() {
    try {
      const found = await get(`/api/chats${query({ limit: PAGE })}`);
      replace(list, found.chats.length === 0 && el('li', { class: 'soft small' }, t('chat.none')),
        found.chats.map((chat) => el('li', {},
          el('a', { href: `#/chat/${chat.chat_id}`, 'aria-current': chat.chat_id === inside.chatId ? 'true' : null, dir: 'auto' }, chat.title))));
    } catch (failure) {
      replace(list, el('li', { class: 'notice bad' }, told(failure)));
    }
  }
  return () => inside.close();
}

class Room {
  constructor(place, chatId, onChange) {
    this.chatId = chatId;
    this.onChange = onChange;
    this.control = null;
    this.turn = null;
    this.cards = new Map();
    this.inner = el('div', { class: 'inner' });
    this.scroller = el('div', { class: 'messages', role: 'log', 'aria-label': t('chat.log'), tabindex: 0 }, this.inner);
    this.text = el('textarea', { rows: 1, maxlength: 16000, name: 'text', 'aria-label': t('chat.write'), placeholder: t('chat.hello'),
      oninput: () => this.grow(), onkeydown: (event) => this.key(event) });
    this.button = el('button', { class: 'main', type: 'submit' }, t('chat.send'));
    this.stopper = el('button', { type: 'button', class: 'danger', hidden: true, onclick: () => this.stop() }, t('chat.stop'));
    replace(place, this.scroller, el('div', { class: 'composer' },
      el('form', { onsubmit: (event) => { event.preventDefault(); this.send(); } }, this.text, this.stopper, this.button)));
  }

  async open() {
    this.text.focus({ preventScroll: true });
    if (!this.chatId) {
      replace(this.inner, empty(t('chat.hello'), t('chat.hint')));
      return;
    }
    replace(this.inner, waiting(t('waiting')));
    await this.load();
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
    this.control?.abort();
    this.turn?.stop();
    this.cards.forEach((card) => card.stop());
  }

  async load() {
    try {
      const page = await get(`/api/chats/${this.chatId}/messages${query({ limit: PAGE })}`);
      if (this.closed || this.control) return;
      const newest = page.messages.findLast?.(() => true);
      const rows = page.messages.toReversed();
      this.notice = el('div', { class: 'stack' });
      replace(this.inner, page.next_cursor && this.earlier(page.next_cursor), rows.map(messageView), this.notice);
      this.down();
      const waits = newest && rows.find((row) => OPEN.has(row.state));
      if (waits) await this.follow(waits);
    } catch (failure) {
      replace(this.inner, el('p', { class: 'notice bad' }, told(failure)),
        el('button', { type: 'button', onclick: () => this.open() }, t('again')));
    }
  }

  /** Looks again until a message that an earlier page sent is answered. */
  async follow(message) {
    await openNotice(message, this.notice, this.cards);
    this.down();
    this.timer = setTimeout(async () => {
      const page = await get(`/api/chats/${this.chatId}/messages${query({ limit: PAGE })}`).catch(() => null);
      const now = page?.messages.find((row) => row.message_id === message.message_id);
      if (this.closed) return;
      if (now && now.state === message.state) this.follow(now);
      else if (now) this.load();
      else this.follow(message);
    }, LOOK_AGAIN);
  }

  earlier(cursor) {
    const button = el('button', { type: 'button', onclick: async () => {
      button.disabled = true;
      try {
        const page = await get(`/api/chats/${this.chatId}/messages${query({ limit: PAGE, cursor })}`);
        const before = this.scroller.scrollHeight;
        button.replaceWith(...[page.next_cursor && this.earlier(page.next_cursor), ...page.messages.toReversed().map(messageView)].filter(Boolean));
        this.scroller.scrollTop += this.scroller.scrollHeight - before;
      } catch (failure) {
        button.disabled = false;
        announce(told(failure));
      }
    } }, t('chat.earlier'));
    return button;
  }

  key(event) {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.send();
    }
  }

  grow() {
    this.text.style.height = 'auto';
    this.text.style.height = `${this.text.scrollHeight + 2}px`;
  }

  down() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  async send() {
    const text = this.text.value.trim();
    if (!text || this.control) return;
    this.control = new AbortController();
    this.text.value = '';
    this.grow();
    this.button.hidden = true;
    this.stopper.hidden = false;
    try {
      await this.say(text);
    } catch (failure) {
      if (failure.name !== 'AbortError') this.refused(text, failure);
    } finally {
      this.control = null;
      this.button.hidden = false;
      this.stopper.hidden = true;
      this.onChange();
    }
  }

  async say(text) {
    if (!this.chatId) {
      const made = await post('/api/chats', { title: text.slice(0, 60) });
      this.chatId = made.chat_id;
      history.replaceState(null, '', `#/chat/${made.chat_id}`);
      this.inner.replaceChildren();
    }
    this.said = messageView({ role: 'user', text, ts: new Date().toISOString(), state: 'sent' });
    this.turn = new TurnView();
    this.inner.append(this.said, this.turn.element);
    this.down();
    const key = `page-${crypto.randomUUID()}`;
    const body = { text, wait_approval_ms: 120000 };
    for await (const event of events('POST', `/api/chats/${this.chatId}/send`, body, { key, signal: this.control.signal })) {
      const atEnd = this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight < 120;
      this.turn.take(event.data);
      if (atEnd) requestAnimationFrame(() => this.down());
    }
  }

  /** What was not taken goes back to where it was written. */
  refused(text, failure) {
    this.turn?.element.remove();
    this.said?.remove();
    if (!this.text.value) this.text.value = text;
    this.inner.append(el('p', { class: 'notice bad', role: 'alert' }, told(failure)));
    this.down();
  }

  async stop() {
    if (!this.turn?.turnId) return;
    try {
      await ask('POST', at('api-gateway', `/v1/turns/${this.turn.turnId}/cancel`), {});
    } catch (failure) {
      announce(told(failure));
    }
  }
}
