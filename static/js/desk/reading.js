// The ways a code gets in: the camera, a photo, a keyboard, or a reader in the hand that types as a keyboard does.
import { Camera, textOnPhoto } from "./camera.js";
import { tell } from "./panel.js";
import { say } from "./words.js";

const byId = (id) => document.getElementById(id);

/** `scanned` is called with each text; gives what stops the camera. */
export function listenForCodes(scanned) {
  const camera = new Camera(byId("video"), scanned);

  const draw = (why) => {
    byId("camera-why").textContent = why ? say(`camera_${why}`) : "";
    byId("video").hidden = !camera.isOn;
    byId("camera").textContent = say(camera.isOn ? "camera_stop" : "camera_start");
  };
  const stop = () => {
    if (camera.isOn) camera.stop();
    draw(null);
  };

  byId("camera").addEventListener("click", async () => (camera.isOn ? stop() : draw(await camera.start())));
  byId("photo").addEventListener("change", async ({ target }) => {
    const [file] = target.files;
    if (!file) return;
    const text = await textOnPhoto(file);
    target.value = "";
    draw(null); // whatever the camera said: there is another way
    if (text) await scanned(text);
    else tell(say("no_code_on_photo"), "bad");
  });
  byId("typed").addEventListener("submit", async (event) => {
    event.preventDefault();
    const field = byId("code");
    const text = field.value.trim();
    field.value = "";
    if (text) await scanned(text.toUpperCase());
  });
  return stop;
}
