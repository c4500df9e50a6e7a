// What a report does beyond reading: "if I did this", opening what an address points at, and the picture of the wiring.
// Without this script everything can be read; it adds to the page and takes nothing over.
(function () {
  "use strict";
  function begin(root) {
  if (root.dataset.begun) { return; }
  root.dataset.begun = "yes";
  var all = function (where, what) { return Array.prototype.slice.call(where.querySelectorAll(what)); };
  var one = function (what) { return root.querySelector(what); };

  // Halves are rounded to even, as the engine does; only quarters are exact halves of a tenth.
  function tenth(value) {
    var quarters = value * 4;
    if (Number.isInteger(quarters) && Math.abs(quarters % 2) === 1) {
      return Math.floor(value) + (Math.abs(quarters % 4) === 1 ? 0.2 : 0.8);
    }
    return Number(value.toFixed(1));
  }
  function plain(value) { return String(tenth(value)); }

  // -- if I did this ------------------------------------------------------------------------------------------
  var switches = all(root, "[data-step]");
  var bars = all(root, "[data-section][data-max]");
  var minis = all(root, "[data-mini] .gained");
  var outlook = one("[data-outlook]");
  var grades = (one("[data-grades]") ? one("[data-grades]").dataset.grades : "").split("|").map(function (part) {
    var cut = part.indexOf("=");
    return { least: Number(part.slice(0, cut)), name: part.slice(cut + 1) };
  });
  function gradeOf(score) {
    for (var i = 0; i < grades.length; i += 1) { if (score >= grades[i].least) { return grades[i].name; } }
    return "";
  }
  function scoreWith(names) {
    var wonIn = {}, bonusIn = {};
    names.forEach(function (name) {
      var line = document.getElementById(name);
      if (!line) { return; }
      var where = "bonus" in line.dataset ? bonusIn : wonIn;
      where[line.dataset.section] = (where[line.dataset.section] || 0) + Number(line.dataset.lost);
    });
    var earned = 0, most = 0, bonus = 0;
    bars.forEach(function (bar) {
      earned += Number(bar.dataset.score) + (wonIn[bar.dataset.section] || 0);
      most += Number(bar.dataset.max);
      bonus += Number(bar.dataset.bonus) + (bonusIn[bar.dataset.section] || 0);
    });
    var score = tenth(Math.min(100, earned * (most ? 100 / most : 0) + bonus));
    return { score: score, grade: gradeOf(score), won: wonIn, bonus: bonusIn };
  }
  function recompute() {
    var names = [];
    switches.forEach(function (box) {
      if (box.checked) { names = names.concat(box.dataset.step.split(" ")); }
    });
    var done = scoreWith(names);
    one("[data-number]").textContent = plain(done.score);
    one("[data-grade]").textContent = done.grade;
    one("[data-ring]").setAttribute("stroke-dasharray", done.score + " 100");
    var shares = [];
    bars.forEach(function (bar, index) {
      var most = Number(bar.dataset.max);
      var score = Number(bar.dataset.score) + (done.won[bar.dataset.section] || 0);
      var share = most ? score / most : 0;
      bar.querySelector("[data-gained]").setAttribute("width", share * 100);
      if (minis[index]) {
        minis[index].setAttribute("height", share * 24);
        minis[index].setAttribute("y", 24 - share * 24);
      }
      var words = bar.querySelector("[data-points]");
      words.dataset.before = words.dataset.before || words.textContent;
      words.textContent = words.dataset.before;
      var extra = done.bonus[bar.dataset.section] || 0;
      if (done.won[bar.dataset.section] || extra) {
        words.textContent = words.dataset.before + " → " + plain(score) + (extra ? " +" + plain(Number(bar.dataset.bonus) + extra) : "");
      }
      if (most) { shares.push(share); }
    });
    radar(shares);
    root.classList.toggle("moved", names.length > 0);
    if (outlook) {
      outlook.hidden = !names.length;
      var words = names.length ? outlook.dataset.then : outlook.dataset.now;
      outlook.querySelector("[data-words]").textContent = words.replace("{score}", plain(done.score)).replace("{grade}", done.grade);
    }
  }
  function radar(shares) {
    var shape = one("[data-radar]");
    if (!shape) { return; }
    var at = shape.dataset.radar.split(" ").map(Number);
    one("[data-ahead]").setAttribute("points", shape.dataset.axes.trim().split(" ").map(function (axis, index) {
      var unit = axis.split(",").map(Number);
      return (at[0] + at[2] * shares[index] * unit[0]).toFixed(1) + "," + (at[1] + at[2] * shares[index] * unit[1]).toFixed(1);
    }).join(" "));
  }
  switches.forEach(function (box) {
    box.addEventListener("change", recompute);
  });
  if (outlook) {
    outlook.querySelector("[data-reset]").addEventListener("click", function () {
      switches.forEach(function (box) { box.checked = false; });
      recompute();
      switches[0].focus();
    });
  }
  // A page that comes back from history keeps its switches.
  if (switches.some(function (box) { return box.checked; })) { recompute(); }

  // -- checklist ----------------------------------------------------------------------------------------------
  var toggle = one("[data-toggle]");
  if (toggle) {
    toggle.addEventListener("click", function () {
      var open = toggle.textContent === toggle.dataset.open;
      all(root, ".criterion").forEach(function (line) { line.open = open; });
      toggle.textContent = open ? toggle.dataset.close : toggle.dataset.open;
    });
  }
  function openTarget() {
    var name = decodeURIComponent(window.location.hash.slice(1));
    var line = name && document.getElementById(name);
    if (line && line.tagName === "DETAILS") { line.open = true; }
  }
  window.addEventListener("hashchange", openTarget);
  openTarget();

  // -- the picture --------------------------------------------------------------------------------------------
  all(root, ".wiring").forEach(function (picture) {
    function pick(box) {
      picture.classList.toggle("picked", Boolean(box));
      all(picture, ".on").forEach(function (part) { part.classList.remove("on"); });
      if (!box) { return; }
      box.classList.add("on");
      all(picture, "[data-ends]").forEach(function (tie) {
        var ends = tie.dataset.ends.split(" ");
        if (ends.indexOf(box.dataset.box) < 0) { return; }
        tie.classList.add("on");
        ends.forEach(function (end) {
          var other = picture.querySelector('[data-box="' + end + '"]');
          if (other) { other.classList.add("on"); }
        });
      });
    }
    picture.addEventListener("pointerover", function (event) { pick(event.target.closest("[data-box]")); });
    picture.addEventListener("pointerleave", function () { pick(null); });
  });

  all(root, "[data-print]").forEach(function (button) {
    button.addEventListener("click", function () { window.print(); });
  });
  }

  function beginAll() { Array.prototype.forEach.call(document.querySelectorAll("[data-report]"), begin); }
  beginAll();
  document.addEventListener("htmx:load", beginAll);
})();
