// Shows times in the reader's zone and keeps the page up to date while it is open. Without it, all is there too.
const RETRY_MS = 6_000;
const RETRIES = 3;

const zoned = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

function showLocalTimes(root) {
  for (const time of root.querySelectorAll("time")) {
    time.title = time.textContent;
    time.textContent = zoned.format(new Date(time.dateTime));
  }
}

const findMain = () => document.getElementById("status");

function replaceMain(page) {
  const fresh = document.adoptNode(page.getElementById("status"));
  const focused = document.activeElement?.id;
  const { scrollX, scrollY } = window;
  const said = document.getElementById("overall")?.textContent;
  showLocalTimes(fresh);
  fresh.classList.add("fresh");
  findMain().replaceWith(fresh);
  document.title = page.title;
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  window.scrollTo(scrollX, scrollY);
  const says = document.getElementById("overall")?.textContent;
  if (says !== said) document.getElementById("announcement").textContent = says;
}

/** The latest revision that we were told of. */
let wanted = null;
let isAsking = false;

const isThere = () => findMain().dataset.revision === wanted;

/** Brings the page to the revision that is wanted: one question at a time, so that no older answer comes last. */
async function catchUp(retries) {
  if (isAsking || isThere()) return;
  isAsking = true;
  const asked = wanted;
  await fetchPage().catch(() => undefined);
  isAsking = false;
  if (isThere()) return;
  // Told anew meanwhile; or a cache on the way still holds the one before: then it asks again, a few times.
  if (wanted !== asked) return catchUp(RETRIES);
  if (retries > 0) setTimeout(() => catchUp(retries - 1), RETRY_MS);
}

async function fetchPage() {
  const answer = await fetch(location.pathname, { cache: "no-cache" });
  if (answer.ok) {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    // Withdrawn, or locked meanwhile: what is shown stays as it is.
    if (page.getElementById("status") === null) return;
    replaceMain(page);
  }
}

function listen() {
  const events = new EventSource(findMain().dataset.live);
  events.addEventListener("revision", ({ data }) => {
    wanted = data;
    void catchUp(RETRIES);
  });
  return events;
}

if (findMain() !== null) {
  showLocalTimes(document);
  let events = listen();
  // A stream that was refused stays closed; whoever comes back to the tab may try once more.
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && events.readyState === EventSource.CLOSED) events = listen();
  });
  window.addEventListener("pagehide", () => events.close());
  window.addEventListener("pageshow", ({ persisted }) => {
    if (persisted) events = listen();
  });
}
