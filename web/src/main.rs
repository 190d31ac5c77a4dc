//! The one binary.

fn main() -> std::process::ExitCode {
    dajing::cli::main()
}
