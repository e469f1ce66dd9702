//! Ctrl-C and polite kills.

use super::exit::Exit;
use crate::context::Interrupt;

/// Makes Ctrl-C, SIGTERM and SIGHUP raise the flag that long work looks at, so that it can undo itself and say so. A second
/// signal ends the process at once: the book's journal undoes what was begun when it is next opened.
pub fn install() -> Interrupt {
    let interrupt = Interrupt::default();
    let raised = interrupt.clone();
    // Where no handler can be installed the signal's default action stays, which the journal covers as well.
    let _ = ctrlc::set_handler(move || {
        if raised.raise() {
            std::process::exit(Exit::Interrupted as i32);
        }
    });
    interrupt
}
