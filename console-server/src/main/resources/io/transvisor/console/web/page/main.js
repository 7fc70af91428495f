// The page: logs in, then puts screen, status and menus to work.
import { confirmed, get, getBlob, logIn, notice, post } from "./api.js";
import { keyMenu, pasteSheet, touchKeyboard } from "./keys.js";
import { GuestScreen } from "./screen.js";
import { StatusFeed } from "./status.js";

const $ = (id) => document.getElementById(id);

async function attempt(action) {
  try {
    await action();
  } catch (error) {
    notice(error.message);
  }
}

function powerMenu() {
  for (const button of document.querySelectorAll("#power [data-action]")) {
    button.addEventListener("click", () => attempt(async () => {
      $("power").hidePopover();
      if (!button.dataset.confirm || (await confirmed(button.dataset.confirm))) {
        await post("power", { action: button.dataset.action });
      }
    }));
  }
}

function driveRow(drive, images) {
  const row = document.createElement("div");
  row.className = "drive";
  const title = document.createElement("div");
  const name = document.createElement("b");
  name.textContent = drive.name;
  const medium = document.createElement("small");
  medium.textContent = ` ${drive.medium?.replace(/^.*\//, "") ?? (drive.trayOpen ? "tray open" : "empty")}${drive.locked ? " (locked by the guest)" : ""}`;
  title.append(name, medium);
  row.append(title);
  if (drive.removable) {
    const choice = document.createElement("select");
    choice.setAttribute("aria-label", `Image for ${drive.name}`);
    choice.append(...["Insert an image ...", ...images].map((text, i) => new Option(text, i ? text : "")));
    choice.disabled = images.length === 0;
    const change = async (body) => {
      await attempt(() => post("media", { drive: drive.name, ...body }));
      await showDrives();
    };
    choice.addEventListener("change", () => choice.value && change({ image: choice.value }));
    const eject = document.createElement("button");
    eject.textContent = "Eject";
    eject.disabled = !drive.medium;
    eject.addEventListener("click", () => change({ force: drive.locked }));
    const controls = document.createElement("div");
    controls.className = "row";
    controls.append(choice, eject);
    row.append(controls);
  }
  return row;
}

async function showDrives() {
  await attempt(async () => {
    const status = await get("status");
    const images = await get("media");
    $("drives").replaceChildren(...status.drives.map((drive) => driveRow(drive, images)));
  });
}

function download(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

function toggle(button, set) {
  button.addEventListener("click", () => {
    const on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(on));
    set(on);
  });
}

const session = await logIn();
const operator = session.access === "full";
for (const element of document.querySelectorAll(".operator")) {
  element.hidden = !operator;
}
const screen = new GuestScreen(!operator);
const feed = new StatusFeed();
feed.addEventListener("status", ({ detail }) => {
  document.querySelector("[data-action=pause]").hidden = detail.paused;
  document.querySelector("[data-action=continue]").hidden = !detail.paused;
});
keyMenu(screen);
pasteSheet(screen);
touchKeyboard(screen);
powerMenu();
$("media").addEventListener("toggle", (event) => event.newState === "open" && showDrives());
toggle($("fit"), (on) => screen.setFit(on));
toggle($("show-engine"), (on) => ($("engine").hidden = !on));
$("shot").addEventListener("click", () => attempt(async () => {
  const stamp = new Date().toISOString().slice(0, 19).replaceAll(":", "-");
  download(await getBlob("screenshot"), `${session.name}-${stamp}.png`);
}));
$("full").addEventListener("click", () => attempt(() => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen())));
