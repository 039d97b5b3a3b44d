// The console over HTTP: envelopes, refusals and event streams.

const PAGE = 'sonia.page';
let signedOut = () => {};

export function onSignedOut(listener) {
  signedOut = listener;
}

export function signedIn() {
  return localStorage.getItem(PAGE) !== null;
}

export function keepPage(page) {
  if (page === null) localStorage.removeItem(PAGE);
  else localStorage.setItem(PAGE, page);
}

/** A refusal as the services word it. */
export class Refusal extends Error {
  constructor(code, message, details) {
    super(message);
    this.code = code;
    this.details = details || {};
  }
}

function headers(more) {
  const page = localStorage.getItem(PAGE);
  return { ...(page ? { 'X-Sonia-Page': page } : {}), ...more };
}

async function refused(response) {
  let error = {};
  try {
    error = (await response.json()).error || {};
  } catch {
    error = { code: 'DEPENDENCY_FAILED', message: response.statusText };
  }
  if (response.status === 401 && error.code === 'UNAUTHORIZED') signedOut();
  return new Refusal(error.code, error.message, error.details);
}

async function sent(method, path, body, more = {}) {
  try {
    return await fetch(path, {
      method,
      credentials: 'same-origin',
      headers: headers({ ...(body ? { 'Content-Type': 'application/json' } : {}), ...more }),
      body: body ? JSON.stringify(body) : undefined,
      signal: more.signal,
    });
  } catch (failure) {
    if (failure.name === 'AbortError') throw failure;
    throw new Refusal('UNAVAILABLE', 'The console does not answer', {});
  }
}

/** Asks and returns the data of the answer. */
export async function ask(method, path, body, more) {
  const response = await sent(method, path, body, more);
  if (!response.ok) throw await refused(response);
  return (await response.json()).data;
}

export const get = (path) => ask('GET', path);
export const post = (path, body = {}, more = {}) => ask('POST', path, body, more);
export const at = (service, path) => `/api/relay/${service}${path}`;

export function query(fields) {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) if (value) params.set(name, value);
  const text = params.toString();
  return text ? `?${text}` : '';
}

/** Reads server-sent events of one answer until it ends. */
export async function* events(method, path, body, { signal, key, lastEventId, opened = () => {} } = {}) {
  const more = { Accept: 'text/event-stream' };
  if (key) more['X-Idempotency-Key'] = key;
  if (lastEventId) more['Last-Event-ID'] = lastEventId;
  const response = await fetch(path, {
    method,
    credentials: 'same-origin',
    headers: headers({ ...(body ? { 'Content-Type': 'application/json' } : {}), ...more }),
    body: body ? JSON.stringify(body) : undefined,
    signal,
  }).catch((failure) => {
    if (failure.name === 'AbortError') throw failure;
    throw new Refusal('UNAVAILABLE', 'The console does not answer', {});
  });
  if (!response.ok) throw await refused(response);
  opened();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    text += value;
    let end = text.indexOf('\n\n');
    while (end >= 0) {
      const event = parsed(text.slice(0, end));
      text = text.slice(end + 2);
      if (event) yield event;
      end = text.indexOf('\n\n');
    }
  }
}

function parsed(block) {
  const event = { id: '', type: 'message', data: '' };
  for (const line of block.split('\n')) {
    if (line.startsWith('id:')) event.id = line.slice(3).trim();
    else if (line.startsWith('event:')) event.type = line.slice(6).trim();
    else if (line.startsWith('data:')) event.data += line.slice(5).trim();
  }
  if (!event.data) return null;
  return { ...event, data: JSON.parse(event.data) };
}

const PAUSES = [500, 1000, 2000, 5000, 10000];

/** Follows the events of the house until it is stopped, coming back after each break. */
export function follow(types, listener, state = () => {}) {
  const control = new AbortController();
  let last = null;
  let failures = 0;
  (async () => {
    while (!control.signal.aborted) {
      try {
        const path = at('eva-os', `/v1/events/stream${query({ types })}`);
        const stream = events('GET', path, null, { signal: control.signal, lastEventId: last, opened: () => state(true) });
        for await (const event of stream) {
          failures = 0;
          last = event.id || last;
          listener(event);
        }
      } catch (failure) {
        if (control.signal.aborted || failure.code === 'UNAUTHORIZED') return;
      }
      state(false);
      const pause = PAUSES[Math.min(failures, PAUSES.length - 1)];
      failures += 1;
      await new Promise((resolve) => { setTimeout(resolve, pause); });
    }
  })();
  return () => control.abort();
}
