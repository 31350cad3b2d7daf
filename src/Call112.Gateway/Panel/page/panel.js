// The panel page of the station box.
// Duty: show the newest snapshot of the box, say at once when there is none, and hand touches to the box.
// Invariants: nothing is shown as true that is older than STALE_MS; no time comes from the browser's wall clock (durations run on
// performance.now() from the moment a snapshot arrived); no text of a dispatch is ever parsed as HTML; a touch changes nothing on
// the screen, only the box's next snapshot does. Written for Chromium 72 and later: no `?.`, no `??`, no flex gap, no CSS min().
(function () {
  'use strict';

  const STALE_MS = 5000;            // silence of the stream after which the page no longer believes its snapshot; the box speaks every 2 s
  const RECONNECT_MS = 3000;        // pause between attempts to open the stream anew
  const TICK_MS = 250;              // how often running times are written
  const NOTICE_MS = 120000;         // how long a cancelled, closed or expired dispatch keeps the big place or a banner
  const QUEUE_GRACE_MS = 5000;      // reports waiting for less than this are everyday traffic, not news
  const PICK_MS = 30000;            // a task picked from the list yields to the newest after this while something waits
  const SHEET_MS = 15000;           // an open question (reasons, outcomes) closes by itself
  const SHEET_GUARD_MS = 700;       // the second touch counts only after this, so that a bounced touch cannot answer
  const ACTION_TIMEOUT_MS = 5000, TOAST_MS = 10000;
  const LIST_LIMIT = 12;            // tasks listed; the rest is counted
  const ALARMS_BESIDE_ALERT = 2;    // alarm lines while a task is on the screen; the rest is counted

  const CATEGORIES = ['Fire', 'Rescue', 'Medical', 'TrafficAccident', 'Disaster', 'Security', 'Protection', 'Other'];
  const ALARM_ORDER = ['PanicPressed', 'BatteryLow', 'MainsLost', 'OutputFault', 'StorageFault', 'InputStuck', 'TamperOpened', 'IdentityTaken', 'UplinkLost'];
  const OUTCOMES = ['Done', 'NothingFound', 'FalseReport', 'HandedOn'], REASONS = ['AmbulanceOut', 'CrewOut', 'Other'];
  const SICK = ['Medical', 'TrafficAccident'];   // to hospital is the expected next step
  const $ = id => document.getElementById(id);
  let texts = null, snap = null, arrived = 0, startedAt = performance.now(), version = null;
  let source = null, openedAt = 0, queuedSince = null, broken = null;
  let picked = null, pickedAt = 0, sheet = null, sheetAt = 0, busy = false, toast = null, toastAt = 0, waitingBefore = {};
  const drawn = {};                 // region -> key of what it shows, so that nothing is rebuilt under a finger

  // ---- words and times
  function t(key, values) {
    const text = texts && Object.prototype.hasOwnProperty.call(texts, key) ? texts[key] : key;
    return text.replace(/\{(\w+)\}/g, (_, name) => String(values && values[name]));
  }
  function known(prefix, name) { return texts[prefix + name] || String(name).toUpperCase(); }
  function two(n) { return (n < 10 ? '0' : '') + n; }
  function duration(ms) {
    const s = Math.max(0, Math.floor(ms / 1000)), h = Math.floor(s / 3600), m = Math.floor(s / 60) % 60;
    return h > 0 ? h + ':' + two(m) + ':' + two(s % 60) : m + ':' + two(s % 60);
  }
  function since(ms) { return (ms || 0) + performance.now() - arrived; }
  function wall() {
    const utc = Date.parse(snap.time);
    if (snap.clock !== 'Synchronized' || isNaN(utc)) return null;
    const d = new Date(utc + performance.now() - arrived + (snap.utcOffsetMinutes || 0) * 60000);
    return { time: two(d.getUTCHours()) + '.' + two(d.getUTCMinutes()), zone: snap.zoneName || '',
      date: two(d.getUTCDate()) + '/' + two(d.getUTCMonth() + 1) + '/' + d.getUTCFullYear() };
  }

  // ---- building nodes: text only ever through textContent
  function el(tag, cls, text, children) {
    const node = document.createElement(tag);
    if (cls) node.className = cls;
    if (text !== undefined && text !== null) node.textContent = text;
    (children || []).forEach(child => { if (child) node.appendChild(child); });
    return node;
  }
  function running(cls, write) {    // a text that moves with time: rewritten by tick()
    const node = el('span', 'run ' + cls);
    node.writeTime = () => { const text = write(); if (node.textContent !== text) node.textContent = text; };
    node.writeTime();
    return node;
  }
  function region(name, key, build) {
    const text = JSON.stringify(key);
    if (drawn[name] === text) return false;
    $(name).textContent = '';
    build($(name));
    drawn[name] = text;
    return true;
  }
  // The largest font between min and max (px) at which the content stays inside the box; wrapping is the content's own affair.
  function fit(box, min, max) {
    const fits = px => {
      box.style.fontSize = px + 'px';
      return box.scrollHeight <= box.clientHeight + 1 && box.scrollWidth <= box.clientWidth + 1;
    };
    if (fits(max)) return max;
    let low = min, high = max;
    while (high - low > 1) { const mid = (low + high) / 2; if (fits(mid)) low = mid; else high = mid; }
    return fits(low) ? low : 0;
  }

  // ---- what a task is
  function category(a) { return CATEGORIES.indexOf(a.category) >= 0 ? a.category : 'Other'; }
  function discreet(a) { return a.discreet === true || a.category === 'Protection'; }
  function title(a) {               // a discreet task keeps its code even in a test
    if (a.category === 'Protection') return t('code.Protection');
    return discreet(a) ? t('code.Discreet', { id: a.incidentId }) : t('category.' + category(a));
  }
  function tone(a) { return a.status === 'Exercise' ? 'drill' : a.status === 'Test' ? 'test' : discreet(a) ? 'quiet' : 'c-' + category(a); }
  function stepWord(a) { return a.preempted ? t('exercise.waits') : known('step.', a.waiting ? 'Sounding' : a.step); }
  function endWord(e) {
    if (e.step === 'Declined' && e.reason === 'OutOfHours') return t('closed');
    return e.step === 'Completed' && e.outcome ? known('outcome.', e.outcome) : known('step.', e.step);
  }
  function statusWord(a) { return a.status === 'Exercise' ? t('exercise') : a.status === 'Test' ? t('test') : ''; }
  function rank(a) {                // a real task comes before any drill, a waiting one before one in hand; the box gives newest first
    if (a.preempted) return 5;
    if (a.status === 'Test') return 4;
    if (a.waiting) return a.status === 'Exercise' ? 1 : 0;
    return a.status === 'Exercise' ? 3 : 2;
  }
  function ordered() {
    return (snap.alerts || []).map((a, i) => ({ a, i })).sort((x, y) => rank(x.a) - rank(y.a) || x.i - y.i).map(x => x.a);
  }
  function current() {
    const all = ordered();
    const chosen = picked && all.filter(a => a.dispatchId === picked)[0];
    if (chosen && !(all.some(a => a.waiting && !a.preempted) && performance.now() - pickedAt > PICK_MS)) return chosen;
    picked = null;
    return all[0] || null;
  }
  function notices() {
    return (snap.ended || []).filter(e => since(e.endedAgoMs) < NOTICE_MS &&
      (e.step === 'Cancelled' || e.step === 'Expired' || (e.step === 'Declined' && e.reason === 'OutOfHours')));
  }
  function cut() {
    return snap.center === 'Down' || (snap.center !== 'Up' && (snap.alarms || []).some(x => x.event === 'CenterLost'));
  }

  // ---- regions
  function drawTop(a) {
    const chips = [];
    chips.push(cut() ? ['warn', t('link.Down')] : [snap.center === 'Up' ? 'good' : 'warn', known('link.', snap.center)]);
    if ((snap.alerts || []).some(x => x.waiting && x.silenced)) chips.push(['warn', t('silenced')]);
    if (snap.clock !== 'Synchronized' && a) chips.push(['warn', t('clock.invalid')]);
    if (queuedSince !== null && performance.now() - queuedSince > QUEUE_GRACE_MS) chips.push(['warn', t('queued', { n: snap.unreceipted })]);
    if (snap.onDuty === false && a) chips.push(['', t('closed')]);
    $('stationName').textContent = snap.station ? snap.station.name : '';
    region('chips', chips, box => chips.forEach(c => box.appendChild(el('span', 'chip ' + c[0], c[1]))));
    const w = wall();
    $('clock').textContent = a || notices().length ? (w ? w.time + ' ' + w.zone : '') : w ? w.date : '';
  }

  // "panic loop cut" is the wire of an input, not a finger on it.
  function alarmWords(x) {
    const [, part, how] = (x.event === 'InputStuck' && /^(\w+) loop (cut|shorted)$/.exec(x.detail || '')) || [null, x.detail, null];
    const name = how === 'cut' ? 'LoopCut' : how === 'shorted' ? 'LoopShorted' : x.event;
    return { title: known('alarm.', name) + (part ? ' (' + (texts['part.' + part] || part) + ')' : ''), todo: texts['alarm.' + name + '.do'] || '' };
  }

  // "CertificateFault:lte: why" is for the office; the crew reads which line.
  function linkFault(text) {
    const [, event, line] = /^(\w+):([^ :]*)/.exec(text) || [null, text, ''];
    return { event, detail: line };
  }

  function drawBanners(a, big) {
    const faults = (snap.linkFaults || []).map(linkFault);
    // TERPUTUS says it already; and a line that another box takes away needs no new cable.
    const isSaid = x => x.event === 'CenterLost' || (x.event === 'UplinkLost' &&
      ((a && cut()) || faults.some(f => f.event === 'IdentityTaken' && f.detail === x.detail)));
    const alarms = (snap.alarms || []).concat(faults).filter(x => !isSaid(x))
      .sort((x, y) => (ALARM_ORDER.indexOf(x.event) + 1 || 99) - (ALARM_ORDER.indexOf(y.event) + 1 || 99));
    const shown = a ? alarms.slice(0, ALARMS_BESIDE_ALERT) : alarms;
    const gone = notices().filter(e => e !== big && e.step === 'Cancelled');
    const key = [!!big, cut(), shown.map(x => [x.event, x.detail]), alarms.length, gone.map(e => [e.dispatchId]), toast, !!a];
    return region('banners', key, box => {
      if (toast) box.appendChild(el('div', 'banner toast', toast));
      if (cut() && (a || big)) box.appendChild(el('div', 'banner cut', null, [el('b', '', t('cut'))]));
      gone.forEach(e => box.appendChild(el('div', 'banner gone ' + tone(e), null, [
        el('b', '', t('step.Cancelled')), el('span', '', [statusWord(e), title(e), discreet(e) ? '' : e.village, e.incidentId].filter(Boolean).join(' · '))])));
      shown.forEach((x, i) => box.appendChild(el('div', 'banner alarm', null, [
        el('b', '', alarmWords(x).title),
        el('span', '', alarmWords(x).todo),
        i === shown.length - 1 && alarms.length > shown.length ? el('i', '', t('list.more', { n: alarms.length - shown.length })) : null])));
    });
  }

  function field(label, value, cls) {
    return value ? el('div', 'field ' + cls, null, [label ? el('span', 'label', label) : null, el('span', 'value', value)]) : null;
  }
  function drawAlert(a) {
    const fields = ['dispatchId', 'incidentId', 'status', 'category', 'discreet', 'nature', 'priority', 'triage', 'address', 'landmark', 'village',
      'victims', 'narrative', 'step', 'waiting', 'silenced', 'preempted', 'revision', 'turnoutMs'];
    const real = a.status === 'Actual' && (snap.alerts || []).concat(snap.ended || []).some(x => x.status !== 'Actual');
    return region('main', fields.map(f => a[f]).concat(real, snap.annunciation), box => {
      const quiet = discreet(a);
      box.className = 'alert ' + tone(a) + (a.waiting && !a.preempted ? ' waiting' : '') + (quiet || snap.annunciation === 'Light' ? ' calm' : '');
      box.appendChild(el('div', 'band', null, [el('div', 'what', null, [el('span', '', a.status === 'Test' ? t('test') : title(a))]), el('div', 'times', null, [
        running('elapsed', () => duration(since(liveOf(a).elapsedMs))), el('span', 'label', t('elapsed'))])]));
      box.appendChild(el('div', 'status', null, [
        a.status === 'Test' ? el('b', '', title(a)) : a.status === 'Exercise' ? el('b', 'only', t('exercise.only')) : real ? el('b', 'real', t('actual')) : null,
        el('b', a.waiting ? 'todo' : 'done', stepWord(a)),
        typeof a.turnoutMs === 'number' ? el('b', 'turnout', t('turnout', { time: duration(a.turnoutMs) })) : null,
        a.revision > 0 && !quiet ? el('b', '', t('revised')) : null,
        el('span', 'id', a.incidentId)]));
      const body = el('div', 'body');
      box.appendChild(body);
      if (quiet) { body.appendChild(el('div', 'call', t('discreet.call'))); return; }
      if (a.status === 'Test') body.appendChild(el('div', 'field nature', t('test.only')));
      [field('', a.nature, 'nature'), field(t('field.address'), a.address, 'where'), field(t('field.landmark'), a.landmark, 'landmark'),
        field(t('field.village'), a.village, 'where'),
        !a.address && !a.landmark && !a.village && a.status !== 'Test' ? el('div', 'field none', t('field.none')) : null,
        el('div', 'facts', null, [a.priority && a.status !== 'Test' ? el('span', 'fact', t('priority', { n: a.priority })) : null,
          a.triage ? el('span', 'fact triage t-' + a.triage, t('triage') + ' ' + known('triage.', a.triage)) : null,
          a.victims > 0 ? el('span', 'fact', t('victims', { n: a.victims })) : null]),
        field(t('field.narrative'), a.narrative, 'narrative')].forEach(f => { if (f) body.appendChild(f); });
    });
  }
  function liveOf(a) { return (snap.alerts || []).filter(x => x.dispatchId === a.dispatchId)[0] || a; }

  function drawNotice(e) {
    const live = () => (snap.ended || []).filter(x => x.dispatchId === e.dispatchId)[0] || e;
    const hint = e.step === 'Cancelled' ? t('cancelled.hint') : e.step === 'Expired' ? t('expired.hint') : t('closed.hint');
    return region('main', ['notice', e.dispatchId, e.step], box => {
      box.className = 'notice ' + tone(e);
      box.appendChild(el('div', 'what', null, [el('span', '', endWord(e))]));
      box.appendChild(el('div', 'body', null, [
        el('div', 'field', [statusWord(e), title(e), discreet(e) ? '' : e.village].filter(Boolean).join(' · ')),
        el('div', 'field soft', hint), el('div', 'field soft', null, [el('span', '', e.incidentId + ' · '),
          running('', () => t('ago', { time: duration(since(live().endedAgoMs)) }))])]));
    });
  }

  // One entry about the GNSS receiver; none on a box without one.
  function gnssWords() {
    const g = snap.gnss;
    return g ? ['GNSS ' + known('gnss.', g.state) + (g.state === 'Fixed' ? ' ' + (g.satellitesUsed ?? '?') : '')] : [];
  }

  function drawIdle() {
    const w = wall(), off = cut();
    return region('main', ['idle', off, w, snap.onDuty, snap.center, snap.uplinks, gnssWords(), snap.station && snap.station.name], box => {
      box.className = 'idle' + (off ? ' off' : '');
      box.appendChild(el('div', 'name', snap.station ? snap.station.name : ''));
      box.appendChild(el('div', 'what', null, [el('span', '', off ? t('link.Down') : w ? w.time + ' ' + w.zone : t('clock.invalid'))]));
      if (off) box.appendChild(el('div', 'cutHint', t('cut.hint')));
      if (off) box.appendChild(running('cutSince', () => t('cut.since', { time: duration(since(snap.centerSilentMs)) }) + ' · ' +
        (wall() ? wall().time + ' ' + wall().zone : t('clock.invalid'))));
      else box.appendChild(el('div', 'ready' + (snap.onDuty === false ? ' shut' : ''), (snap.onDuty === false ? t('closed.idle') : t('idle')) + ' · ' + known('link.', snap.center)));
      const links = (snap.uplinks || []).map(u => u.name + ' ' + known('link.', u.verdict));
      box.appendChild(el('div', 'uplinks', links.concat(gnssWords()).join('  ·  ')));
    });
  }

  function drawSide(a, big) {
    const others = ordered().filter(x => !a || x.dispatchId !== a.dispatchId);
    const ended = (snap.ended || []).filter(e => e !== big);
    $('side').hidden = !others.length && !ended.length;
    const key = [a && a.dispatchId, others.map(x => [x.dispatchId, x.step, x.waiting, x.preempted, x.village, x.category, x.status]),
      ended.map(e => [e.dispatchId, e.step])];
    return region('side', key, box => {
      if (others.length) box.appendChild(el('h2', '', t('list') + ' (' + (others.length + 1) + ')'));
      others.slice(0, LIST_LIMIT).forEach(x => {
        const item = el('button', 'item ' + tone(x) + (x.waiting && !x.preempted ? ' waiting' : ''), null, [
          el('b', '', (statusWord(x) ? statusWord(x) + ' ' : '') + title(x)), el('span', '', discreet(x) ? t('discreet.call') : x.village || x.incidentId),
          el('span', 'step', stepWord(x)), running('', () => duration(since(liveOf(x).elapsedMs)))]);
        item.addEventListener('click', () => { picked = x.dispatchId; pickedAt = performance.now(); sheet = null; draw(); });
        box.appendChild(item);
      });
      if (others.length > LIST_LIMIT) box.appendChild(el('h2', '', t('list.more', { n: others.length - LIST_LIMIT })));
      if (ended.length) box.appendChild(el('h2', '', t('ended')));
      ended.forEach(e => box.appendChild(el('div', 'item ended ' + tone(e), null, [el('b', '', endWord(e)),
        el('span', '', [statusWord(e), title(e), discreet(e) ? '' : e.village].filter(Boolean).join(' · '))])));
    });
  }

  // ---- touches
  function choices(a) {
    const button = (action, cls) => ({ label: t('act.' + action), cls, run: () => send([{ action, dispatchId: a.dispatchId }]) });
    const ask = (name, cls) => ({ label: t('act.' + name), cls, run: () => { sheet = name; sheetAt = performance.now(); draw(); } });
    if (sheet) {
      const list = sheet === 'Decline' ? REASONS : OUTCOMES, word = sheet === 'Decline' ? 'reason' : 'outcome';
      return list.map(v => ({ label: t(word + '.' + v), cls: '', guarded: true, run: () => send([{ action: sheet, dispatchId: a.dispatchId, [word]: v }]) }))
        .concat({ label: t('act.back'), cls: 'back', run: () => { sheet = null; draw(); } });
    }
    if (a.waiting) {
      const all = snap.alerts.filter(x => x.waiting && (!x.preempted || x === a));
      const accept = { label: all.length > 1 ? t('act.AcknowledgeAll', { n: all.length }) : t('act.Acknowledge'), cls: 'first',
        run: () => send(all.map(x => ({ action: 'Acknowledge', dispatchId: x.dispatchId }))) };
      return a.status === 'Test' ? [accept] : [accept, ask('Decline', 'no')];
    }
    if (a.status === 'Test') return [ask('Complete', '')];
    switch (a.step) {
      case 'Responding': return [button('Arrive', 'first'), ask('Complete', '')];
      case 'OnScene': return SICK.indexOf(a.category) >= 0
        ? [button('ToHospital', 'first'), ask('Complete', '')] : [ask('Complete', 'first'), button('ToHospital', '')];
      case 'Transporting': return [button('AtHospital', 'first'), ask('Complete', '')];
      case 'AtHospital': return [ask('Complete', 'first')];
      default: return [button('Respond', 'first'), ask('Complete', ''), ask('Decline', 'no')];
    }
  }
  function drawActions(a) {
    if (sheet && (!a || performance.now() - sheetAt > SHEET_MS)) sheet = null;
    const list = a ? choices(a) : [];
    $('actions').hidden = !a;
    const key = [a && a.dispatchId, a && tone(a), sheet, list.map(c => c.label), busy, a && a.waiting && snap.alerts.map(x => x.dispatchId)];
    return region('actions', key, box => {
      box.className = a ? tone(a) + (sheet ? ' sheet' : '') : '';
      if (sheet) box.appendChild(el('div', 'ask', t('ask.' + sheet, { what: title(a) })));
      const row = el('div', 'row');
      list.forEach(c => {
        const b = el('button', c.cls, busy && c.cls === 'first' ? '…' : c.label);
        b.disabled = busy;
        b.addEventListener('click', () => { if (!c.guarded || performance.now() - sheetAt > SHEET_GUARD_MS) c.run(); });
        row.appendChild(b);
      });
      box.appendChild(row);
    });
  }
  function say(text) { toast = text; toastAt = performance.now(); }
  function post(path, body) {
    const limit = new Promise((_, reject) => setTimeout(() => reject(new Error('timeout')), ACTION_TIMEOUT_MS));
    return Promise.race([limit, fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })]);
  }
  async function send(actions) {
    if (busy) return;
    busy = true; toast = null; draw();
    try {
      for (const body of actions) {
        const answer = await post('/api/station/actions', body);
        if (answer.status === 400) {
          const errors = (await answer.json()).errors || [];
          say(t('refused', { why: errors.map(e => e.reason).join('; ') || '400' }));
        } else if (!answer.ok) say(t('failed'));
      }
    } catch (e) { say(t('failed')); }
    busy = false; sheet = null; draw();
  }

  // ---- the whole
  function resize() {
    const h = window.innerHeight, main = $('main'), alert = main.classList.contains('alert');
    const what = main.querySelector('.what'), body = main.querySelector('.body');
    const max = h * (alert ? 0.078 : 0.07), good = h * 0.048, small = h * 0.043, min = Math.max(14, h * 0.026);
    main.classList.remove('short', 'tight', 'overfull');
    if (what) fit(what, 14, alert ? h * 0.17 : $('stage').clientHeight * 0.42);
    if (!body || fit(body, min, max) >= good) return;
    main.classList.add('short');    // the remarks give way first: two lines, marked as cut by an ellipsis; the address never is
    if (fit(body, min, max) >= small) return;
    main.classList.add('tight');    // then the word above
    if (alert) fit(what, 14, h * 0.11);
    if (fit(body, min, max)) return;
    main.classList.add('overfull');
    body.setAttribute('data-more', t('more'));
  }
  function draw() {
    if (!snap || !texts) return;
    if (toast && performance.now() - toastAt > TOAST_MS) toast = null;
    const a = current(), big = a ? null : notices()[0] || null;
    const drill = (a || big || {}).status === 'Exercise';
    ['drillTop', 'drillBottom'].forEach(id => {
      $(id).hidden = !drill;
      if (drill && !$(id).firstChild) for (let i = 0; i < 3; i++) $(id).appendChild(el('span', '', t('exercise')));
    });
    document.body.className = cut() ? 'isCut' : '';
    drawTop(a || big);
    let changed = drawBanners(a, big);
    changed = drawSide(a, big) || changed;
    changed = drawActions(a) || changed;
    changed = (a ? drawAlert(a) : big ? drawNotice(big) : drawIdle()) || changed;
    const size = window.innerWidth + 'x' + window.innerHeight + '/' + $('stage').clientHeight + '/' + $('main').clientWidth;
    if (changed || drawn.size !== size) { resize(); drawn.size = size; }
  }
  function drawBroken() {
    const is = broken !== null || performance.now() - (snap ? arrived : startedAt) > STALE_MS;
    $('broken').hidden = !is && !!snap;
    if ($('broken').hidden) { drawn.brokenLast = undefined; return; }
    if (!texts) return;
    $('brokenTitle').textContent = is ? t('broken') : 'Call112';
    $('brokenHint').textContent = is ? t('broken.hint') : '…';
    const last = is && snap && !broken ? ordered() : [];   // old, and said to be old: an address half known beats none
    region('brokenLast', last.map(x => [x.dispatchId, x.revision]), box => {
      if (last.length) box.appendChild(running('', () => t('broken.last', { time: duration(performance.now() - arrived) })));
      last.slice(0, 4).forEach(x => box.appendChild(el('div', 'old', [statusWord(x), title(x)].concat(discreet(x) ? [t('discreet.call')]
        : [x.nature, x.address, x.landmark && t('field.landmark') + ' ' + x.landmark, x.village]).filter(Boolean).join(' · '))));
    });
    fit($('brokenTitle'), 20, window.innerHeight * 0.22);
  }
  function tick() {
    if (source && performance.now() - Math.max(arrived, openedAt) > STALE_MS) connect();
    $('beat').className = Math.floor(performance.now() / 1000) % 2 ? 'on' : '';
    try {
      draw();
      document.querySelectorAll('.run').forEach(node => node.writeTime());
      broken = null;
    } catch (e) { broken = e; console.error(e); }   // a page that cannot draw must not pass for a calm one
    drawBroken();
  }
  function receive(event) {
    let next;
    try { next = JSON.parse(event.data); } catch (e) { return; }
    if (!next || !Array.isArray(next.alerts) || !next.alerts.every(a => a && a.dispatchId)) return;   // no snapshot: silence
    snap = next; arrived = performance.now();
    if (version && next.version !== version) { location.reload(); return; }   // the box was updated: so is its page
    version = next.version;
    if (!(next.unreceipted > 0)) queuedSince = null; else if (queuedSince === null) queuedSince = arrived;
    const waiting = {};
    next.alerts.forEach(a => { if (a.waiting && !a.preempted) waiting[a.dispatchId] = true; });
    if (Object.keys(waiting).some(id => !waitingBefore[id])) { picked = null; sheet = null; }   // a new task takes the screen
    waitingBefore = waiting;
    tick();
    if (next.boardSimulated && window.call112Board) window.call112Board.start({ t, el, post });
  }
  function connect() {
    if (source) source.close();
    openedAt = performance.now();
    source = new EventSource('/api/station/stream');
    source.addEventListener('station', receive);
    source.onerror = () => {        // a closed source never tries again by itself: tick() opens a new one
      if (source.readyState === EventSource.CLOSED) openedAt = performance.now() - STALE_MS + RECONNECT_MS;
    };
  }
  async function start() {
    const lang = /[?&]lang=en\b/.test(location.search) ? 'en' : 'id-ID';
    for (;;) {
      try {
        const answer = await fetch('/texts/' + lang + '.json', { cache: 'no-store' });
        if (answer.ok) { texts = await answer.json(); break; }
      } catch (e) { /* the box is not there yet: the built-in words stay on the screen */ }
      await new Promise(done => setTimeout(done, RECONNECT_MS));
    }
    document.documentElement.lang = texts.lang;
    startedAt = performance.now();
    connect();
    setInterval(tick, TICK_MS);
    window.addEventListener('resize', tick);
    tick();
  }
  start();
})();
