// A decision on many goes on by itself, request by request; without scripts its button does.
document.querySelector("form[data-goes-on]")?.requestSubmit();
