// The program behind the frame: find the backend, then put the window on it. The styles that the frame needs stand in
// index.html (vite.config.ts).
import { mount } from 'svelte';
import './styles/controls.css';
import App from './App.svelte';
import { connect } from './lib/backend/index.ts';

export async function openWindow(target: HTMLElement): Promise<void> {
  const backend = await connect();
  target.replaceChildren();
  mount(App, { target, props: { backend } });
}
