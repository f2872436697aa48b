//! Owns comparing: two sets of facts -> findings; one comparer per noun; rules for noise and intent.
