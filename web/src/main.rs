//! The one binary.

fn main() -> std::process::ExitCode {
    dajing::memory::few_arenas();
    dajing::cli::main()
}
