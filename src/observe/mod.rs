//! Owns looking: read ports -> facts; bounded fan-out; failures become gaps.
