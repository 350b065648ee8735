// Drag and arrow keys for a separator between two panes.

interface Options {
  width: () => number;
  min: number;
  max: number;
  set: (width: number) => void;
  done: () => void;
}

export function dragWidth({ width, min, max, set, done }: Options) {
  return (handle: HTMLElement) => {
    const clamp = (x: number) => Math.round(Math.max(min, Math.min(max, x)));
    const down = (event: PointerEvent) => {
      const [from, start] = [event.clientX, width()];
      handle.setPointerCapture(event.pointerId);
      const move = (step: PointerEvent) => set(clamp(start + step.clientX - from));
      const up = () => {
        handle.removeEventListener('pointermove', move);
        done();
      };
      handle.addEventListener('pointermove', move);
      handle.addEventListener('lostpointercapture', up, { once: true });
    };
    const key = (event: KeyboardEvent) => {
      const by = { ArrowLeft: -16, ArrowRight: 16 }[event.key];
      if (!by) return;
      event.preventDefault();
      set(clamp(width() + by));
      done();
    };
    handle.addEventListener('pointerdown', down);
    handle.addEventListener('keydown', key);
    return () => {
      handle.removeEventListener('pointerdown', down);
      handle.removeEventListener('keydown', key);
    };
  };
}
