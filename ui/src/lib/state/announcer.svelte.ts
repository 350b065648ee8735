// What a screen reader is told about changes that happen away from the focus.

export class Announcer {
  text = $state('');

  /** The same words twice in a row would not be read again, so a no-break space is put behind every other one. */
  say(text: string): void {
    this.text = this.text === text ? `${text}\u00a0` : text;
  }
}
