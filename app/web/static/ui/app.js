// What the pages need beyond plain links and forms. Everything hangs on attributes, nothing on a page's markup order;
// without this file every page still works.
(function () {
  "use strict";

  const words = document.getElementById("words");
  const word = (name) => (words && words.dataset[name]) || "";

  // Ask before a form, or the button that sends it, with data-ask: the text; data-verb: the word on the button.
  function ask(text, verb) {
    const box = document.getElementById("ask");
    if (!box || !box.showModal) return Promise.resolve(window.confirm(text));
    box.querySelector(".ask-body").textContent = text;
    const yes = box.querySelector("[data-verb]");
    yes.textContent = verb || yes.dataset.verb;
    box.returnValue = "";
    return new Promise((answer) => {
      box.onclose = () => answer(box.returnValue === "yes");
      box.showModal();
    });
  }

  // A form is sent once: a second click while the answer is on its way does nothing. A form whose answer is a file
  // leaves the page standing; it has data-again.
  function guard(event, form) {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
  }

  // Empty fields of a query stay out of the address.
  function dropEmpty(form) {
    const empty = Array.from(form.elements).filter((field) => field.name && field.value === "" && !field.disabled);
    empty.forEach((field) => { field.disabled = true; });
    setTimeout(() => empty.forEach((field) => { field.disabled = false; }));
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const button = event.submitter;
    const text = (button && button.dataset.ask) || form.dataset.ask;
    if (text && !form.dataset.sure) {
      event.preventDefault();
      event.stopPropagation();
      ask(text, (button && button.dataset.verb) || form.dataset.verb).then((yes) => {
        if (!yes) return;
        form.dataset.sure = "1";
        form.requestSubmit(button);
        delete form.dataset.sure;
      });
    } else if (form.method === "post" && !form.matches("[data-again]")) {
      guard(event, form);
    } else if (form.matches("[data-drop-empty]")) {
      dropEmpty(form);
    }
  }, true);

  // A page taken from the browser's memory may be sent again.
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => { delete form.dataset.sent; });
  });

  document.addEventListener("htmx:configRequest", (event) => {
    const token = document.querySelector("meta[name=csrf-token]");
    if (token && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token.content;
    if (!event.target.matches("[data-drop-empty]")) return;
    const values = event.detail.formData || event.detail.parameters;
    Array.from(new FormData(event.target).entries()).forEach(([name, value]) => {
      if (value === "") values.delete(name);
    });
  });

  // Say it where the page says things; a screen reader hears it.
  function say(text) {
    const place = document.getElementById("messages");
    if (!place || !text) return;
    const box = document.createElement("div");
    box.className = "notice notice-danger";
    box.setAttribute("role", "alert");
    box.appendChild(document.createElement("p")).textContent = text;
    place.replaceChildren(box);
  }

  document.addEventListener("htmx:responseError", (event) => {
    // A refused fetch (signed out meanwhile, no longer allowed) is best told by the page itself.
    const answer = event.detail.xhr;
    const told = (answer.getResponseHeader("Content-Type") || "").startsWith("text/plain") && answer.responseText;
    if (answer.status === 401) window.location.reload();
    else say(told || word("failed"));
  });
  document.addEventListener("htmx:sendError", () => say(word("failed")));

  function network() {
    const bar = document.getElementById("offline");
    if (!bar) return;
    bar.hidden = navigator.onLine;
    bar.textContent = navigator.onLine ? "" : word("offline");
  }
  window.addEventListener("online", network);
  window.addEventListener("offline", network);
  network();

  // Ticked rows: how many, and what can be done with them.
  function count(form) {
    const ticked = form.querySelectorAll("[name=rowid]:checked").length;
    const bar = form.querySelector(".batch");
    if (!bar) return;
    bar.hidden = ticked === 0;
    bar.querySelector("[data-count]").textContent = ticked;
  }

  function tick(form, on) {
    form.querySelectorAll("[name=rowid], [data-all]").forEach((box) => { box.checked = on; });
    count(form);
  }

  document.addEventListener("change", (event) => {
    const field = event.target;
    if (field.matches("[data-all]")) tick(field.form, field.checked);
    else if (field.name === "rowid") count(field.form);
    else if (field.matches("[data-send]")) field.form.requestSubmit();
    else if (field.matches("[data-go]")) window.location.assign(field.value);
    else if (field.dataset.column) remember(field.closest("[data-columns]"));
  });

  // Columns a person does not want to see, kept by this browser.
  function show(box) {
    const frame = box.closest("form");
    box.querySelectorAll("[data-column]").forEach((field) => {
      frame.querySelectorAll(`.grid [data-name="${field.dataset.column}"]`).forEach((cell) => {
        cell.hidden = !field.checked;
      });
    });
  }

  function remember(box) {
    const off = Array.from(box.querySelectorAll("[data-column]:not(:checked)"), (field) => field.dataset.column);
    localStorage.setItem(`columns:${box.dataset.columns}`, off.join(" "));
    show(box);
  }

  function recall() {
    document.querySelectorAll("[data-columns]").forEach((box) => {
      const off = (localStorage.getItem(`columns:${box.dataset.columns}`) || "").split(" ");
      box.querySelectorAll("[data-column]").forEach((field) => { field.checked = !off.includes(field.dataset.column); });
      show(box);
    });
  }
  recall();
  document.addEventListener("htmx:afterSwap", recall);

  // How many to-dos wait: asked once the page is shown. Whoever leaves the page meanwhile, or is offline, misses nothing.
  async function bell(place) {
    try {
      const answer = await fetch(place.dataset.countHref);
      if (answer.ok && !answer.redirected) place.textContent = (await answer.text()).trim();
    } catch { /* the bell stays without a number */ }
  }
  document.querySelectorAll("[data-count-href]").forEach(bell);

  // A branch of the tree: fetched the first time, then only shown and hidden.
  function turn(link) {
    const branch = document.getElementById(link.dataset.branch);
    const open = link.getAttribute("aria-expanded") !== "true";
    if (open && !branch.children.length) window.htmx.trigger(link, "branch");
    link.setAttribute("aria-expanded", String(open));
    branch.hidden = !open;
  }

  function largeText(button) {
    const large = document.documentElement.classList.toggle("large");
    document.querySelectorAll("[data-large-text]").forEach((each) => each.setAttribute("aria-pressed", String(large)));
    document.cookie = `text=${large ? "large" : "usual"}; path=/; max-age=31536000; samesite=lax`;
    button.focus();
  }

  document.addEventListener("click", (event) => {
    const at = (selector) => event.target.closest(selector);
    const link = at("[data-branch]");
    if (link && window.htmx && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      turn(link);
    }
    if (at("[data-close]")) at(".notice").remove();
    if (at("[data-untick]")) tick(at("form"), false);
    if (at("[data-large-text]")) largeText(at("[data-large-text]"));
    if (at("[data-print]")) window.print();
  });
})();
