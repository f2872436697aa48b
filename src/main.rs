//! Owns the process: it hands its arguments to the library and exits with what comes back.

/// A declaration of a thousand groups makes millions of small values on several threads: with the allocator of the C library
/// a good part of its own time goes into them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    lifeboat::commands::main()
}
