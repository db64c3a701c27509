/* Passwords: a button that shows what was typed, and how strong it is, said while typing.
   Without this script both are missing and nothing else: the server judges on saving. */
(() => {
  "use strict";

  const text = document.currentScript.dataset;
  const PAUSE = 500;

  /* One button for all of these: a repetition is shown and hidden with what it repeats. */
  function addButton(inputs) {
    const [input] = inputs;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "link-button";
    button.setAttribute("aria-controls", inputs.map((one) => one.id).join(" "));

    function set(shown) {
      for (const one of inputs) one.type = shown ? "text" : "password";
      button.textContent = shown ? text.hide : text.show;
      button.setAttribute("aria-label", `${button.textContent}: ${input.labels[0].textContent}`);
    }

    set(false);
    button.addEventListener("click", () => set(input.type === "password"));
    /* What is sent goes as a password, so that no browser remembers it as a text. */
    input.form.addEventListener("submit", () => set(false));
    const row = document.createElement("div");
    row.append(button);
    input.after(row);
  }

  function addStrength(input) {
    const region = document.createElement("p");
    region.className = "strength";
    region.setAttribute("role", "status");
    input.after(region);
    let timer = 0;
    let latest = 0;

    async function ask() {
      const mine = ++latest;
      const form = input.form;
      const email = form.querySelector("input[autocomplete=username]");
      try {
        const answer = await fetch(text.ask, {
          method: "POST",
          cache: "no-store",
          headers: {
            "Content-Type": "application/json",
            "X-CSRFToken": form.querySelector("input[name=csrfmiddlewaretoken]").value,
          },
          body: JSON.stringify({ password: input.value, email: email ? email.value : "" }),
        });
        const said = await answer.json();
        if (mine !== latest) return;
        region.dataset.step = said.step ?? "";
        region.textContent = said.words;
      } catch {
        region.dataset.step = "";
        region.textContent = "";
      }
    }

    input.addEventListener("input", () => {
      clearTimeout(timer);
      if (!input.value) {
        latest++;
        region.textContent = "";
        region.dataset.step = "";
        return;
      }
      timer = setTimeout(ask, PAUSE);
    });
  }

  for (const form of document.forms) {
    const kinds = ["current-password", "new-password"];
    for (const kind of kinds) {
      const inputs = [...form.querySelectorAll(`input[data-password=${kind}]`)];
      if (inputs.length) addButton(inputs);
    }
    const fresh = form.querySelector("input[data-password=new-password]");
    if (fresh) addStrength(fresh);
  }
})();
