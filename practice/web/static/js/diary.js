// The diary's grid: draws the day, opens the panel for a free time or a visit, moves by dragging, follows changes.
// It decides nothing: every drag and click asks the server, and a refusal puts the visit back where it was.
import { diaryOptions } from "./diary-card.js";

const root = document.getElementById("diary");
const FOLLOW_MS = 4000;
const PANEL = { target: "#panel", swap: "innerHTML" };

const hour = (number) => `${String(number).padStart(2, "0")}:00:00`;
const minutes = (local) => local.slice(0, 16);
const local = (date) => {
  const two = (number) => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}`;
};

let calendar;
let etag = "";
let fetching;

async function read() {
  const response = await fetch(root.dataset.feed, {
    headers: { "X-Background": "1", ...(etag && { "If-None-Match": etag }) },
    credentials: "same-origin",
  });
  if (!response.ok) return null;
  etag = response.headers.get("ETag") ?? "";
  return response.json();
}

// Two refreshes at once would be drawn in the order in which they arrive, so the second waits for the first.
function refresh() {
  fetching = (fetching ?? Promise.resolve()).then(read).then(draw).catch(() => null);
  return fetching;
}

function draw(day) {
  if (!day) return;
  if (calendar) {
    calendar.setOption("resources", day.resources);
    calendar.setOption("events", day.events);
  } else calendar = EventCalendar.create(root, options(day));
  requestAnimationFrame(markChosen);
}

const isWeek = root.dataset.by === "week";

// What a column stands for: the therapist of a week has no column of his own.
function columnValues(resource) {
  const id = resource?.id ?? "";
  if (isWeek) return { therapist: root.dataset.therapist };
  if (root.dataset.by === "room") return id === "no-room" ? {} : { room: id };
  return { therapist: id };
}

function openBooking(info) {
  if (!mayBook()) return;
  htmx.ajax("POST", "/book/draft", {
    ...PANEL,
    values: { start: minutes(info.dateStr), location: root.dataset.location, ...columnValues(info.resource) },
  });
}

// A form half filled in stays: a click into the grid then chooses its time.
function mayBook() {
  const open = document.querySelector("#panel form[data-booking]");
  return !open || !open.matches("[aria-busy]");
}

function openVisit({ event }) {
  const { kind, opens } = event.extendedProps;
  if (event.display === "background" || (kind === "block" && !opens)) return;
  htmx.ajax("GET", `/${opens ? "blocks" : "appointments"}/${event.id}`, PANEL);
}

function chosen() {
  const open = document.querySelector("#panel :is([data-appointment], [data-block])")?.dataset;
  return open?.appointment ?? open?.block;
}

function markChosen() {
  const uid = chosen();
  for (const card of root.querySelectorAll(".ec-event.is-chosen")) card.classList.remove("is-chosen");
  if (uid) root.querySelector(`.ec-event[data-uid="${uid}"]`)?.classList.add("is-chosen");
}

// Moves and stretches are one request; the answer is the panel of the visit, whether it worked or was refused.
function move(info, values) {
  const path = `/appointments/${info.event.id}/move`;
  const answered = (event) => {
    if (event.detail.requestConfig?.path !== path) return;
    document.removeEventListener("htmx:afterRequest", answered);
    etag = "";
    if (event.detail.xhr.status < 400) return;
    info.revert();
    // Somebody else was first: the day is drawn as it is now, beside the words that say what happened.
    if (event.detail.xhr.status === 412) refresh();
  };
  document.addEventListener("htmx:afterRequest", answered);
  htmx.ajax("POST", path, { ...PANEL, values: { version: info.event.extendedProps.version, ...values } });
}

function dropped(info) {
  const column = info.newResource ? columnValues(info.newResource) : {};
  const isElsewhen = info.event.start.getTime() !== info.oldEvent.start.getTime();
  move(info, { ...(isElsewhen && { start: local(info.event.start) }), ...column });
}

function resized(info) {
  move(info, { minutes: String(Math.round((info.event.end - info.event.start) / 60000)) });
}

function options(day) {
  const base = diaryOptions(root, day.resources);
  return {
    ...base,
    view: isWeek ? "timeGridWeek" : "resourceTimeGridDay",
    date: root.dataset.day,
    firstDay: 1,
    timeZone: root.dataset.offset,
    slotMinTime: hour(root.dataset.opens),
    slotMaxTime: hour(root.dataset.closes),
    scrollTime: scrollTo(),
    events: day.events,
    lazyFetching: false,
    editable: false,
    eventDurationEditable: true,
    eventStartEditable: true,
    eventDragMinDistance: 6,
    pointer: true,
    dateClick: openBooking,
    eventClick: openVisit,
    eventDrop: dropped,
    eventResize: resized,
    eventDidMount: ({ el, event }) => {
      el.dataset.uid = event.id;
    },
    dayHeaderFormat: { weekday: "short", day: "numeric", month: "short" },
  };
}

// The hour before now on today's page, the start of the day on any other.
function scrollTo() {
  const shift = root.dataset.offset;
  const sign = shift.startsWith("-") ? -1 : 1;
  const ahead = sign * (Number(shift.slice(1, 3)) * 60 + Number(shift.slice(4, 6)));
  const there = new Date(Date.now() + ahead * 60000);
  const isToday = there.toISOString().slice(0, 10) === root.dataset.day;
  return isToday ? hour(Math.max(Number(root.dataset.opens), there.getUTCHours() - 1)) : hour(root.dataset.opens);
}

document.body.addEventListener("diary:changed", () => {
  etag = "";
  refresh();
});
document.addEventListener("htmx:afterSwap", (event) => event.detail.target?.id === "panel" && markChosen());
document.addEventListener("panel:closed", markChosen);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && refresh());
setInterval(() => document.visibilityState === "visible" && refresh(), FOLLOW_MS);
refresh();
