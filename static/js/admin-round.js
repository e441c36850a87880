// While a round goes on, how far it is; without scripts the page's link says it.
async function look() {
  const shown = document.querySelector("[data-round]");
  try {
    const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
    const now = page.querySelector("[data-round]");
    if (!now || !("goesOn" in now.dataset)) return location.reload();
    shown.replaceChildren(...now.childNodes);
  } catch { /* the network is away: it is asked again */ }
  setTimeout(look, 3000);
}
setTimeout(look, 2000);
