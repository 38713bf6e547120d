"""A shop of django-oscar as its documentation sets it up, to compare with."""
