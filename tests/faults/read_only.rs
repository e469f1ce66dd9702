//! A book that may be read and not written.

use crate::support::Env;
use std::process::Command;

#[test]
fn a_read_only_book_is_read_and_a_write_says_what_cannot_be_written() {
    let env = Env::new();
    env.ok(&["--book", "book", "init"]);
    env.ok(&["--book", "book", "customer", "create", "Ada", "--quiet"]);
    std::fs::copy(env!("CARGO_BIN_EXE_billbook"), env.dir().join("billbook")).expect("a copy");
    // To root no file is read-only, so as root the book is used by nobody.
    let script = r#"
        chmod -R a+rX . && chmod -R a-w book
        as=""; [ "$(id -u)" = 0 ] && as="setpriv --reuid 65534 --regid 65534 --clear-groups"
        $as ./billbook --book book customer list --quiet; echo "list: $?"
        $as ./billbook --book book check; echo "check: $?"
        $as ./billbook --book book customer create Bob; echo "create: $?"
        chmod -R u+w book
    "#;
    let output = Command::new("sh")
        .args(["-c", script])
        .current_dir(env.dir())
        .env_clear()
        .env("PATH", "/usr/bin:/bin:/usr/sbin:/sbin")
        .output()
        .expect("a shell");
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
    assert_eq!(
        text(&output.stdout),
        "1\nlist: 0\ncheck: 0\ncreate: 1\n",
        "{}",
        text(&output.stderr)
    );
    assert_eq!(
        text(&output.stderr),
        "error: book/book.lock cannot be written: check its permissions and those of its directory\n"
    );
}
