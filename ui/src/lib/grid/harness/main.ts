// Opens the grid alone in a browser: ?options=50&criteria=25&theme=dark. Nothing here reaches the app.
import { mount } from 'svelte';
import '../../../styles/tokens.css';
import '../../../styles/base.css';
import Harness from './Harness.svelte';

const query = new URLSearchParams(location.search);
document.documentElement.dataset.theme = query.get('theme') ?? 'light';
mount(Harness, {
  target: document.getElementById('app') as HTMLElement,
  props: {
    options: Number(query.get('options') ?? 3),
    criteria: Number(query.get('criteria') ?? 3),
    delay: Number(query.get('delay') ?? 0),
    readonly: query.has('readonly'),
  },
});
