// Asks every 5 s what the box has to say now. Loads the page anew only when the answer has changed, and never while nobody answers: between this
// page and the panel there is a moment without a server, and an error page of the browser does not come back by itself.
"use strict";
(function () {
  var shown = null, least = 12, lines = document.getElementById("lines");
  function ask() {
    fetch("/", { cache: "no-store" }).then(function (answer) { return answer.ok ? answer.text() : null; }).then(function (text) {
      if (text === null)
        return;
      if (shown !== null && text !== shown)
        location.reload();
      shown = text;
    }).catch(function () { });
  }
  // Nobody scrolls this screen: the words become smaller until all of them are there.
  function fit() {
    lines.style.fontSize = "";
    for (var size = parseFloat(getComputedStyle(lines).fontSize); lines.scrollHeight > lines.clientHeight && size > least; size -= .5)
      lines.style.fontSize = size + "px";
  }
  fit();
  addEventListener("resize", fit);
  ask();
  setInterval(ask, 5000);
})();
