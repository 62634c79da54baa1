// What makes pages handier. Everything works without it: parts that need the script are hidden until it runs.
"use strict";
(() => {
  const all = (selector, act, root = document) => root.querySelectorAll(selector).forEach(act);
  const byId = (id) => document.getElementById(id);
  const say = (text) => {
    const live = byId("live");
    if (live && live.textContent !== text) live.textContent = text;
  };
  const asleep = (button) => button.getAttribute("aria-disabled") === "true";

  // A form goes once. The button keeps its value, so it is told to be disabled instead of being so.
  const release = (form) => {
    delete form.dataset.sent;
    all("button[data-sent]", (button) => {
      delete button.dataset.sent;
      button.removeAttribute("aria-disabled");
      if (button.dataset.idle) button.textContent = button.dataset.idle;
    }, form);
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const button = event.submitter;
    if (form.dataset.sent || (button && asleep(button))) {
      event.preventDefault();
      return;
    }
    if (form.method === "get" || !button) return;
    form.dataset.sent = button.dataset.sent = "yes";
    button.setAttribute("aria-disabled", "true");
    if (button.dataset.busy) {
      button.dataset.idle = button.textContent;
      button.textContent = button.dataset.busy;
      say(button.dataset.busy);
    }
    // No answer, or a file instead of a page: it may be tried again.
    setTimeout(release, 15000, form);
  });
  // The back button shows the page as it was left.
  addEventListener("pageshow", (event) => {
    if (event.persisted) all("form[data-sent]", release);
  });

  // The summary of errors is read first; its links put the cursor into the field.
  all("[data-focus]", (element) => element.focus());
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".errors a[href^='#']");
    const field = link && byId(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    field.focus();
    field.scrollIntoView({ block: "center" });
  });

  // A button that waits until a text was shown to its end, by whatever means it was scrolled.
  all("[data-read-to-end]", (region) => {
    const button = byId(region.dataset.readToEnd);
    if (!button) return;
    const end = region.appendChild(document.createElement("p"));
    end.textContent = "（以上）";
    button.setAttribute("aria-disabled", "true");
    const watch = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      watch.disconnect();
      button.removeAttribute("aria-disabled");
      say(region.dataset.endText || "最後まで表示しました。");
    });
    watch.observe(end);
  });

  // Parts for the script alone.
  all("[data-copy], [data-print], [data-reveal]", (element) => { element.hidden = false; });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy], [data-print]");
    if (!button) return;
    if ("print" in button.dataset) return print();
    const source = byId(button.dataset.copy);
    const text = source && (source.value || source.textContent).trim();
    const write = navigator.clipboard ? navigator.clipboard.writeText(text) : Promise.reject();
    write.then(
      () => say("コピーしました。"),
      () => {
        getSelection().selectAllChildren(source);
        say("コピーできませんでした。選ばれた文字を Ctrl と C でコピーしてください。");
      },
    );
  });
  document.addEventListener("change", (event) => {
    const box = event.target.closest("[data-reveal] input");
    const field = box && byId(box.closest("[data-reveal]").dataset.reveal);
    if (field) field.type = box.checked ? "text" : "password";
  });
  // A shown password is hidden again before it goes, or the browser keeps it among typed words.
  document.addEventListener("submit", (event) => {
    all("[data-reveal]", (part) => {
      const field = byId(part.dataset.reveal);
      if (field) field.type = "password";
    }, event.target);
  });

  // News on the desktop, once for all open pages, where this browser may.
  const mayTell = () => self.Notification?.permission === "granted" && localStorage.notices === "on";
  const tell = ({ notice, say: text }) => {
    if (!notice || document.hasFocus() || !mayTell() || localStorage.noticed === notice) return;
    localStorage.noticed = notice;
    try {
      new Notification(text, { tag: notice }).onclick = () => focus();
    } catch { /* Telephones know no notices of pages. */ }
  };
  all("[data-notices]", (part) => {
    if (!self.Notification) return;
    const button = part.querySelector("button");
    const draw = () => {
      const { start, stop, on, denied } = part.dataset;
      button.textContent = mayTell() ? stop : start;
      part.querySelector("p").textContent = mayTell() ? on : Notification.permission === "denied" ? denied : "";
    };
    button.addEventListener("click", async () => {
      localStorage.notices = mayTell() || await Notification.requestPermission() !== "granted" ? "off" : "on";
      draw();
    });
    part.hidden = false;
    draw();
  });

  // A part that asks how far a long action is. The answer is the part anew; without data-live it is the last.
  const follow = (part, wait) => setTimeout(async () => {
    let next = part;
    let slower = Math.min(wait * 2, 30000);
    try {
      const answer = await fetch(part.dataset.live, { headers: { accept: "text/html" } });
      if (answer.ok && !answer.redirected) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        next = page.body.firstElementChild || part;
        slower = 2000;
        if (next !== part) part.replaceWith(next);
        if (next.dataset.say) say(next.dataset.say);
        tell(next.dataset);
      }
    } catch { /* The line is away: ask again, more and more seldom. */ }
    if (next.dataset.live) follow(next, slower);
  }, wait);
  all("[data-live]", (part) => follow(part, 2000));
})();
