// Pages for clients and for signing in: forms and dialogs only.
import "./dialog.js";
import "./forms.js";
