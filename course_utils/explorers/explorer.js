// What ipywidgets 8 leaves undone: a slider's handle has no name, an image no description and no clicks.
(function start(here) {
  const root = here.closest('.course-explorer');
  if (!root) return setTimeout(start, 50, here);
  const put = (element, name, value) => element.getAttribute(name) === value || element.setAttribute(name, value);
  function name() {
    for (const slider of root.querySelectorAll('.widget-slider')) {
      const handle = slider.querySelector('[role=slider]'), readout = slider.querySelector('.widget-readout');
      if (!handle || !readout) continue;
      const label = slider.querySelector('.widget-label').textContent;
      put(handle, 'aria-label', label);
      put(handle, 'aria-valuetext', readout.textContent);
      put(readout, 'role', 'textbox');
      put(readout, 'aria-label', label + ', as a number');
    }
    const status = root.querySelector('.course-status .widget-html-content');
    if (status) { put(status, 'role', 'status'); put(status, 'aria-live', 'polite'); }
    const picture = root.querySelector('img.course-picture');
    if (picture) put(picture, 'alt', here.dataset.name + ': the status line says what the picture shows');
  }
  new MutationObserver(name).observe(root, {subtree: true, childList: true, attributeFilter: ['aria-valuetext']});
  name();
  root.addEventListener('click', event => {
    const box = root.querySelector('.course-click input');
    if (!box || !event.target.matches('img.course-picture')) return;
    const area = event.target.getBoundingClientRect();
    box.value = [(event.clientX - area.left) / area.width, (event.clientY - area.top) / area.height, Date.now()].join(' ');
    box.dispatchEvent(new Event('input', {bubbles: true}));
    box.dispatchEvent(new Event('change', {bubbles: true}));
  });
})(this)
