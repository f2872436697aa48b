//! Owns the simulated cloud: an account in memory with a virtual clock and faults, behind the ports.
