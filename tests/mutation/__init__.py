"""Small mistakes, made on purpose in the mathematics, that the tests have to notice."""
