"""The demo: embedded servers, fakes of the platforms, sample shops, a mail viewer; app never imports it."""
