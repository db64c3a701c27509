/* Walks along a chart point by point: arrows, Home, End, or a pointer. The table below has the same values. */
(() => {
  "use strict";

  for (const chart of document.querySelectorAll("[data-trend]")) {
    const dots = [...chart.querySelectorAll("[data-point]")];
    const readout = chart.querySelector("[data-readout]");
    if (!dots.length || !readout) continue;
    let chosen = dots.length - 1;

    const choose = (index) => {
      dots[chosen].classList.remove("is-chosen");
      chosen = Math.max(0, Math.min(dots.length - 1, index));
      dots[chosen].classList.add("is-chosen");
      readout.textContent = dots[chosen].dataset.point;
    };
    const moves = {
      ArrowLeft: () => chosen - 1,
      ArrowRight: () => chosen + 1,
      Home: () => 0,
      End: () => dots.length - 1,
    };

    chart.tabIndex = 0;
    chart.querySelector("[data-how]")?.removeAttribute("hidden");
    chart.addEventListener("keydown", (event) => {
      const move = moves[event.key];
      if (!move) return;
      event.preventDefault();
      choose(move());
    });
    dots.forEach((dot, index) => {
      dot.addEventListener("pointerenter", () => choose(index));
      dot.addEventListener("click", () => choose(index));
    });
  }
})();
