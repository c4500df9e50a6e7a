// What the pages of the service do beyond their forms: copying the link, dropping a file, moving between rows.
(function () {
  "use strict";
  function all(what) { return Array.prototype.slice.call(document.querySelectorAll(what)); }

  function begin() {
    all("[data-copy]").forEach(function (button) {
      if (button.dataset.begun) { return; }
      button.dataset.begun = "yes";
      if (!navigator.clipboard) {
        button.hidden = true;
        return;
      }
      button.addEventListener("click", function () {
        navigator.clipboard.writeText(window.location.origin + window.location.pathname).then(function () {
          var words = button.textContent;
          button.textContent = button.dataset.done;
          window.setTimeout(function () { button.textContent = words; }, 2000);
        });
      });
    });
    all("[data-drop]").forEach(function (zone) {
      if (zone.dataset.begun) { return; }
      zone.dataset.begun = "yes";
      ["dragenter", "dragover"].forEach(function (name) {
        zone.addEventListener(name, function (event) { event.preventDefault(); zone.classList.add("over"); });
      });
      zone.addEventListener("dragleave", function () { zone.classList.remove("over"); });
      zone.addEventListener("drop", function (event) {
        event.preventDefault();
        zone.classList.remove("over");
        if (event.dataTransfer.files.length) { zone.querySelector("input").files = event.dataTransfer.files; }
      });
    });
    all("[data-rows]").forEach(limit);
  }

  // -- rows of a batch ----------------------------------------------------------------------------------------
  var MOST = 4;
  function boxes(form) { return Array.prototype.slice.call(form.querySelectorAll("input[name=row]")); }
  function limit(form) {
    var chosen = boxes(form).filter(function (box) { return box.checked; }).length;
    boxes(form).forEach(function (box) {
      if (!box.dataset.never) { box.dataset.never = box.disabled ? "yes" : "no"; }
      box.disabled = box.dataset.never === "yes" || (chosen >= MOST && !box.checked);
    });
  }
  document.addEventListener("change", function (event) {
    if (event.target.name === "row") { limit(event.target.form); }
  });
  document.addEventListener("keydown", function (event) {
    var step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    var row = event.target.closest && event.target.closest("[data-rows] tbody tr");
    if (!step || !row) { return; }
    var next = row;
    do { next = step > 0 ? next.nextElementSibling : next.previousElementSibling; } while (next && !next.querySelector("input:enabled"));
    if (next) {
      event.preventDefault();
      next.querySelector("input").focus();
    }
  });

  // A table that is filled anew keeps what was selected, and where one was.
  var kept = null;
  document.addEventListener("htmx:beforeSwap", function (event) {
    var form = event.detail.target.id === "rows" && event.detail.target.querySelector("[data-rows]");
    if (!form) { return; }
    var table = form.querySelector(".tall");
    kept = {
      chosen: boxes(form).filter(function (box) { return box.checked; }).map(function (box) { return box.value; }),
      focus: document.activeElement && document.activeElement.id,
      top: table ? table.scrollTop : 0
    };
  });
  document.addEventListener("htmx:afterSwap", function () {
    var form = kept && document.querySelector("[data-rows]");
    if (form) {
      boxes(form).forEach(function (box) { box.checked = kept.chosen.indexOf(box.value) >= 0; });
      limit(form);
      var table = form.querySelector(".tall");
      if (table) { table.scrollTop = kept.top; }
      var where = kept.focus && document.getElementById(kept.focus);
      if (where) { where.focus({ preventScroll: true }); }
    }
    kept = null;
    all("#drawer [data-focus]").forEach(function (part) {
      if (part.dataset.begun) { return; }
      part.dataset.begun = "yes";
      part.focus();
    });
  });

  // Beside the rows come buttons and choices; they stay as they are until there is something new in them.
  document.addEventListener("htmx:oobBeforeSwap", function (event) {
    var old = event.detail.target, fresh = event.detail.fragment.querySelector("#" + old.id);
    if (!fresh) { return; }
    if (old.tagName === "SELECT") {
      event.detail.shouldSwap = old !== document.activeElement && old.options.length !== fresh.options.length;
      fresh.value = old.value;
    } else if (old.dataset.state) {
      event.detail.shouldSwap = old.dataset.state !== fresh.dataset.state;
    }
  });

  // A page that is swapped each second is silent; this place stays, and says what changed.
  document.addEventListener("htmx:afterSwap", function () {
    var said = document.getElementById("said");
    var news = document.querySelector("[aria-current=step] b") || document.querySelector("#page h1");
    if (said && news && said.textContent !== news.textContent) { said.textContent = news.textContent; }
  });

  begin();
  document.addEventListener("htmx:load", begin);
})();
