// How the diary draws: the head of a column, a visit's card, its classes. It decides nothing and asks nobody.
// An event's extendedProps: {state, sub, kind: "visit" | "block", colour, confirmed, linked, same_name, late, phone, alert,
// held_left, buffer_before, buffer_after, icon and opens (of a block)}; a resource's: {colour, sub, off}. Only what is true needs to be there.
// Hatched time is an event with display "background"; className "is-free" shows an offered time instead.
import { symbol } from "./toast.js";

const COLOURS = 10;
const CLOCK = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };

function element(tag, css, ...children) {
  const node = document.createElement(tag);
  if (css) node.className = css;
  node.append(...children);
  return node;
}

export const colourClass = (number) => (number ? `t${((number - 1) % COLOURS) + 1}` : "");

// What the card says at its end: the one thing that matters most now.
function markOf(props, states) {
  if (props.state === "held") return ["held", props.held_left ?? "held", "held"];
  if (props.late) return ["late", `late ${props.late}′`, "warned"];
  if (props.phone) return ["calls", "phone first", "warned"];
  if (props.state === "no_show") return [...states.no_show, "bad"];
  if (props.state === "booked" || !props.state) return props.confirmed ? ["confirmed", "conf.", ""] : null;
  return [...states[props.state], ""];
}

function mark(props, states) {
  const found = markOf(props, states);
  if (!found) return [];
  const [name, word, tone] = found;
  return [element("span", `visit-mark ${tone}`, symbol(name), element("span", "", word))];
}

function comb(minutes, where) {
  if (!minutes) return [];
  const node = element("i", `comb comb-${where}`);
  node.style.setProperty("--minutes", minutes);
  return [node];
}

function sub(props) {
  const line = element("p", "visit-sub");
  if (props.alert) line.append(element("span", "visit-alert", symbol("flag"), props.alert), props.sub ? " · " : "");
  line.append(props.sub ?? "");
  return props.alert || props.sub ? [line] : [];
}

// What stands before the name, so that a long one does not hide it: what it is, and whether it is linked to another.
function leading(props) {
  const icon = props.icon ?? (props.linked ? "link" : "");
  if (!icon) return [];
  const sign = symbol(icon);
  sign.classList.add("visit-sign");
  return props.linked ? [sign, element("span", "visually-hidden", "Linked with another visit: ")] : [sign];
}

// In the time grid the place says the time; elsewhere the card has to.
const saysTime = (view) => !view.type.includes("TimeGrid") && !view.type.startsWith("timeGrid");

export function card({ event, timeText, view }, states) {
  const props = event.extendedProps;
  const name = element("span", "visit-name", ...leading(props), event.title);
  if (props.same_name) name.append(symbol("same-name"), element("span", "visually-hidden", " (same name)"));
  if (saysTime(view)) {
    const time = element("span", "visit-time", timeText);
    return [element("div", "visit visit-line", time, name, ...sub(props), ...mark(props, states))];
  }
  const top = element("div", "visit-top", name, ...mark(props, states));
  return [
    element("div", "visit", top, ...sub(props)),
    ...comb(props.buffer_before, "before"),
    ...comb(props.buffer_after, "after"),
  ];
}

function cardClasses(event, colourOf) {
  const props = event.extendedProps;
  if (props.kind === "block") return ["is-block"];
  const colour = props.colour ?? colourOf(event.resourceIds?.[0]);
  return [`is-${props.state ?? "booked"}`, colourClass(colour), props.late ? "is-late" : ""].filter(Boolean);
}

export function columnHead(resource) {
  const { colour, sub: line, off } = resource.extendedProps;
  const head = element("span", `column-head ${colourClass(colour)} ${off ? "is-off" : ""}`, element("b", "", resource.title));
  if (line) head.append(element("span", "", line));
  return head;
}

// Base options for EventCalendar.create(element, {...diaryOptions(element, resources), …}).
// The element carries data-states (badges.state_map()) and may carry data-slot-minutes and data-first-day
// (Sunday is 0).
export function diaryOptions(root, resources = []) {
  const states = JSON.parse(root.dataset.states ?? "{}");
  const minutes = Number(root.dataset.slotMinutes ?? 15);
  const colours = new Map(resources.map((resource) => [String(resource.id), resource.extendedProps?.colour]));
  root.style.setProperty("--slot-minutes", minutes);
  return {
    resources,
    allDaySlot: false,
    columnWidth: "minmax(8.75rem, 1fr)",
    customScrollbars: false,
    dayHeaderFormat: { weekday: "short", day: "numeric", month: "short" },
    displayEventEnd: false,
    eventContent: (info) => ({ domNodes: card(info, states) }),
    eventClassNames: ({ event }) =>
      event.display === "background" ? [] : cardClasses(event, (id) => colours.get(String(id))),
    eventTimeFormat: CLOCK,
    firstDay: Number(root.dataset.firstDay ?? 1),
    headerToolbar: { start: "", center: "", end: "" },
    height: "100%",
    locale: document.documentElement.lang,
    nowIndicator: true,
    resourceLabelContent: ({ resource }) => ({ domNodes: [columnHead(resource)] }),
    slotDuration: { minutes },
    slotEventOverlap: false,
    slotHeight: 18,
    slotLabelFormat: CLOCK,
    slotLabelInterval: "01:00:00",
    view: "resourceTimeGridDay",
    views: { dayGridMonth: { dayHeaderFormat: { weekday: "short" } } },
  };
}
