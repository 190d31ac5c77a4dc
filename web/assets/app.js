// Dajing 大境: enhancement only; every page works without this file.
// One ES module, no build, no eval, no inline code. Listeners sit on document, so htmx content needs no set-up.
const doc = document;
const root = doc.documentElement;
const $ = (sel, from = doc) => from.querySelector(sel);
const $$ = (sel, from = doc) => [...from.querySelectorAll(sel)];
const on = (type, fn, opts) => doc.addEventListener(type, fn, opts);
const up = (e, sel) => (e.target instanceof Element ? e.target.closest(sel) : null);

root.classList.add('js');

// --- messages for screen readers ------------------------------------------------
function say(text) {
  let live = $('#app-live');
  if (!live) {
    live = Object.assign(doc.createElement('div'), { id: 'app-live', className: 'visually-hidden', role: 'status' });
    doc.body.append(live);
  }
  live.textContent = text;
}

// --- unsaved changes: form[data-guard] -------------------------------------------
const dirty = new Map(); // form -> number of changes since it was last saved
const touch = (form) => dirty.set(form, (dirty.get(form) ?? 0) + 1);

function changed(e) {
  const form = e.target.form ?? up(e, 'form');
  if (!form) return;
  if (form.matches('[data-guard], [data-autosave]')) touch(form);
  if (form.matches('[data-autosave]')) scheduleSave(form);
}
on('input', changed);
on('change', changed);
window.addEventListener('beforeunload', (e) => {
  for (const form of dirty.keys()) {
    if (!form.isConnected) dirty.delete(form);
    else if (form.matches('[data-guard]')) {
      e.preventDefault();
      e.returnValue = ''; // older browsers
    }
  }
});

// --- draft autosave: form[data-autosave="/url"] ------------------------------------
const timers = new WeakMap();
const saving = new WeakSet();

function scheduleSave(form) {
  clearTimeout(timers.get(form));
  timers.set(form, setTimeout(() => save(form), Number(form.dataset.autosaveDelay) || 2500));
}

async function save(form) {
  if (!form.isConnected || form.dataset.busy || !dirty.has(form)) return;
  if (saving.has(form)) return scheduleSave(form);
  const count = dirty.get(form);
  const data = new FormData(form);
  for (const [name, value] of [...data]) if (value instanceof File) data.delete(name); // files go with the real submit
  const multipart = form.getAttribute('enctype') === 'multipart/form-data';
  const status = $('[data-autosave-status]', form) ?? $('[data-autosave-status]');
  const label = (key, other) => status?.dataset[key] ?? form.dataset[key] ?? other;
  saving.add(form);
  try {
    const res = await fetch(form.dataset.autosave, {
      method: 'POST',
      body: multipart ? data : new URLSearchParams(data),
      headers: { 'X-Requested-With': 'fetch', Accept: 'application/json' },
      credentials: 'same-origin',
      redirect: 'error',
    });
    if (!res.ok) throw new Error(String(res.status));
    const body = await res.json().catch(() => null);
    if (body?.version !== undefined && form.elements.version) form.elements.version.value = body.version;
    if (dirty.get(form) === count) dirty.delete(form);
    const time = body?.saved_at ?? new Intl.DateTimeFormat('zh-CN',
      { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: 'Asia/Shanghai' }).format(new Date());
    show(status, `${label('savedLabel', '已保存')} ${time}`, false);
  } catch {
    show(status, label('failedLabel', '草稿未能保存,请点击“保存”按钮'), true);
  } finally {
    saving.delete(form);
  }
}

function show(el, text, failed) {
  if (!el) return;
  el.textContent = text;
  el.classList.toggle('is-failed', failed);
}

// --- submit: confirm, once only ------------------------------------------------------
const submitters = (form) => [...form.elements].filter((el) => el.type === 'submit' || el.type === 'image');

const halt = (e) => { e.preventDefault(); e.stopImmediatePropagation(); };
on('click', (e) => { // capture: before htmx
  const el = up(e, '[data-confirm]');
  if (el && !window.confirm(el.dataset.confirm)) halt(e);
}, true);
on('submit', (e) => { if (e.target.dataset.busy) halt(e); }, true); // the second submit, before htmx sees it

on('submit', (e) => {
  const form = e.target;
  const method = (form.getAttribute('method') ?? 'get').toLowerCase(); // form.method may be a field named method
  if (method === 'dialog') return;
  clearTimeout(timers.get(form));
  dirty.delete(form);
  if ('multi' in form.dataset || (method === 'get' && !e.defaultPrevented)) return;
  form.dataset.busy = '1';
  setTimeout(() => { // after the browser has collected the name and value of the pressed button
    for (const button of submitters(form)) {
      if (!button.disabled) button.dataset.wasEnabled = '';
      button.disabled = true;
    }
  });
});

