/* Forms that survive a double click and a lost connection. Without this script they still work: actions
   on the server are repeatable. Nothing is written to any storage of the browser. */
(() => {
  "use strict";

  const text = document.documentElement.dataset;

  function say(form, message) {
    const state = form.querySelector("[data-form-state]");
    if (!state) return;
    state.replaceChildren();
    if (!message) return;
    const box = document.createElement("div");
    box.className = "notice notice--warn";
    const body = document.createElement("div");
    body.className = "notice__body";
    for (const line of message.split("\n")) {
      const paragraph = document.createElement("p");
      paragraph.textContent = line;
      body.append(paragraph);
    }
    box.append(body);
    state.append(box);
  }

  function setBusy(form, busy) {
    form.dataset.busy = busy ? "1" : "";
    for (const button of form.querySelectorAll("button:not([type=button])")) {
      if (busy) button.setAttribute("aria-disabled", "true");
      else button.removeAttribute("aria-disabled");
    }
  }

  async function serverAnswers() {
    if (!navigator.onLine) return false;
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), 4000);
    try {
      await fetch("/livez", { cache: "no-store", signal: stop.signal, credentials: "omit" });
      return true;
    } catch {
      return false;
    } finally {
      clearTimeout(timer);
    }
  }

  async function send(form, button) {
    setBusy(form, true);
    say(form, "");
    if (!(await serverAnswers())) {
      setBusy(form, false);
      say(form, `${text.offline}\n${text.offlineNext}`);
      return;
    }
    form.dataset.checked = "1";
    form.requestSubmit(button || undefined);
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.checked) {
      form.dataset.checked = "";
      return;
    }
    event.preventDefault();
    if (form.dataset.busy) return;
    send(form, event.submitter);
  });

  /* Back from the next page: the browser may show this one as it was left. */
  window.addEventListener("pageshow", () => {
    for (const form of document.forms) setBusy(form, false);
  });

  window.addEventListener("online", () => {
    for (const form of document.forms) say(form, "");
  });

  /* After a refused form the reader starts at what is wrong. */
  document.querySelector("[data-errors]")?.focus();
})();
