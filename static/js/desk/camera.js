// Codes from the camera or from a photo. The browser's own reader where it has one, else the one we ship.

const PAUSE = 120; // milliseconds between two looks: the battery has to last until noon
const LOOK_AWAY = 3_000; // milliseconds for which the same code in front of the camera counts once
const LARGEST = 1_600; // pixels of a photo's longer side; a telephone's own would take seconds
let reader;

async function chosenReader() {
  try {
    if ((await BarcodeDetector.getSupportedFormats()).includes("qr_code")) {
      const detector = new BarcodeDetector({ formats: ["qr_code"] });
      return async (canvas) => (await detector.detect(canvas))[0]?.rawValue ?? null;
    }
  } catch {
    // Not here, or there in name only.
  }
  const worker = new Worker(new URL("decoder.js", import.meta.url), { type: "module" });
  return (canvas) =>
    new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = reject;
      const { data, width, height } = canvas
        .getContext("2d", { willReadFrequently: true })
        .getImageData(0, 0, canvas.width, canvas.height);
      worker.postMessage({ data, width, height }, [data.buffer]);
    });
}

async function textIn(picture, width, height, largest) {
  const scale = Math.min(1, largest / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.fillStyle = "#fff"; // behind pictures that are transparent
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  reader ??= chosenReader();
  return (await reader)(canvas);
}

/** The text of the code on a photo; null when there is none, or the file is no picture. */
export async function textOnPhoto(file) {
  let picture;
  try {
    picture = await createImageBitmap(file);
  } catch {
    return null;
  }
  for (const largest of [LARGEST, LARGEST / 2, LARGEST / 4]) {
    const text = await textIn(picture, picture.width, picture.height, largest);
    if (text) return text;
  }
  return null;
}

export class Camera {
  /** `found` is called with the text of each code that comes before the camera. */
  constructor(video, found) {
    this.video = video;
    this.found = found;
  }

  get isOn() {
    return Boolean(this.stream);
  }

  /** Why it does not start: none, denied, missing or busy; null when it runs. */
  async start() {
    if (!navigator.mediaDevices?.getUserMedia) return "none";
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({
        audio: false,
        video: { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } },
      });
      this.video.srcObject = this.stream;
      await this.video.play();
    } catch (error) {
      this.stop();
      return { NotAllowedError: "denied", SecurityError: "denied", NotFoundError: "missing" }[error.name] ?? "busy";
    }
    this.look();
    return null;
  }

  stop() {
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = null;
    this.video.srcObject = null;
  }

  async look() {
    let last = "";
    let lastAt = 0;
    while (this.stream) {
      if (this.video.videoWidth && !document.hidden) {
        const text = await textIn(this.video, this.video.videoWidth, this.video.videoHeight, 800).catch(() => null);
        const now = performance.now();
        if (text && this.stream) {
          if (text !== last || now - lastAt > LOOK_AWAY) await this.found(text);
          last = text;
          lastAt = performance.now();
        }
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }
}
