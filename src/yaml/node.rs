//! Owns untyped YAML nodes that keep CloudFormation tags, exact scalars and positions.
