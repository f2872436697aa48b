//! Owns deciding: intent + facts -> immutable plans.
