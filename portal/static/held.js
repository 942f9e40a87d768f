/*
 * Counts down how long a window is held (booking/held_until.html). Everybody sees the clock run;
 * screen readers hear of it at a few moments only, and when the time is over. Nothing moves or
 * disappears: whoever presses a button too late is still helped by the server.
 */

const ANNOUNCED = [300, 120, 60]; // seconds left: the names of the page's sentences
const TICK = 1000;

class Countdown {
  constructor(element) {
    this.texts = JSON.parse(element.dataset.texts);
    this.live = element.querySelector("[data-live]");
    this.left = element.querySelector("[role=timer]");
    this.status = element.querySelector("[role=status]");
    // The difference only: a device whose clock is wrong counts just as well.
    this.end = Date.now() + Number(element.dataset.secondsLeft) * 1000;
    this.heard = Infinity;
  }

  start() {
    this.heard = this.secondsLeft;
    this.timer = setInterval(() => this.tick(), TICK);
    this.tick();
    // A page that slept in the background tells at once how it stands.
    document.addEventListener("visibilitychange", () => document.hidden || this.tick());
  }

  get secondsLeft() {
    return Math.max(0, Math.ceil((this.end - Date.now()) / 1000));
  }

  tick() {
    const seconds = this.secondsLeft;
    if (seconds === 0) return this.finish();
    this.left.textContent = this.texts.left.replace("%(clock)s", clock(seconds));
    const passed = ANNOUNCED.filter((moment) => seconds <= moment && moment < this.heard);
    if (passed.length === 0) return;
    this.heard = Math.min(...passed);
    this.status.textContent = this.texts.at[this.heard];
  }

  finish() {
    clearInterval(this.timer);
    if (this.isOver) return;
    this.isOver = true;
    this.live.textContent = this.texts.over;
    this.status.textContent = this.texts.over;
  }
}

function clock(seconds) {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

const element = document.querySelector("[data-held]");
if (element) new Countdown(element).start();
