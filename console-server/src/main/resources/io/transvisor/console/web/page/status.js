// The status feed: header, lamps, and the engine panel, which shows whatever counters there are.
import { socketUrl } from "./api.js";

const LEDS = [["Num", 2], ["Caps", 4], ["Scroll", 1]];
/** What the vCPU thread does, in the order of the bar; there are as many colours. */
const TIME = ["guest.kernel", "guest.user", "translator", "callouts", "devices", "monitor", "idle"];
const HISTORY = 120;
const INSTRUCTIONS = /^cpu\d+\.instructions$/;
const $ = (id) => document.getElementById(id);

export function compact(value) {
  const size = Math.abs(value);
  for (const [limit, suffix] of [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e4, "k"]]) {
    if (size >= limit) {
      return (value / (suffix === "k" ? 1e3 : limit)).toFixed(1) + suffix;
    }
  }
  return String(Math.round(value));
}

function duration(seconds) {
  const [h, m, s] = [seconds / 3600, (seconds / 60) % 60, seconds % 60].map(Math.floor);
  return h ? `${h}:${String(m).padStart(2, "0")}:${String(s).padStart(2, "0")}` : `${m}:${String(s).padStart(2, "0")}`;
}

export class StatusFeed extends EventTarget {
  #last = null;
  #speeds = [];

  constructor() {
    super();
    this.#connect();
  }

  #connect() {
    const socket = new WebSocket(socketUrl("status"));
    socket.onmessage = (event) => this.#show(JSON.parse(event.data));
    socket.onclose = () => {
      this.#last = null;
      $("state").textContent = "not connected";
      $("state").className = "pill lost";
      setTimeout(() => this.#connect(), 2000);
    };
  }

  #show(now) {
    const last = this.#last;
    this.#last = now;
    const seconds = last ? now.time - last.time : 0;
    const rate = (name) => (seconds > 0 && name in last.counters ? (now.counters[name] - last.counters[name]) / seconds : 0);
    $("state").textContent = now.state;
    $("state").className = `pill ${now.state}`;
    $("uptime").textContent = duration(now.uptime);
    const instructions = Object.keys(now.counters).filter((name) => INSTRUCTIONS.test(name));
    const mips = instructions.reduce((sum, name) => sum + rate(name), 0) / 1e6;
    $("mips").textContent = `${mips.toFixed(mips < 10 ? 1 : 0)} MIPS`;
    this.#lamps(now, rate);
    this.#leds(now.keyboardLights);
    this.#speeds.push(mips);
    this.#speeds = this.#speeds.slice(-HISTORY);
    if (!$("engine").hidden) {
      this.#engine(now, mips, rate);
    }
    this.dispatchEvent(new CustomEvent("status", { detail: now }));
  }

  #lamps(now, rate) {
    const box = $("lamps");
    const names = [...now.drives.map((drive) => `block.${drive.name}`), ...this.#networks(now)];
    if (box.childElementCount !== names.length) {
      box.replaceChildren(...names.map((name) => {
        const lamp = document.createElement("i");
        lamp.textContent = name.replace(/^block\./, "").replace(/^floppy(\d)/, "fd$1").replace(/^ide\d-/, "");
        lamp.title = name;
        return lamp;
      }));
    }
    names.forEach((name, i) => {
      const read = rate(`${name}.read.operations`) + rate(`${name}.receive.packets`) > 0;
      const written = rate(`${name}.write.operations`) + rate(`${name}.transmit.packets`) > 0;
      box.children[i].className = written ? "write" : read ? "read" : "";
    });
  }

  #networks(now) {
    return Object.keys(now.counters).filter((n) => n.endsWith(".receive.packets")).map((n) => n.replace(/\.receive\.packets$/, ""));
  }

  #leds(lights) {
    $("leds").replaceChildren(...LEDS.map(([label, bit]) => {
      const led = document.createElement("i");
      led.textContent = label;
      led.className = lights & bit ? "on" : "";
      return led;
    }));
  }

  #engine(now, mips, rate) {
    $("speed").textContent = mips.toFixed(1);
    const top = Math.max(...this.#speeds, 1);
    const points = this.#speeds.map((v, i) => `${(240 * (i + HISTORY - this.#speeds.length)) / (HISTORY - 1)} ${54 - (50 * v) / top}`);
    $("spark").querySelector(".line").setAttribute("d", `M${points.join("L")}`);
    const left = points[0].split(" ")[0];
    $("spark").querySelector(".area").setAttribute("d", `M${points.join("L")}L240 56L${left} 56Z`);
    this.#time(now, rate);
    this.#counters(now, rate);
  }

  /** Where the time of the vCPU thread went since the last message. */
  #time(now, rate) {
    const all = TIME.filter((part) => `time.${part}.ns` in now.counters).map((part) => [part.replace(".", " "), Math.min(1, rate(`time.${part}.ns`) / 1e9)]);
    $("time-section").hidden = all.length === 0;
    $("time").replaceChildren(...all.map(([, share], i) => {
      const bar = document.createElement("span");
      bar.className = `c${i + 1}`;
      bar.style.width = `${share * 100}%`;
      return bar;
    }));
    $("time-legend").replaceChildren(...all.map(([name, share], i) => {
      const item = document.createElement("li");
      const [label, value] = [document.createElement("span"), document.createElement("span")];
      label.textContent = name;
      label.className = `c${i + 1}`;
      value.textContent = `${(share * 100).toFixed(1)} %`;
      item.append(label, value);
      return item;
    }));
  }

  #counters(now, rate) {
    const groups = new Map();
    const names = Object.keys(now.counters).filter((n) => !n.endsWith(".ns"));
    // The engine first; drives, which have lamps, last.
    const rank = (name) => (name.startsWith("cpu") ? 0 : name.startsWith("block.") ? 2 : 1);
    for (const name of names.toSorted((a, b) => rank(a) - rank(b))) {
      const parts = name.split(".");
      const size = parts.length > 2 && (parts[0] === "block" || parts[0].startsWith("cpu")) ? 2 : 1;
      const group = parts.slice(0, size).join(" ");
      groups.set(group, [...(groups.get(group) ?? []), [parts.slice(size).join(" "), name]]);
    }
    $("counters").replaceChildren(...[...groups].map(([group, rows]) => {
      const table = document.createElement("table");
      table.createCaption().textContent = group;
      for (const [label, name] of rows) {
        const row = table.insertRow();
        row.insertCell().textContent = label;
        row.insertCell().textContent = `${compact(rate(name))}/s`;
        row.insertCell().textContent = compact(now.counters[name]);
      }
      return table;
    }));
  }
}
