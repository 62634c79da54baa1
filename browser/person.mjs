// A person at a browser: opens pages, types, presses, and looks at what the page says.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { chromium } from "playwright-core";
import { isFirst, world } from "./world.mjs";

const require = createRequire(import.meta.url);
const AXE = readFileSync(require.resolve("axe-core"), "utf8");
const JAPANESE = JSON.parse(readFileSync(require.resolve("axe-core/locales/ja.json"), "utf8"));

/// Of the office that everybody shares.
const SETTLED_PASSWORD = "sakura sakura sakura";

/// How often somebody looks before giving up, and for how many milliseconds in between.
const LOOKS = 300;
const BETWEEN_LOOKS = 100;

// The promise, not the browser: two who ask at once wait for the same one.
let browser;
/// The browser of this process.
export async function started() {
  browser ??= chromium.launch({
    executablePath: world.chromium,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync"],
  });
  return await browser;
}

export async function ended() {
  await (await browser)?.close();
  browser = undefined;
}

export class Person {
  /// Sits down at a browser of their own; `options` as Playwright's contexts have them.
  static async sitsDown(options = {}) {
    const context = await (await started()).newContext({
      // The platform's own authority, which no browser knows.
      ignoreHTTPSErrors: true, locale: "ja-JP", timezoneId: "Asia/Tokyo", baseURL: world.site,
      viewport: { width: 1366, height: 768 }, ...options,
    });
    const page = await context.newPage();
    const person = new Person(context, page);
    // What the console says is a defect: a broken policy, a missing file, a script that fails.
    page.on("console", (message) => {
      if (message.type() === "error" && !/status of 4\d\d/.test(message.text())) person.complaints.push(message.text());
    });
    page.on("pageerror", (error) => person.complaints.push(String(error)));
    return person;
  }

  /// One of the office that has everything, logged in.
  static async settled(options = {}) {
    const person = await Person.sitsDown(options);
    const { number, user_id, password } = world.settled;
    // Whoever comes first changes the letter's password; the others know the new one.
    if (isFirst(number)) {
      await person.logsIn(user_id, password);
      await person.changes({ ...world.settled }, SETTLED_PASSWORD);
    } else {
      await person.logsIn(user_id, SETTLED_PASSWORD);
    }
    await person.stands("/");
    return person;
  }

  constructor(context, page) {
    this.context = context;
    this.page = page;
    this.complaints = [];
  }

  async open(path) {
    return await this.page.goto(path);
  }

  async types(label, text) {
    await this.page.getByLabel(label, { exact: false }).first().fill(text);
  }

  async presses(name) {
    await this.page.getByRole("button", { name }).first().click();
    await this.page.waitForLoadState();
  }

  async follows(name) {
    await this.page.getByRole("link", { name }).first().click();
    await this.page.waitForLoadState();
  }

  /// Looks until the page says all of it: what a click leads to may still be on its way.
  async sees(...words) {
    let text, missing;
    for (let turn = 0; turn < LOOKS; turn++) {
      text = await this.page.locator("body").innerText();
      missing = words.find((word) => !text.includes(word));
      if (missing === undefined) return;
      await this.page.waitForTimeout(BETWEEN_LOOKS);
    }
    assert.fail(`${this.page.url()} does not say ${missing}:\n${text}`);
  }

  /// Opens a page again and again until it says all of it: what comes over the platform is seen by whoever looks again.
  async finds(path, ...words) {
    await this.looksUntil(path, async () => {
      const text = await this.page.locator("body").innerText();
      return words.every((word) => text.includes(word)) ? undefined : `${words.join("、")} in:\n${text}`;
    });
  }

  /// Opens a page again and again until nothing is missing any more; `missing` says what still is.
  async looksUntil(path, missing) {
    let what;
    for (let turn = 0; turn < LOOKS; turn++) {
      await this.open(path);
      what = await missing();
      if (what === undefined) return;
      await this.page.waitForTimeout(BETWEEN_LOOKS);
    }
    assert.fail(`${this.page.url()} still misses ${what}`);
  }

  async stands(path) {
    for (let turn = 0; turn < LOOKS && new URL(this.page.url()).pathname !== path; turn++) {
      await this.page.waitForTimeout(BETWEEN_LOOKS);
    }
    assert.equal(new URL(this.page.url()).pathname, path);
  }

