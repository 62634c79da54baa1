// Clients of offices that a journey starts and stops itself.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import path from "node:path";
import { isFirst, world } from "./world.mjs";

/// How often somebody looks whether a client has begun, and for how many milliseconds in between: a debug build on a busy machine.
const LOOKS = 600;
const BETWEEN_LOOKS = 100;

// None outlives its journey, however that ends.
const running = new Set();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));

/// Two offices that no other journey uses: one makes plans, the other gives services.
export function pair() {
  const found = first(world.pairs, (it) => it.planner.address);
  return { ...found, planner: new Client(found.planner), provider: new Client(found.provider) };
}

/// An office that no other journey uses, for what happens within it.
export function alone() {
  return new Client(first(world.alone, (it) => it.address));
}

function first(all, named) {
  const found = all.find((it) => isFirst(named(it)));
  if (!found) throw new Error("the world has too few clients that stand still");
  return found;
}

export class Client {
  constructor({ address, name, data }) {
    this.address = address;
    this.number = address.split("-")[0];
    this.name = name;
    this.data = data;
    this.log = `${data}.log`;
  }

  /// Starts it, and comes back once it sends and receives.
  async starts() {
    const log = openSync(this.log, "w");
    // Two clients on one PC have a port each.
    const told = ["run", "--data", this.data, "--listen", "0"];
    this.child = spawn(world.client, told, { stdio: ["ignore", log, log] });
    closeSync(log);
    running.add(this.child);
    for (let turn = 0; turn < LOOKS; turn++) {
      if (readFileSync(this.log, "utf8").includes("送受信を始めます")) return;
      if (this.child.exitCode !== null) break;
      await new Promise((done) => setTimeout(done, BETWEEN_LOOKS));
    }
    throw new Error(`the client of ${this.name} does not begin:\n${readFileSync(this.log, "utf8")}`);
  }

  /// Stops it in order.
  async stops() {
    const ended = once(this.child, "exit");
    this.child.kill("SIGTERM");
    const [code] = await ended;
    running.delete(this.child);
    if (code !== 0) throw new Error(`the client of ${this.name} ended with ${code}`);
  }

  /// Where its screens are; before there is an account, with the code that makes the first one.
  screens() {
    return this.tells("open", "--print").trim();
  }

  /// A command of the client on this office's data.
  tells(command, ...more) {
    return execFileSync(world.client, [command, "--data", this.data, ...more], {
      encoding: "utf8", stdio: ["ignore", "pipe", "pipe"],
    });
  }
}
