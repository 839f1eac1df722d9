"""What the lessons show, as pure functions over arrays: the widgets beside them only draw it."""
