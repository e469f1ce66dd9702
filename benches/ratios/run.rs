//! How a thing is measured, and how it is told.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// What a run of billbook cost.
#[derive(Clone, Copy)]
pub struct Cost {
    pub time: Duration,
    /// The most memory it held, in KiB, where the system says.
    pub peak: Option<u64>,
}

pub fn billbook(book: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_billbook"));
    command
        .arg("--book")
        .arg(book)
        .args(args)
        .stdout(Stdio::null());
    command
}

/// Runs a command to its good end.
pub fn timed(mut command: Command) -> Duration {
    let started = Instant::now();
    let status = command.status().expect("a program that starts");
    assert!(status.success(), "{command:?}");
    started.elapsed()
}

/// Runs a command to its good end, while another thread looks at its memory.
pub fn timed_with_memory(mut command: Command) -> Cost {
    let started = Instant::now();
    let mut child = command.spawn().expect("a program that starts");
    let status_file = format!("/proc/{}/status", child.id());
    let ended = AtomicBool::new(false);
    std::thread::scope(|threads| {
        let watcher = threads.spawn(|| {
            let mut peak = None;
            while !ended.load(Ordering::Relaxed) {
                let text = std::fs::read_to_string(&status_file).unwrap_or_default();
                let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
                peak = line
                    .and_then(|line| line.trim().trim_end_matches(" kB").parse().ok())
                    .or(peak);
                std::thread::sleep(Duration::from_millis(10));
            }
            peak
        });
        let status = child.wait().expect("a child");
        let time = started.elapsed();
        ended.store(true, Ordering::Relaxed);
        assert!(status.success(), "{command:?}");
        let peak = watcher.join().expect("a watcher");
        Cost { time, peak }
    })
}

/// Whether a program is there and runs.
pub fn is_installed(program: &str, args: &[&str]) -> bool {
    let asked = Command::new(program).args(args).output();
    asked.is_ok_and(|output| output.status.success())
}

/// Repeats a round of measures, one after the other, until there are three or 30 seconds have gone.
pub fn rounds(mut round: impl FnMut()) {
    let started = Instant::now();
    round();
    for _ in 0..2 {
        if started.elapsed() < Duration::from_secs(30) {
            round();
        }
    }
}

/// None of no times: the peer that was to be measured is not there.
pub fn median(mut times: Vec<Duration>) -> Option<Duration> {
    times.sort_unstable();
    times.get(times.len() / 2).copied()
}

/// The median time, and the highest peak, of a few runs.
pub fn median_cost(costs: &[Cost]) -> Cost {
    Cost {
        time: median(costs.iter().map(|cost| cost.time).collect()).expect("a run"),
        peak: costs.iter().filter_map(|cost| cost.peak).max(),
    }
}

/// Brings a file, or the files of a directory, to disk and into memory, so that who reads first has no disadvantage; and
/// waits for whatever else the run before left to be written.
pub fn settle(path: &Path) {
    // Where there is no such program, there is no such wait.
    let _ = Command::new("sync").status();
    read(path);
}

fn read(path: &Path) {
    if path.is_dir() {
        for entry in std::fs::read_dir(path).expect("a directory") {
            read(&entry.expect("an entry").path());
        }
        return;
    }
    let mut file = File::open(path).expect("a file");
    file.sync_all().expect("a file on disk");
    std::io::copy(&mut file, &mut std::io::sink()).expect("a file that can be read");
}

fn text(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds < 1.0 {
        format!("{:.1} ms", seconds * 1e3)
    } else {
        format!("{seconds:.2} s")
    }
}

/// What billbook is measured against.
pub struct Peer<'a> {
    pub name: &'a str,
    /// What it did, after a space or a comma.
    pub how: &'a str,
    /// None where it is not installed.
    pub time: Option<Duration>,
}

/// One line of the table.
pub fn row(what: &str, ours: Duration, peer: &Peer, aim: &str) {
    let Peer { name, how, time } = peer;
    let ours_text = text(ours);
    match time {
        Some(time) => {
            let ratio = ours.as_secs_f64() / time.as_secs_f64();
            let time = text(*time);
            println!("| {what} | {ours_text} | {name}{how}: {time} | {ratio:.2} | {aim} |");
        }
        None => println!("| {what} | {ours_text} | {name} is not installed | | {aim} |"),
    }
}

/// What is measured, with the memory it took.
pub fn with_peak(what: &str, peak: Option<u64>) -> String {
    peak.map_or(what.to_owned(), |peak| {
        format!("{what} (peak memory {} MiB)", peak / 1024)
    })
}

/// How many lines a file has.
pub fn lines(path: &Path) -> u64 {
    let mut file = BufReader::new(File::open(path).expect("a file"));
    let mut lines = 0;
    while file.skip_until(b'\n').expect("a file that can be read") > 0 {
        lines += 1;
    }
    lines
}
