// Requests to the server, and the dialogs around them.

async function request(method, name, body) {
  const options = { method, cache: "no-store" };
  if (body !== undefined) {
    options.headers = { "Content-Type": "application/json" };
    options.body = JSON.stringify(body);
  }
  const response = await fetch(`api/${name}`, options);
  if (!response.ok) {
    throw new Error((await response.text()).trim() || response.statusText);
  }
  return response;
}

export const get = async (name) => (await request("GET", name)).json();
export const getBlob = async (name) => (await request("GET", name)).blob();
export const post = (name, body) => request("POST", name, body);

/** Address of a WebSocket of this server. */
export function socketUrl(name) {
  const url = new URL(`ws/${name}`, location.href);
  url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}

let noticeTimer;

/** Shows a line over the screen; without a time it stays until the next one. */
export function notice(text, milliseconds = 5000) {
  const box = document.getElementById("notice");
  clearTimeout(noticeTimer);
  box.hidden = !text;
  box.textContent = text ?? "";
  if (text && milliseconds) {
    noticeTimer = setTimeout(() => (box.hidden = true), milliseconds);
  }
}

/** Asks a question; true for yes. */
export function confirmed(text) {
  const dialog = document.getElementById("confirm");
  document.getElementById("confirm-text").textContent = text;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) =>
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true }));
}

/** Asks for the password until it is right; resolves at once where none is needed. */
export async function logIn() {
  const session = await get("session");
  if (session.access) {
    return session;
  }
  const dialog = document.getElementById("login");
  const fault = document.getElementById("login-fault");
  const password = document.getElementById("password");
  document.getElementById("login-name").textContent = session.name;
  document.getElementById("user-row").hidden = !session.userRequired;
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  dialog.showModal();
  (session.userRequired ? document.getElementById("user") : password).focus();
  return new Promise((resolve) => {
    dialog.querySelector("form").addEventListener("submit", async (event) => {
      event.preventDefault();
      try {
        await post("login", { user: document.getElementById("user").value, password: password.value });
        dialog.close();
        resolve(await get("session"));
      } catch (error) {
        fault.textContent = error.message;
        password.select();
      }
    });
  });
}
