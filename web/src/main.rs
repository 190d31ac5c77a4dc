//! The one binary.

fn main() -> std::process::ExitCode {
    few_arenas();
    dajing::cli::main()
}

/// The C library gives each thread an arena of its own, up to eight for each processor, and keeps in each what was once used: with two
/// of them the program needs half the memory and is no slower.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn few_arenas() {
    // SAFETY: it takes two numbers and is called before any thread is begun.
    unsafe { libc::mallopt(libc::M_ARENA_MAX, 2) };
}
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn few_arenas() {}
