"""Italian as offices write it: no nought before a day, months small, no name of the weekday before a moment."""

DATE_FORMAT = "j E Y"
DATETIME_FORMAT = "j E Y, H:i"
MONTH_DAY_FORMAT = "j E"
