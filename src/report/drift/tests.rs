//! Tests of the drift report.
