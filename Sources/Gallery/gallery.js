/* Rushes gallery */
"use strict";
(() => {
  const grid = document.getElementById("grid");
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  document.documentElement.classList.add("js");

  // Times as the reader's own clock and language have them.
  const dress = (article) => {
    for (const time of article.querySelectorAll("time:not([title])")) {
      const date = new Date(time.dateTime);
      if (isNaN(date)) continue;
      time.title = time.textContent;
      time.textContent = date.toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
    }
    return article;
  };
  for (const article of grid.children) dress(article);

  // A picture moves while a mouse rests on it or a key has led to it.
  const move = (target, isWanted) => {
    const link = target instanceof Element ? target.closest(".still[data-preview]") : null;
    const picture = link && link.querySelector("img");
    if (!picture) return;
    if (!picture.dataset.poster) picture.dataset.poster = picture.getAttribute("src");
    const wanted = isWanted && !calm.matches ? link.dataset.preview : picture.dataset.poster;
    if (picture.getAttribute("src") !== wanted) picture.setAttribute("src", wanted);
  };
  grid.addEventListener("pointerover", (event) => { if (event.pointerType === "mouse") move(event.target, true); });
  grid.addEventListener("pointerout", (event) => { if (event.pointerType === "mouse") move(event.target, false); });
  grid.addEventListener("focusin", (event) => move(event.target, true));
  grid.addEventListener("focusout", (event) => move(event.target, false));

  // The player: one dialog, made when it is first asked for.
  const make = (name, properties, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  };
  let dialog, stage, caption, shown;
  const show = (link) => {
    shown = link;
    const isFilm = link.dataset.kind === "video";
    const words = link.closest("article").querySelector(".prompt");
    const name = link.closest("article").querySelector("h2").textContent;
    const view = isFilm
      ? make("video", { src: link.href, controls: true, loop: true, playsInline: true, autoplay: true })
      : make("img", { src: link.href, alt: words ? words.textContent : name });
    if (isFilm) view.setAttribute("aria-label", name);
    stage.replaceChildren(view);
    caption.textContent = words ? name + ": " + words.textContent : name;
  };
  const step = (by) => {
    const links = [...grid.querySelectorAll("[data-kind]")];
    const next = links[links.indexOf(shown) + by];
    if (next) show(next);
  };
  const open = (link) => {
    if (!dialog) {
      stage = make("div", { className: "stage" });
      caption = make("p", { dir: "auto" });
      const button = (text, action) => make("button", { type: "button", textContent: text, onclick: action });
      dialog = make("dialog", {}, stage, make("div", { className: "bar" }, caption,
        button("Newer", () => step(-1)), button("Older", () => step(1)), button("Close", () => dialog.close())));
      dialog.setAttribute("aria-label", "Player");
      dialog.addEventListener("close", () => stage.replaceChildren());
      dialog.addEventListener("keydown", (event) => {
        if (event.target.tagName === "VIDEO") return;
        if (event.key === "ArrowRight") step(1);
        if (event.key === "ArrowLeft") step(-1);
      });
      document.body.append(dialog);
    }
    show(link);
    dialog.showModal();
  };

  const copy = async (button) => {
    const text = button.closest("article").querySelector("pre").textContent;
    let isCopied = true;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // No clipboard where the page is neither a file nor served safely.
      const field = make("textarea", { value: text });
      button.after(field);
      field.select();
      isCopied = document.execCommand("copy");
      field.remove();
      button.focus();
    }
    const note = document.getElementById("note");
    note.textContent = "";
    const words = isCopied ? "Copied" : "Select it below";
    if (!isCopied) button.closest("article").querySelector("details").open = true;
    const label = button.firstChild;
    label.textContent = words;
    note.textContent = words;
    setTimeout(() => { label.textContent = "Copy as request"; }, 2000);
  };

  grid.addEventListener("click", (event) => {
    const button = event.target.closest("button.copy");
    if (button) return void copy(button);
    const link = event.target.closest("[data-kind]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open(link);
  });

  // The filter: over all pages, each of which is a script beside this one, because a page that was
  // opened as a file may fetch nothing.
  const form = document.getElementById("filter");
  if (!form) return;
  form.hidden = false;
  const count = document.getElementById("count");
  const pager = document.getElementById("pager");
  const more = document.getElementById("more");
  const newest = [...grid.children];
  const pages = Number(form.dataset.pages);
  const loaded = new Map();
  let matches = [];

  globalThis.rushesPage = (number, html) => {
    const template = document.createElement("template");
    template.innerHTML = html;
    loaded.set(number, [...template.content.children]);
  };
  const load = (number) => new Promise((resolve) => {
    if (loaded.has(number)) return resolve();
    const script = document.createElement("script");
    // A page that a sync tool has not brought yet is passed over.
    script.onload = script.onerror = () => { script.remove(); resolve(); };
    script.src = `gallery/page-${number}.js`;
    document.head.append(script);
  });

  const words = new WeakMap();
  const wordsOf = (article) => {
    if (!words.has(article)) {
      const parts = article.querySelectorAll("h2, .where, .prompt, .facts, .reason, dl");
      words.set(article, [...parts].map((part) => part.textContent).join("\n").toLowerCase());
    }
    return words.get(article);
  };
  const isWanted = (article, wanted) =>
    (!wanted.mode || article.dataset.mode === wanted.mode)
    && (!wanted.state || article.dataset.state === wanted.state)
    && (!wanted.folder || article.dataset.folder === wanted.folder
      || article.dataset.folder.startsWith(wanted.folder + "/"))
    && wanted.words.every((word) => wordsOf(article).includes(word));

  const showMore = () => {
    const some = matches.slice(grid.children.length, grid.children.length + 60);
    for (const article of some) grid.append(dress(document.adoptNode(article)));
    more.hidden = grid.children.length >= matches.length;
  };
  let turn = 0;
  const filter = async () => {
    const mine = ++turn;
    const fields = form.elements;
    const wanted = {
      words: fields.words.value.toLowerCase().split(/\s+/).filter(Boolean),
      folder: fields.folder.value, mode: fields.mode.value, state: fields.state.value,
    };
    const isOff = !wanted.words.length && !wanted.folder && !wanted.mode && !wanted.state;
    form.querySelector("[type=reset]").hidden = isOff;
    if (isOff) {
      matches = newest;
      grid.replaceChildren(...newest);
      [pager.hidden, more.hidden, count.textContent] = [false, true, ""];
      return;
    }
    pager.hidden = true;
    matches = newest.filter((article) => isWanted(article, wanted));
    grid.replaceChildren();
    showMore();
    for (let number = pages; number > 0; number--) {
      if (!loaded.has(number)) count.textContent = `${matches.length} found, searching …`;
      await load(number);
      if (mine !== turn) return;
      const found = (loaded.get(number) || []).filter((article) => isWanted(article, wanted));
      const isShort = grid.children.length < 60;
      matches = matches.concat(found);
      if (isShort) showMore();
    }
    more.hidden = grid.children.length >= matches.length;
    count.textContent = matches.length === 1 ? "1 result" : `${matches.length} results`;
  };
  let pause;
  form.addEventListener("input", () => { clearTimeout(pause); pause = setTimeout(filter, 150); });
  form.addEventListener("submit", (event) => { event.preventDefault(); filter(); });
  form.addEventListener("reset", () => setTimeout(filter));
  more.addEventListener("click", showMore);
  // A browser that goes back to the page fills the fields in again.
  filter();
})();
