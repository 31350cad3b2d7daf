// The simulated cabinet under the panel: outputs as the box reads them back, inputs to press.
// Duty: show and drive /api/board while the box says that its board is simulated; the panel above never depends on this strip.
// Invariant: whatever this strip pressed, it releases: on lifting the finger, on losing the pointer, on leaving the page.
(function () {
  'use strict';

  const OUTPUTS = ['siren', 'strobe', 'door', 'lampStatus', 'lampLink', 'buzzer'];
  const MOMENTARY = ['acknowledge', 'responding', 'panic', 'test'];
  const TOGGLES = ['tamper', 'mainsFail', 'batteryLow'];
  const MIN_PRESS_MS = 250;         // a short click still outlasts the board's debouncing
  const RECONNECT_MS = 3000;
  const FOLD_KEY = 'call112.board.folded';
  const ROOMY_PX = 600;             // below this window height the strip starts folded: the panel needs the space

  let kit = null, source = null, state = null, folded = true;
  const outputs = {}, inputs = {}, held = {};

  function remembered() {
    try { const v = localStorage.getItem(FOLD_KEY); return v === null ? window.innerHeight < ROOMY_PX : v === '1'; } catch (e) { return false; }
  }
  function setInput(name, pressed) {
    return kit.post('/api/board/inputs/' + name, { pressed }).catch(() => { state = null; show(); });
  }
  function press(name) {
    if (held[name]) return;
    const began = performance.now(), down = setInput(name, true);
    held[name] = () => {
      held[name] = null;
      down.then(() => setTimeout(() => setInput(name, false), Math.max(0, MIN_PRESS_MS - (performance.now() - began))));
    };
  }
  function release(name) { if (held[name]) held[name](); }
  function releaseAll() { MOMENTARY.forEach(release); }

  function momentary(name) {
    const b = kit.el('button', 'in', kit.t('part.' + name));
    b.addEventListener('pointerdown', e => { try { b.setPointerCapture(e.pointerId); } catch (x) { /* pointer already gone */ } press(name); });
    ['pointerup', 'pointercancel', 'lostpointercapture'].forEach(kind => b.addEventListener(kind, () => release(name)));
    b.addEventListener('contextmenu', e => e.preventDefault());   // a long touch is a held button, not a menu
    b.addEventListener('click', e => { if (e.detail === 0) kit.post('/api/board/inputs/' + name + '/press', {}); });   // from the keyboard
    return b;
  }
  function toggle(name) {
    const b = kit.el('button', 'in latch', kit.t('part.' + name));
    b.addEventListener('click', () => setInput(name, !(state && state.inputs && state.inputs[name] && state.inputs[name].pressed)));
    return b;
  }
  function build() {
    const box = document.getElementById('board');
    box.textContent = '';
    const fold = kit.el('button', 'fold');
    fold.addEventListener('click', () => {
      folded = !folded;
      try { localStorage.setItem(FOLD_KEY, folded ? '1' : '0'); } catch (e) { /* private mode: forgotten, no harm */ }
      show();
    });
    const outs = kit.el('div', 'outs'), ins = kit.el('div', 'ins');
    OUTPUTS.forEach(name => {
      const word = kit.el('i');
      outputs[name] = { node: kit.el('span', 'out o-' + name, null, [kit.el('b', 'lamp'), kit.el('span', '', kit.t('part.' + name)), word]), word };
      outs.appendChild(outputs[name].node);
    });
    MOMENTARY.concat(TOGGLES).forEach(name => {
      inputs[name] = MOMENTARY.indexOf(name) >= 0 ? momentary(name) : toggle(name);
      ins.appendChild(inputs[name]);
    });
    box.appendChild(kit.el('div', 'head', null, [kit.el('b', '', kit.t('board')), kit.el('span', 'lost'), outs, fold]));
    box.appendChild(ins);
    box.hidden = false;
  }
  function show() {
    const box = document.getElementById('board');
    box.className = folded ? 'folded' : '';
    box.querySelector('.fold').textContent = kit.t(folded ? 'board.unfold' : 'board.fold');
    box.querySelector('.lost').textContent = state ? '' : kit.t('board.lost');
    OUTPUTS.forEach(name => {
      const on = !!(state && state.outputs && state.outputs[name] && state.outputs[name].on);
      outputs[name].node.classList.toggle('on', on);
      outputs[name].word.textContent = state ? kit.t(on ? 'board.on' : 'board.off') : '?';
    });
    MOMENTARY.concat(TOGGLES).forEach(name => {
      const down = !!(state && state.inputs && state.inputs[name] && state.inputs[name].pressed);
      inputs[name].classList.toggle('down', down);
      inputs[name].setAttribute('aria-pressed', String(down));
    });
  }
  function connect() {
    source = new EventSource('/api/board/stream');
    source.addEventListener('board', e => { try { state = JSON.parse(e.data); show(); } catch (x) { /* not a state: the last one stays */ } });
    source.onerror = () => {
      state = null; show();
      if (source.readyState === EventSource.CLOSED) setTimeout(connect, RECONNECT_MS);
    };
  }
  window.call112Board = {
    start(panel) {
      if (kit) return;
      kit = panel;
      folded = remembered();
      build(); show(); connect();
      window.addEventListener('blur', releaseAll);
      window.addEventListener('pagehide', () => MOMENTARY.forEach(name => {
        if (held[name]) fetch('/api/board/inputs/' + name, { method: 'POST', keepalive: true, body: '{"pressed":false}',
          headers: { 'Content-Type': 'application/json' } });
      }));
    }
  };
})();
