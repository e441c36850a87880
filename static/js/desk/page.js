// The page itself and its modules, kept for when there is no network; /sw.js does it and says when it is done.

export async function keepPage() {
  const { serviceWorker } = navigator;
  try {
    serviceWorker.addEventListener("message", ({ data }) => {
      if (data === "desk kept") document.body.dataset.offline = "ready";
    });
    serviceWorker.startMessages();
    await serviceWorker.register("/sw.js");
    (await serviceWorker.ready).active.postMessage("keep the desk");
  } catch {
    // No worker, such as in a private window: the desk works as long as the page stays open.
  }
}
