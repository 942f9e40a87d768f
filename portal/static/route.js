/*
 * Keeps what a technician taps until it has arrived (fieldwork/tap.html). The moment of the tap goes
 * along, and each form has a key, so that what is sent twice counts once. Without this script the
 * buttons are ordinary forms.
 */

const KEPT = "taps";
const AGAIN = 15000;

function kept() {
  return JSON.parse(localStorage.getItem(KEPT) || "[]");
}

function keep(taps) {
  localStorage.setItem(KEPT, JSON.stringify(taps));
  const notice = document.querySelector(".waiting-taps");
  if (notice) notice.hidden = taps.length === 0;
}

async function arrived(tap) {
  try {
    const answer = await fetch(tap.path, {
      method: "POST",
      body: new URLSearchParams(tap.fields),
      credentials: "same-origin",
    });
    return answer.status < 500;
  } catch {
    return false;
  }
}

let isSending = false;

/* In the order in which they were tapped: "started" before "done". */
async function send() {
  if (isSending) return;
  isSending = true;
  let sent = 0;
  while (kept().length > 0 && (await arrived(kept()[0]))) {
    keep(kept().slice(1));
    sent += 1;
  }
  isSending = false;
  if (sent > 0) location.assign("/route");
}

function tapped(event) {
  const form = event.target;
  if (!form.matches("[data-tap]")) return;
  form.elements.tapped_at.value = new Date().toISOString();
  if (navigator.onLine && kept().length === 0) return; // the browser sends it, and shows the page
  event.preventDefault();
  keep([...kept(), { path: form.action, fields: [...new FormData(form)] }]);
  send();
}

document.addEventListener("submit", tapped);
window.addEventListener("online", send);
setInterval(send, AGAIN);
keep(kept());
send();
