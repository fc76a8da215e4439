// Draws the API's own description; "Try it out" sends the session's CSRF token.
const place = document.getElementById("api-docs");
const token = document.querySelector('meta[name="csrf-token"]')?.content;

window.SwaggerUIBundle({
  domNode: place,
  url: place.dataset.description,
  presets: [window.SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  validatorUrl: null,
  deepLinking: true,
  requestInterceptor: (request) => {
    if (token) request.headers["X-CSRFToken"] = token;
    return request;
  },
});
