// Before the first paint, so that a dark page does not flash white. A file of its own: inline scripts are forbidden.
(() => {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const chosen = localStorage.getItem("theme") ?? "system";
    const isDark = chosen === "dark" || (chosen !== "light" && system.matches);
    root.classList.toggle("dark", isDark);
    root.style.colorScheme = isDark ? "dark" : "light";
  };
  apply();
  system.addEventListener("change", apply);
  addEventListener("storage", apply);
  addEventListener("pulsecheck:theme", apply);
})();
