// Whether a key belongs to an input method. WebKit reports the Enter that ends a composition with `isComposing` false
// and the key code 229.
export const endsComposition = (event: KeyboardEvent): boolean => event.isComposing || event.keyCode === 229;
