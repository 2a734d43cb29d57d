/** Leads to the main part of a page, which may have given the focus to a part of it already. */
export function focusMain(): void {
  const main = document.querySelector("main");
  if (main?.contains(document.activeElement) === false) main.focus({ preventScroll: true });
}