function release(form) {
  delete form.dataset.busy;
  for (const button of submitters(form)) {
    if ('wasEnabled' in button.dataset) button.disabled = false;
    delete button.dataset.wasEnabled;
  }
}
window.addEventListener('pageshow', () => $$('form[data-busy]').forEach(release)); // Back button
on('htmx:finally:request', (e) => {
  const source = e.detail?.ctx?.sourceElement ?? e.target;
  const form = source?.closest?.('form');
  if (form) setTimeout(() => release(form));
});

// --- keys: / search, ? help, j k rows, Esc menus --------------------------------------------
on('keydown', (e) => {
  if (e.key === 'Escape') {
    for (const menu of $$('details.menu[open]')) { menu.open = false; $('summary', menu)?.focus(); }
    return;
  }
  if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing || root.dataset.keys === 'off') return;
  if (up(e, 'input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable], dialog')) return;
  const go = (el, act) => { if (el) { e.preventDefault(); act(el); } };
  if (e.key === '/') go($('input[data-search]'), (el) => { el.focus(); el.select(); });
  else if (e.key === '?') go($('a[data-help]'), (el) => el.click());
  else if (e.key === 'j' || e.key === 'k') {
    const links = $$('table[data-queue] tbody tr').map((tr) => $('a[href]', tr)).filter(Boolean);
    const here = links.findIndex((a) => a.closest('tr').contains(doc.activeElement));
    const next = here < 0 ? 0 : here + (e.key === 'j' ? 1 : -1);
    go(links[next], (a) => { a.focus(); a.closest('tr').scrollIntoView({ block: 'nearest' }); }); // Enter follows the link
  }
});

// --- clicks ---------------------------------------------------------------------------------
on('click', (e) => {
  for (const menu of $$('details.menu[open]')) if (!menu.contains(e.target)) menu.open = false;

  const copy = up(e, '[data-copy]');
  if (copy) copyText(copy);
  if (up(e, '[data-print]')) window.print();

  const add = up(e, '[data-add-row]');
  if (add) { e.preventDefault(); addRow(add); }
  const remove = up(e, '[data-remove-row]');
  if (remove) { e.preventDefault(); removeRow(remove); }

  const opener = up(e, '[data-open]'); // a <dialog> id
  const dialog = opener && doc.getElementById(opener.dataset.open);
  if (dialog?.showModal && !dialog.open) { e.preventDefault(); dialog.showModal(); }
  if (up(e, '[data-close]')) up(e, 'dialog')?.close();

  const jump = up(e, '.error-summary a[href^="#"]');
  const field = jump && doc.getElementById(decodeURIComponent(jump.hash.slice(1)));
  if (field) {
    e.preventDefault();
    (field.labels?.[0] ?? field).scrollIntoView({ block: 'start' });
    field.focus({ preventScroll: true });
  }
});

async function copyText(button) {
  const value = button.dataset.copy; // the text itself, or "#id" of the element that holds it
  const holder = value.startsWith('#') ? doc.getElementById(value.slice(1)) : null;
  const text = holder ? (holder.value ?? holder.textContent).trim() : value;
  try {
    if (navigator.clipboard) await navigator.clipboard.writeText(text);
    else { // plain http: no clipboard API
      const area = Object.assign(doc.createElement('textarea'), { value: text, className: 'visually-hidden' });
      button.after(area);
      area.select();
      doc.execCommand('copy');
      area.remove();
      button.focus();
    }
  } catch { return; }
  button.classList.add('is-copied');
  say(button.dataset.copiedLabel ?? '已复制');
  const label = $('[data-copy-label]', button);
  if (label && label.dataset.was === undefined) {
    label.dataset.was = label.textContent;
    label.textContent = button.dataset.copiedLabel ?? '已复制';
  }
  setTimeout(() => {
    button.classList.remove('is-copied');
    if (label?.dataset.was === undefined) return;
    label.textContent = label.dataset.was;
    delete label.dataset.was;
  }, 2000);
}

// --- repeated rows: fieldset[data-rows] > [data-row], names like criteria[3].name --------------
const REFS = ['name', 'id', 'for', 'aria-describedby', 'aria-labelledby', 'aria-controls', 'list'];

function reindex(row, index) {
  const old = $('[name*="["]', row)?.name.match(/\[(\d+)\]/)?.[1];
  if (old !== undefined && old !== String(index)) {
    const at = new RegExp(`([\\[_-])${old}(?=[\\]_-]|\\.|\\s|$)`, 'g');
    for (const el of [row, ...$$('*', row)]) {
      for (const attr of REFS) {
        const value = el.getAttribute(attr);
        if (value) el.setAttribute(attr, attr === 'name' ? value.replace(`[${old}]`, `[${index}]`) : value.replace(at, `$1${index}`));
      }
    }
  }
  const no = $('[data-row-no]', row);
  if (no) no.textContent = String(index + 1);
}

