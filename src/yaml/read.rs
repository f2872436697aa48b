//! Owns strict reading of typed YAML: budgets, duplicate keys, booleans, and errors with their place.
