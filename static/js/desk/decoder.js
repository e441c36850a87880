// Looks for a code in a picture, in a worker: the page goes on showing the camera meanwhile.
import { decodeQR } from "../vendor/qr-decode.js";

addEventListener("message", ({ data }) => {
  let text = null;
  try {
    text = decodeQR(data);
  } catch {
    // Most pictures of a camera hold no code.
  }
  postMessage(text);
});