function addRow(button) {
  const box = button.closest('[data-rows]') ?? doc.getElementById(button.getAttribute('aria-controls'));
  const rows = box ? $$('[data-row]', box) : [];
  if (!rows.length || rows.length >= (Number(box.dataset.maxRows) || 200)) return;
  const last = rows.at(-1);
  const row = last.cloneNode(true);
  reindex(row, rows.length); // before it enters the page, so that radio groups do not mix
  for (const el of $$('input, select, textarea', row)) {
    if (el.type === 'checkbox' || el.type === 'radio') el.checked = false;
    else if (el.tagName === 'SELECT') el.selectedIndex = 0;
    else if (!('keep' in el.dataset)) el.value = '';
    el.removeAttribute('aria-invalid');
    el.classList.remove('is-invalid');
  }
  $$('.has-error', row).forEach((el) => el.classList.remove('has-error'));
  $$('.field-error, [data-file-info]', row).forEach((el) => { el.textContent = ''; });
  last.after(row);
  ($('input:not([type=hidden]), select, textarea', row))?.focus();
  box.dispatchEvent(new Event('input', { bubbles: true }));
}

function removeRow(button) {
  const box = button.closest('[data-rows]');
  const row = button.closest('[data-row]');
  if (!box || !row || $$('[data-row]', box).length < 2) return;
  row.remove();
  $$('[data-row]', box).forEach(reindex);
  $('[data-add-row]', box)?.focus();
  box.dispatchEvent(new Event('input', { bubbles: true }));
}

// --- changes: auto-submit, files, check-all --------------------------------------------------------
const size = (n) => (n < 1024 ? `${n} B` : n < 1048576 ? `${(n / 1024).toFixed(1)} KB` : `${(n / 1048576).toFixed(1)} MB`);

on('change', (e) => {
  const el = e.target;
  if (el.matches('select[data-autosubmit]')) el.form?.requestSubmit();
  if (el.matches('input[type=file]')) checkFiles(el);
  if (el.matches('input[data-check-all]')) {
    $$(`input[type=checkbox][name="${CSS.escape(el.dataset.checkAll)}"]`).forEach((box) => { box.checked = el.checked; });
  }
  if (el.matches('input[type=checkbox]')) {
    for (const out of $$('[data-check-count]')) {
      out.textContent = $$(`input[type=checkbox][name="${CSS.escape(out.dataset.checkCount)}"]:checked`).length;
    }
  }
});

function checkFiles(input) {
  const box = input.closest('[data-file]') ?? input.parentElement;
  const info = $('[data-file-info]', box);
  const error = $('[data-file-error]', box);
  const max = Number(input.dataset.maxBytes) || Infinity;
  const files = [...input.files];
  const big = files.filter((f) => f.size > max);
  if (info) info.textContent = big.length ? '' : files.map((f) => `${f.name} (${size(f.size)})`).join('; ');
  if (error) error.textContent = big.length ? `${input.dataset.tooBig ?? '文件过大'} (${big.map((f) => `${f.name} ${size(f.size)}`).join('; ')})` : '';
  if (big.length) input.value = '';
  input.setAttribute('aria-invalid', String(big.length > 0));
}

// --- a text that may be taken from a file: textarea[data-from-file="label"] ---------------------------
for (const area of $$('textarea[data-from-file]')) {
  const input = Object.assign(doc.createElement('input'), { type: 'file', className: 'form-control' });
  input.setAttribute('aria-label', area.dataset.fromFile);
  const hint = Object.assign(doc.createElement('span'), { className: 'hint', textContent: area.dataset.fromFile });
  area.before(hint, input);
  input.addEventListener('change', async () => {
    const [file] = input.files;
    if (!file) return;
    const fits = file.size <= Number(area.dataset.maxBytes);
    hint.textContent = fits ? area.dataset.fromFile : `${area.dataset.tooBig} (${size(file.size)})`;
    hint.className = fits ? 'hint' : 'field-error';
    if (!fits) return say(hint.textContent);
    area.value = await file.text();
    area.dispatchEvent(new Event('input', { bubbles: true }));
    input.value = '';
    area.focus();
  });
}

// --- error summary takes focus; drawers open when htmx has filled them -------------------------------
const focusErrors = (from = doc) => $('.error-summary', from)?.focus();
focusErrors();
on('htmx:after:swap', (e) => {
  const target = e.detail?.ctx?.target ?? e.target;
  if (!(target instanceof Element)) return;
  const dialog = target.closest('dialog[data-drawer]');
  if (dialog && !dialog.open && target.childElementCount) dialog.showModal();
  focusErrors(target.isConnected ? target : doc);
});
