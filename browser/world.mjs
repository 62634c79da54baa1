// The world that `cargo xtask browser` has made: a platform with its site, invented offices with their letters, a folder of mails.
import { execFileSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync } from "node:fs";
import path from "node:path";

export const world = JSON.parse(readFileSync(process.env.CAREPLAN_WORLD, "utf8"));

/// An office that no other journey uses, of this file or another, with what stands in its letter.
export function office() {
  const found = world.offices.find((it) => isFirst(it.number));
  if (!found) throw new Error("the world has too few offices");
  return { ...found };
}

/// Whether nobody came to this office before. Files run as processes of their own: who makes the folder is the first.
export function isFirst(number) {
  try {
    mkdirSync(path.join(path.dirname(process.env.CAREPLAN_WORLD), `taken-${number}`));
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    return false;
  }
}

/// A command of the operators.
export function admin(...args) {
  return execFileSync(world.platform, ["admin", ...args, "--config", world.settings], { encoding: "utf8" });
}

/// The newest mail to an address, once there is one that is not among `known`.
export async function mail(to, known = new Set()) {
  for (let turn = 0; turn < 300; turn++) {
    const found = mails(to).filter((it) => !known.has(it.file));
    if (found.length > 0) return found.at(-1);
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error("no mail came");
}

export function known(to) {
  return new Set(mails(to).map((it) => it.file));
}

function mails(to) {
  // The first mail makes the folder.
  if (!existsSync(world.mails)) return [];
  const files = readdirSync(world.mails).filter((name) => name.endsWith(".eml")).sort();
  const all = files.map((file) => ({ file, text: decoded(readFileSync(path.join(world.mails, file), "utf8")) }));
  return all.filter((it) => it.text.includes(to));
}

/// The text of a mail, whichever way it was encoded.
function decoded(raw) {
  const [head, ...rest] = raw.split(/\r?\n\r?\n/);
  let body = rest.join("\n\n");
  if (/content-transfer-encoding:\s*base64/i.test(head)) {
    body = Buffer.from(body.replace(/\s/g, ""), "base64").toString("utf8");
  } else if (/content-transfer-encoding:\s*quoted-printable/i.test(head)) {
    const bytes = body.replace(/=\r?\n/g, "").replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
    body = Buffer.from(bytes, "latin1").toString("utf8");
  }
  return `${head}\n\n${body}`;
}

/// The one-time link in a mail, as a path of the site.
export function link(text) {
  const found = text.match(/https:\/\/[^\s]+(\/mail-link\/[^\s]+)/);
  if (!found) throw new Error("the mail has no link");
  return found[1];
}

/// The code that an authenticator shows for a secret (RFC 6238), `later` steps from now.
export function totp(secret, later = 0) {
  const bits = [...secret.replace(/\s/g, "")].map((letter) =>
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30000) + later));
  const tag = createHmac("sha1", key).update(counter).digest();
  const number = tag.readUInt32BE(tag[19] & 15) & 0x7fffffff;
  return String(number % 1000000).padStart(6, "0");
}
