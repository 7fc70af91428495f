// The guest's screen, by noVNC: connects, and connects again when the connection is lost.
import RFB from "../novnc/core/rfb.js";
import { notice, socketUrl } from "./api.js";

const RETRY_MILLIS = [500, 1000, 2000, 4000, 8000];

export class GuestScreen extends EventTarget {
  #target = document.getElementById("screen");
  #rfb = null;
  #failures = 0;
  #fit = true;
  #viewOnly;

  constructor(viewOnly) {
    super();
    this.#viewOnly = viewOnly;
    this.#connect();
  }

  #connect() {
    const rfb = new RFB(this.#target, socketUrl("console"), { shared: true });
    rfb.background = "transparent";
    rfb.scaleViewport = this.#fit;
    rfb.clipViewport = !this.#fit;
    rfb.dragViewport = !this.#fit && matchMedia("(pointer: coarse)").matches;
    rfb.viewOnly = this.#viewOnly;
    rfb.showDotCursor = true;
    rfb.addEventListener("connect", () => {
      this.#failures = 0;
      notice(null);
      this.focus();
      this.dispatchEvent(new Event("connect"));
    });
    rfb.addEventListener("disconnect", () => this.#lost());
    // The server has been started anew and knows nothing of this browser's session.
    rfb.addEventListener("credentialsrequired", () => location.reload());
    rfb.addEventListener("desktopname", (event) => {
      document.getElementById("name").textContent = event.detail.name;
      document.title = event.detail.name;
    });
    this.#rfb = rfb;
  }

  #lost() {
    this.#rfb = null;
    const wait = RETRY_MILLIS[Math.min(this.#failures++, RETRY_MILLIS.length - 1)];
    notice("Not connected to the machine. Trying again ...", 0);
    this.dispatchEvent(new Event("disconnect"));
    setTimeout(() => this.#connect(), wait);
  }

  /** Presses or releases a key; the code is its place on the keyboard, the keysym its meaning. */
  key(keysym, code, down) {
    this.#rfb?.sendKey(keysym, code, down);
  }

  setFit(on) {
    this.#fit = on;
    if (this.#rfb) {
      this.#rfb.scaleViewport = on;
      this.#rfb.clipViewport = !on;
      this.#rfb.dragViewport = !on && matchMedia("(pointer: coarse)").matches;
    }
  }

  focus() {
    this.#rfb?.focus();
  }
}
