//! The billbook program: gathers what the outside world says and hands it to the library.

use billbook::cli;
use billbook::context::{Context, Terminal};
use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let interrupt = cli::interrupt::install();
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut err = io::stderr();
    let mut context = Context {
        out: &mut out,
        err: &mut err,
        now: billbook::context::now(),
        user: whoami::username().unwrap_or_else(|_| "unknown".to_owned()),
        data_dir: dirs::data_dir(),
        terminal: Terminal {
            input: io::stdin().is_terminal(),
            output: io::stdout().is_terminal(),
            messages: io::stderr().is_terminal(),
            width: terminal_size::terminal_size().map(|(width, _)| width.0),
        },
        interrupt,
    };
    let exit = cli::run(std::env::args_os(), &mut context);
    // What is left in the buffer was written after the command had succeeded; a reader that has gone has read enough.
    match out.flush() {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            cli::exit::Exit::of_io(&error).code()
        }
        _ => exit.code(),
    }
}
