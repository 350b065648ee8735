// Where the page starts: find the backend, then put the window on it.
import { mount } from 'svelte';
import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import App from './App.svelte';
import { connect } from './lib/backend/index.ts';

const backend = await connect();
mount(App, { target: document.getElementById('app')!, props: { backend } });
