"""A variant as a page takes it: the compiled model, what terms read besides the state, what is drawn."""
