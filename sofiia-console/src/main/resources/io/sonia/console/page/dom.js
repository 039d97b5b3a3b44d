// Elements out of data. Text is only ever text: nothing here, or anywhere on the page, reads HTML.

/** Makes an element; attributes beginning with "on" are listeners, false and null leave an attribute out. */
export function el(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, '');
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, String(value));
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

export function replace(place, ...children) {
  place.replaceChildren(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
}

export function waiting(text) {
  return el('p', { class: 'wait' }, text);
}

export function empty(title, text) {
  return el('div', { class: 'empty' }, el('h2', {}, title), el('p', {}, text));
}

/** Facts as terms and values; values that are not there are left out. */
export function facts(pairs) {
  return el('dl', { class: 'facts' }, pairs
    .filter(([, value]) => value !== null && value !== undefined && value !== '')
    .map(([term, value]) => [el('dt', {}, term), el('dd', {}, value)]));
}

/** A value of any form, short ones as they are. */
export function shown(value) {
  if (value !== null && typeof value === 'object') return el('pre', { tabindex: 0 }, JSON.stringify(value, null, 2));
  const text = String(value);
  return text.length > 160 || text.includes('\n') ? el('pre', { tabindex: 0 }, text) : el('code', {}, text);
}

export function announce(text) {
  document.getElementById('announcer').textContent = text;
}

/** Asks before something that cannot be taken back; answers with what was typed, or null. */
export function confirmed({ title, text, action, cancel, field }) {
  return new Promise((resolve) => {
    const input = field ? el('input', { required: true, maxlength: 500, name: 'reason' }) : null;
    const close = (answer) => { dialog.close(); dialog.remove(); resolve(answer); };
    const dialog = el('dialog', { 'aria-labelledby': 'dialog-title', oncancel: () => { dialog.remove(); resolve(null); } },
      el('form', { class: 'stack', onsubmit: (event) => { event.preventDefault(); close(input ? input.value : ''); } },
        el('h2', { id: 'dialog-title' }, title),
        el('p', {}, text),
        input && el('label', {}, field, input),
        el('div', { class: 'row' },
          el('button', { class: 'danger', type: 'submit' }, action),
          el('button', { type: 'button', onclick: () => close(null) }, cancel))));
    document.body.append(dialog);
    dialog.showModal();
  });
}