  async title() {
    return await this.page.locator("h1").innerText();
  }

  async logsIn(userId, password) {
    await this.open("/login");
    await this.types("ユーザID", userId);
    await this.page.getByLabel("パスワード", { exact: false }).first().fill(password);
    await this.presses("ログインする");
  }

  /// From the letter to a password of one's own.
  async begins(office) {
    await this.logsIn(office.user_id, office.password);
    await this.stands("/password");
    await this.changes(office, `${office.number} sakura sakura`);
  }

  async changes(office, password) {
    await this.page.locator("#present").fill(office.password);
    await this.page.locator("#new").fill(password);
    await this.page.locator("#again").fill(password);
    await this.presses("パスワードを変更する");
    office.password = password;
  }

  /// From the application to the licence.
  async applies() {
    await this.open("/licence/apply");
    await this.presses("利用規約へ進む");
    while (await this.page.getByRole("link", { name: "次のページへ" }).count() > 0) await this.follows("次のページへ");
    await this.scrollsToTheEnd();
    await this.presses("利用規約に同意する");
    await this.sees("利用申請が正常に完了しております。");
  }

  async scrollsToTheEnd() {
    // On a telephone the page scrolls, on a desk the region.
    await this.page.locator(".terms").evaluate((region) => region.lastElementChild.scrollIntoView());
    await this.page.locator("#agree:not([aria-disabled])").waitFor();
  }

  /// What axe-core finds that hurts people, as sentences.
  async barriers() {
    // A change of the colour scheme fades in; half-way through it no colour is the page's.
    await this.page.evaluate(() => Promise.allSettled(document.getAnimations().map((it) => it.finished)));
    await this.page.evaluate(AXE);
    const found = await this.page.evaluate(async (locale) => {
      window.axe.configure({ locale });
      return await window.axe.run(document, { resultTypes: ["violations"] });
    }, JAPANESE);
    const serious = found.violations.filter((it) => ["serious", "critical"].includes(it.impact));
    const barriers = serious.flatMap((it) => it.nodes.map((node) => `${it.id}: ${it.help} ${node.target}`));
    // A part that was escaped once too often.
    const markup = (await this.page.locator("body").innerText()).match(/<\/?(a|br|div|h[1-6]|li|p|span|strong|ul)[\s>].*/);
    return markup ? [...barriers, `markup is shown as text: ${markup[0]}`] : barriers;
  }

  /// What the Tab key does not reach, and what does not show that it was reached.
  async unreachable() {
    const faults = [];
    const wanted = await this.page.evaluate(() => {
      const all = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")];
      // Of a group of radio buttons the key reaches one; the arrows go on from it.
      const groups = new Set();
      const stops = all.filter((it) => {
        if (!it.checkVisibility({ checkVisibilityCSS: true }) || it.disabled || it.tabIndex < 0) return false;
        if (it.type !== "radio") return true;
        const isFirst = !groups.has(it.name);
        groups.add(it.name);
        return isFirst;
      });
      return stops.length;
    });
    const reached = new Set();
    // A date has stops of its own: year, month, day, and the calendar.
    const inDates = 4 * await this.page.locator("input[type=date]").count();
    for (let n = 0; n < wanted + inDates + 5; n++) {
      await this.page.keyboard.press("Tab");
      const seen = await this.page.evaluate(() => {
        const element = document.activeElement;
        if (!element || element === document.body) return null;
        element.dataset.stop ??= String(document.querySelectorAll("[data-stop]").length);
        const style = getComputedStyle(element);
        const shown = (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== "none";
        return { stop: element.dataset.stop, at: `${element.tagName} ${element.name || element.textContent.trim()}`, shown };
      });
      if (!seen) break;
      if (!seen.shown) faults.push(`one does not see the focus on ${seen.at}`);
      reached.add(seen.stop);
    }
    if (reached.size < wanted) faults.push(`${reached.size} of ${wanted} are reached`);
    return faults;
  }

  async leaves() {
    await this.context.close();
    assert.deepEqual(this.complaints, [], "the browser's console");
  }
}
