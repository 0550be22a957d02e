// Light or dark: what the system says, until the person says otherwise. Runs in the head, before anything is painted.
(() => {
  const root = document.documentElement;
  const stored = () => {
    try {
      return localStorage.getItem("theme");
    } catch {
      return null; // storage is closed to us: the system decides
    }
  };
  const isDark = () => (root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  const chosen = stored();
  if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;

  const closeMenus = (except) => {
    for (const menu of document.querySelectorAll("[data-menu][open]")) if (menu !== except) menu.open = false;
  };

  document.addEventListener("DOMContentLoaded", () => {
    const button = document.querySelector("[data-theme-switch]");
    const label = () => (button.textContent = isDark() ? "Light colours" : "Dark colours");
    button.hidden = false;
    label();
    button.addEventListener("click", () => {
      root.dataset.theme = isDark() ? "light" : "dark";
      try {
        localStorage.setItem("theme", root.dataset.theme);
      } catch {
        // the choice then lasts as long as the page
      }
      label();
    });
    document.addEventListener("click", (event) => closeMenus(event.target.closest("[data-menu]")));
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") closeMenus();
    });
  });
})();
