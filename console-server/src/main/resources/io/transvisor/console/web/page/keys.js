// Keys that browsers and systems keep for themselves, text typed key by key, and keys for touch screens.

const KEYSYM = {
  ControlLeft: 0xffe3, AltLeft: 0xffe9, AltRight: 0xffea, ShiftLeft: 0xffe1, MetaLeft: 0xffeb, ContextMenu: 0xff67,
  Delete: 0xffff, Backspace: 0xff08, Escape: 0xff1b, Tab: 0xff09, Enter: 0xff0d, Insert: 0xff63,
  Home: 0xff50, End: 0xff57, PageUp: 0xff55, PageDown: 0xff56,
  ArrowLeft: 0xff51, ArrowUp: 0xff52, ArrowRight: 0xff53, ArrowDown: 0xff54,
  PrintScreen: 0xff61, Pause: 0xff13, ScrollLock: 0xff14, NumLock: 0xff7f, CapsLock: 0xffe5,
};
for (let i = 1; i <= 12; i++) {
  KEYSYM[`F${i}`] = 0xffbd + i;
}

const MENU = [
  ["Ctrl-Alt-Del", "ControlLeft", "AltLeft", "Delete"], ["Ctrl-Alt-Bksp", "ControlLeft", "AltLeft", "Backspace"],
  ["Ctrl-Esc", "ControlLeft", "Escape"], ["Alt-Tab", "AltLeft", "Tab"], ["Alt-F4", "AltLeft", "F4"], ["Windows", "MetaLeft"],
  ["Menu", "ContextMenu"], ["Esc", "Escape"], ["Tab", "Tab"], ["Print Scrn", "PrintScreen"], ["Pause", "Pause"], ["Insert", "Insert"],
  ["Num Lock", "NumLock"], ["Scroll Lock", "ScrollLock"], ["Caps Lock", "CapsLock"],
  ...Array.from({ length: 12 }, (_, i) => [`F${i + 1}`, `F${i + 1}`]),
  ...Array.from({ length: 6 }, (_, i) => [`Ctrl-Alt-F${i + 1}`, "ControlLeft", "AltLeft", `F${i + 1}`]),
];

/** Presses keys one after the other and releases them in the opposite order. */
function stroke(screen, codes) {
  codes.forEach((code) => screen.key(KEYSYM[code], code, true));
  codes.toReversed().forEach((code) => screen.key(KEYSYM[code], code, false));
}

function keysymOf(character) {
  const code = character.codePointAt(0);
  switch (character) {
    case "\n": return KEYSYM.Enter;
    case "\t": return KEYSYM.Tab;
    default: return code < 0x100 ? code : 0x1000000 + code;
  }
}

/** Types one character by its meaning: the server knows where it is on the guest's keyboard. */
function type(screen, character) {
  const keysym = keysymOf(character);
  screen.key(keysym, null, true);
  screen.key(keysym, null, false);
}

export function keyMenu(screen) {
  const list = document.getElementById("key-list");
  for (const [label, ...codes] of MENU) {
    const button = document.createElement("button");
    button.textContent = label;
    button.addEventListener("click", () => {
      stroke(screen, codes);
      document.getElementById("keys").hidePopover();
      screen.focus();
    });
    list.append(button);
  }
}

/** A guest's keyboard buffer is short: no faster than somebody types very fast. */
const PAUSE_MILLIS = 25;

export function pasteSheet(screen) {
  const [sheet, text, go, stop, progress] =
    ["paste", "paste-text", "paste-go", "paste-stop", "paste-progress"].map((id) => document.getElementById(id));
  let running = false;
  stop.addEventListener("click", () => (running = false));
  go.addEventListener("click", async () => {
    const characters = [...text.value.replaceAll("\r\n", "\n")];
    running = true;
    progress.hidden = stop.hidden = false;
    go.disabled = true;
    for (let i = 0; i < characters.length && running; i++) {
      type(screen, characters[i]);
      progress.value = (i + 1) / characters.length;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLIS));
    }
    progress.hidden = stop.hidden = true;
    go.disabled = false;
    if (running) {
      text.value = "";
      sheet.hidePopover();
      screen.focus();
    }
    running = false;
  });
}

const TOUCH_ROW = [
  ["Esc", "Escape"], ["Tab", "Tab"], ["Ctrl", "ControlLeft"], ["Alt", "AltLeft"], ["Shift", "ShiftLeft"],
  ["\u2190", "ArrowLeft"], ["\u2191", "ArrowUp"], ["\u2193", "ArrowDown"], ["\u2192", "ArrowRight"], ["Del", "Delete"], ["Home", "Home"], ["End", "End"],
  ["PgUp", "PageUp"], ["PgDn", "PageDown"], ...Array.from({ length: 12 }, (_, i) => [`F${i + 1}`, `F${i + 1}`]),
];
const STICKY = new Set(["ControlLeft", "AltLeft", "ShiftLeft"]);

/** What a phone's keyboard writes goes to the guest, with a row of the keys that it lacks. */
export function touchKeyboard(screen) {
  const [row, input, toggle] = ["touch-keys", "touch-input", "touch"].map((id) => document.getElementById(id));
  const held = new Map();
  const release = () => {
    held.forEach((button, code) => {
      screen.key(KEYSYM[code], code, false);
      button.setAttribute("aria-pressed", "false");
    });
    held.clear();
  };
  for (const [label, code] of TOUCH_ROW) {
    const button = document.createElement("button");
    button.textContent = label;
    button.addEventListener("pointerdown", (event) => event.preventDefault());
    button.addEventListener("click", () => {
      if (!STICKY.has(code)) {
        stroke(screen, [code]);
        release();
      } else if (held.has(code)) {
        screen.key(KEYSYM[code], code, false);
        held.delete(code);
        button.setAttribute("aria-pressed", "false");
      } else {
        screen.key(KEYSYM[code], code, true);
        held.set(code, button);
        button.setAttribute("aria-pressed", "true");
      }
    });
    row.append(button);
  }
  // Phones tell of characters, not of keys; a little text to the left makes Backspace tell too.
  const PADDING = "_".repeat(20);
  const reset = () => {
    input.value = PADDING;
    input.setSelectionRange(PADDING.length, PADDING.length);
  };
  input.addEventListener("input", (event) => {
    if (event.isComposing) {
      return;
    }
    const typed = input.value;
    let common = 0;
    while (common < PADDING.length && typed[common] === PADDING[common]) {
      common++;
    }
    for (let i = common; i < PADDING.length; i++) {
      stroke(screen, ["Backspace"]);
    }
    [...typed.slice(common)].forEach((character) => type(screen, character));
    reset();
    release();
  });
  input.addEventListener("keydown", (event) => {
    if (KEYSYM[event.code] && event.key.length > 1 && event.key !== "Backspace" && event.key !== "Enter") {
      event.preventDefault();
      stroke(screen, [event.code]);
    }
  });
  toggle.addEventListener("click", () => {
    row.hidden = !row.hidden;
    toggle.setAttribute("aria-pressed", String(!row.hidden));
    if (row.hidden) {
      release();
      input.blur();
    } else {
      reset();
      input.focus();
    }
  });
}
