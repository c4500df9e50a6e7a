// What the pages of the service do beyond their forms: copying the link.
(function () {
  "use strict";
  function all(what) { return Array.prototype.slice.call(document.querySelectorAll(what)); }

  function begin() {
    all("[data-copy]").forEach(function (button) {
      if (!button.hidden || !navigator.clipboard) { return; }
      button.hidden = false;
      button.addEventListener("click", function () {
        navigator.clipboard.writeText(window.location.origin + window.location.pathname).then(function () {
          var words = button.textContent;
          button.textContent = button.dataset.done;
          window.setTimeout(function () { button.textContent = words; }, 2000);
        });
      });
    });
  }
  begin();
  document.addEventListener("htmx:load", begin);
})();
