//! billbook against its peers, both measured in the same run:
//! `cargo bench --bench ratios -- [--bills N] [--years Y] [--only NAME,...] [--growth-to M]`
//!
//! | NAME | what is measured |
//! |---|---|
//! | `import` | N bills with 3 items each into Y new years; sqlite-utils, which is slow, is given a tenth of more than 20,000 |
//! | `export` | all of them into a file |
//! | `into-existing` | N more bills into the same years |
//! | `reimport` | the first file again, every bill unchanged |
//! | `customers` | N customers into an empty book, and again |
//! | `create`, `show` | one bill, by a process of its own |
//! | `growth` | import, import again and export of N/10, N and, where asked for, M bills |
//!
//! The peers are the sqlite3 shell, sqlite-utils and DuckDB; where one is not installed its row says so. They run
//! alternately with billbook, up to three times each within half a minute, and the median counts. All files are on disk and
//! in memory before a run reads them. Absolute times mean little on a shared machine; the ratios are what to look at. Books
//! go into `BILLBOOK_BENCH_DIR`, or a temporary directory, and are removed at the end.

mod export;
mod generator;
mod growth;
mod import;
mod one_bill;
mod parties;
mod peers;
mod run;
mod stage;

use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser, ValueEnum};
use generator::Batch;
use stage::Stage;
use std::path::{Path, PathBuf};

/// Measure billbook against its peers
#[derive(Parser)]
#[command(name = "ratios")]
struct Args {
    /// How many bills, each with 3 items; so many customers, too
    // Each year of the wide book has the bill that is shown.
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(60 * 42..=100_000_000))]
    bills: u32,
    /// Over how many years they are spread
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=60))]
    years: u32,
    /// What to measure, several by commas; all if absent
    #[arg(long, value_delimiter = ',')]
    only: Vec<Measure>,
    /// A larger number of bills to measure in `growth`, for which 10 million take a quarter of an hour
    #[arg(long, value_parser = clap::value_parser!(u32).range(..=100_000_000))]
    growth_to: Option<u32>,
    /// What cargo says
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Measure {
    Import,
    Export,
    IntoExisting,
    Reimport,
    Customers,
    Create,
    Show,
    Growth,
}

impl Args {
    fn wants(&self, measure: Measure) -> bool {
        self.only.is_empty() || self.only.contains(&measure)
    }

    /// Ends the program where the options do not go together.
    fn check(&self) {
        let refuse = |why: &str| {
            Self::command()
                .error(ErrorKind::ValueValidation, why)
                .exit()
        };
        if self.wants(Measure::IntoExisting) && self.years > 10 {
            refuse("into-existing takes 10 --years at most: one import changes no more that exist");
        }
        if let Some(largest) = self.growth_to {
            if !self.wants(Measure::Growth) {
                refuse("--growth-to is for growth, which --only leaves out");
            }
            if largest <= self.bills {
                refuse("--growth-to takes more than --bills has");
            }
        }
    }
}

fn main() {
    let bare: Vec<String> = std::env::args().skip(1).collect();
    if let [option, book, sequence] = &bare[..]
        && option == "--two-file-commit"
    {
        one_bill::two_file_commit(Path::new(book), sequence);
        return;
    }
    let args = Args::parse();
    args.check();
    let root =
        std::env::var_os("BILLBOOK_BENCH_DIR").map_or_else(std::env::temp_dir, PathBuf::from);
    let dir = tempfile::tempdir_in(root).expect("a directory for the books");
    measure(&args, dir.path());
}

fn measure(args: &Args, dir: &Path) {
    let (bills, years) = (args.bills, args.years);
    println!("{bills} bills with 3 items each over {years} years\n");
    if !matches!(args.only[..], [Measure::Growth]) {
        println!("| what | billbook | peer | ratio | aim |\n|---|---|---|---|---|");
    }
    let stage = Stage::new(&dir.join("shared"), Batch::first(bills, years));
    // The order matters: what a measure makes is there for those after it.
    if args.wants(Measure::Import) {
        import::new_years(&stage);
    }
    if args.wants(Measure::Export) {
        export::all_bills(&stage);
    }
    if args.wants(Measure::IntoExisting) {
        import::existing_years(&stage);
    }
    if args.wants(Measure::Show) {
        one_bill::show(&stage);
    }
    if args.wants(Measure::Reimport) {
        import::again(&stage);
    }
    std::fs::remove_dir_all(&stage.dir).expect("a directory that can go");
    if args.wants(Measure::Customers) {
        parties::customers(dir, bills);
    }
    if args.wants(Measure::Create) {
        one_bill::create(dir);
    }
    if args.wants(Measure::Growth) {
        let sizes: Vec<u32> = [bills / 10, bills]
            .into_iter()
            .chain(args.growth_to)
            .collect();
        growth::table(dir, &sizes, years);
    }
}
