// 事業所内での共有: another PC of the office opens the screens over TLS, with the certificate that the page gives away.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { request } from "node:https";
import { createServer } from "node:net";
import { after, test } from "node:test";
import { manager } from "../clerk.mjs";
import { alone } from "../client.mjs";
import { ended } from "../person.mjs";

after(ended);

/// A port that nobody has.
async function freePort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

/// The certificate as a device installs it.
const pem = (der) => `-----BEGIN CERTIFICATE-----\n${der.toString("base64").match(/.{1,64}/g).join("\n")}\n-----END CERTIFICATE-----\n`;

/// What a device that trusts `ca` gets for the log-in page under a name, or why it does not trust.
const asked = (port, { ca, name = "127.0.0.1", host = name }) => new Promise((done) => {
  const to = { host: "127.0.0.1", port, path: "/login", ca, servername: name === "127.0.0.1" ? undefined : name };
  const sent = request({ ...to, headers: { host: `${host}:${port}` } }, (answer) => {
    let text = "";
    answer.setEncoding("utf8").on("data", (more) => { text += more; }).on("end", () => done({ status: answer.statusCode, text }));
  });
  sent.on("error", (error) => done({ refused: error.code })).end();
});

/// The page of a manager that shares, once it shares.
async function shares(boss, port) {
  await boss.open("/settings/lan");
  await boss.sees("いまは、このパソコンだけで使っています。");
  await boss.types("ポート番号", String(port));
  await boss.types("追加する名前・IPアドレス", "127.0.0.1");
  await boss.presses("共有を始める");
  await boss.sees("共有を始めました。次に、使う機器に証明書を入れてください。", "機器に証明書を入れる", "信頼されたルート証明機関");
  await boss.finds("/settings/lan", `https://127.0.0.1:${port}`);
}

/// The certificate that the page gives away, with what the page says of it.
async function installs(boss) {
  const coming = boss.page.waitForEvent("download");
  await boss.page.getByRole("link", { name: "証明書（careplan-ca.crt）を保存する" }).click();
  const download = await coming;
  assert.equal(download.suggestedFilename(), "careplan-ca.crt");
  return pem(readFileSync(await download.path()));
}

test("another PC comes in over TLS with the certificate of this one, under its names only, until sharing ends", async () => {
  const [client, port] = [alone(), await freePort()];
  await client.starts();
  const boss = await manager(client.screens());
  await shares(boss, port);
  const ca = await installs(boss);

  // A device without the certificate warns; with it the same address is trusted, and no other name is answered to.
  assert.deepEqual(await asked(port, {}), { refused: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" });
  const page = await asked(port, { ca });
  assert.equal(page.status, 200);
  assert.match(page.text, /<h1>ログイン<\/h1>/);
  assert.deepEqual(await asked(port, { ca, name: "careplan.example" }), { refused: "ERR_TLS_CERT_ALTNAME_INVALID" });
  const foreign = await asked(port, { ca, name: "localhost", host: "careplan.example" });
  assert.equal(foreign.status, 421);
  assert.match(foreign.text, /このアドレスでは開けません/);

  // The other PC's browser: what was just verified is not verified again, for this one reads the system's list.
  const other = await manager(`https://127.0.0.1:${port}/login`);
  await other.sees("今日の仕事", "山田 花子");
  assert.ok((await other.context.cookies()).every((cookie) => cookie.secure && cookie.httpOnly));
  await other.follows("受信");
  await other.stands("/received");
  await other.open("/settings/lan");
  await other.sees(`https://127.0.0.1:${port}`);

  await boss.open("/settings/lan");
  await boss.presses("共有をやめる");
  await boss.sees("共有をやめました。ほかの機器からは、もう開けません。");
  // It closes within moments.
  await boss.looksUntil("/settings/lan", async () => {
    const { refused } = await asked(port, { ca });
    return refused === "ECONNREFUSED" ? undefined : "that nobody comes in any more";
  });
  await other.leaves();
  await boss.leaves();
  await client.stops();
});
