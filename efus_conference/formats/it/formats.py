"""Italian as offices write it: no nought before a day, no name of the weekday before a moment."""

DATE_FORMAT = "j F Y"
DATETIME_FORMAT = "j F Y, H:i"
