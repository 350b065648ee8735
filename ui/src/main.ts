// Where the page starts: the frame in index.html is painted first, then the program takes its place.
interface Shell {
  invoke(command: string, args: object): Promise<unknown>;
}

const shell = (window as unknown as { __TAURI_INTERNALS__?: Shell }).__TAURI_INTERNALS__;

async function begin() {
  // Only the start-up benchmark asks when the frame stood.
  if ('traced' in document.documentElement.dataset) void shell?.invoke('plugin:event|emit', { event: 'first_frame' });
  const { openWindow } = await import('./window.ts');
  await openWindow(document.getElementById('app')!);
}

// By the second animation frame the first has been painted.
requestAnimationFrame(() => requestAnimationFrame(begin));
