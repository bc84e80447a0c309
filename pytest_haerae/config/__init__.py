"""Options as they are typed, and the one validated configuration that is made of them."""
