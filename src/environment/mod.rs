//! Owns environment files: text -> environment as written -> `Environment`; every problem at once, each with its place.
