/* Asks the browser for a passkey and sends its answer with the form. Stores nothing; what was asked for is
   random and good for one answer. Without this script its buttons stay hidden, and codes work as ever. */
(() => {
  "use strict";

  if (window.medkartaPasskeys) return;
  window.medkartaPasskeys = true;

  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replaceAll("+", "-")
      .replaceAll("/", "_")
      .replaceAll("=", "");
  const bytes = (word) =>
    Uint8Array.from(atob(word.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
  const known = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

  async function create({ publicKey }) {
    const made = await navigator.credentials.create({
      publicKey: {
        ...publicKey,
        challenge: bytes(publicKey.challenge),
        user: { ...publicKey.user, id: bytes(publicKey.user.id) },
        excludeCredentials: known(publicKey.excludeCredentials),
      },
    });
    return answer(made, {
      clientDataJSON: text(made.response.clientDataJSON),
      attestationObject: text(made.response.attestationObject),
    });
  }

  async function get({ publicKey }) {
    const given = await navigator.credentials.get({
      publicKey: {
        ...publicKey,
        challenge: bytes(publicKey.challenge),
        allowCredentials: known(publicKey.allowCredentials),
      },
    });
    const { userHandle } = given.response;
    return answer(given, {
      clientDataJSON: text(given.response.clientDataJSON),
      authenticatorData: text(given.response.authenticatorData),
      signature: text(given.response.signature),
      ...(userHandle ? { userHandle: text(userHandle) } : {}),
    });
  }

  function answer(credential, response) {
    const id = text(credential.rawId);
    const clientExtensionResults = credential.getClientExtensionResults();
    return { id, rawId: id, type: credential.type, response, clientExtensionResults };
  }

  async function asked(button, form) {
    const { options, optionsUrl, deedUrl, act, subject } = button.dataset;
    if (options) return JSON.parse(options);
    const wish = { headers: { Accept: "application/json" }, cache: "no-store" };
    if (deedUrl) {
      wish.method = "POST";
      wish.body = new URLSearchParams({ act, subject });
      wish.headers["X-CSRFToken"] = form.elements.csrfmiddlewaretoken.value;
    }
    const response = await fetch(deedUrl || optionsUrl, wish);
    if (!response.ok) throw new Error("no options");
    return (await response.json()).request_options;
  }

  function say(form, words) {
    const state = form.querySelector("[data-form-state]");
    if (!state) return;
    state.replaceChildren();
    if (!words) return;
    const box = document.createElement("div");
    box.className = "notice notice--warn";
    const body = document.createElement("p");
    body.className = "notice__body";
    body.textContent = words;
    box.append(body);
    state.append(box);
  }

  function trouble(error, words) {
    if (error.name === "InvalidStateError") return words.known;
    if (error.name === "SecurityError") return words.elsewhere;
    return error.name === "NotAllowedError" ? words.refused : words.failed;
  }

  /* All but the code, which the passkey stands for. */
  function filledIn(form, button) {
    const asked = [...form.elements].filter((one) => !(button.dataset.deedUrl && one.name === "code"));
    return asked.every((one) => one.reportValidity());
  }

  async function press(button) {
    const { form } = button;
    if (form.dataset.busy || !filledIn(form, button)) return;
    say(form, "");
    button.setAttribute("aria-disabled", "true");
    try {
      const kind = button.dataset.passkey === "create" ? create : get;
      const given = await kind(await asked(button, form));
      form.elements[button.dataset.field].value = JSON.stringify(given);
      form.requestSubmit();
    } catch (error) {
      say(form, trouble(error, button.dataset));
    } finally {
      button.removeAttribute("aria-disabled");
    }
  }

  function begin() {
    if (!window.PublicKeyCredential) return;
    for (const button of document.querySelectorAll("[data-passkey]")) {
      button.hidden = false;
      button.addEventListener("click", () => press(button));
    }
    for (const note of document.querySelectorAll("[data-passkey-missing]")) note.hidden = true;
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
})();
