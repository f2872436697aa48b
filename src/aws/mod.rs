//! Owns everything AWS: the only folder that names `aws_sdk_*`. Sessions, pacing, one adapter per port, the S3 store.
