//! A disk that remembers what it promised: records replayed up to a moment, and what a power cut may leave of them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Something a process did to its files.
#[derive(Clone, Debug)]
pub enum Deed {
    Create(String),
    Write {
        name: String,
        at: usize,
        bytes: Vec<u8>,
    },
    Truncate {
        name: String,
        size: usize,
    },
    Sync(String),
    Unlink(String),
    Rename {
        from: String,
        to: String,
    },
    /// The writer was told that its commit of that number is done.
    Acknowledge(u64),
}

/// Reads the recorder's log. What is written to a file called `acknowledged` is an acknowledgement.
pub fn read_log(path: &Path) -> Vec<Deed> {
    let log = fs::read(path).expect("a log");
    let mut deeds = Vec::new();
    let mut rest = log.as_slice();
    while !rest.is_empty() {
        let end = rest
            .iter()
            .position(|byte| *byte == b'\n')
            .expect("a whole line");
        let line = std::str::from_utf8(&rest[..end]).expect("UTF-8");
        rest = &rest[end + 1..];
        let mut fields = line.splitn(4, ' ');
        let mut field = || fields.next().expect("four fields");
        let (kind, a, b, name) = (field(), field(), field(), field().to_owned());
        let number = |text: &str| text.parse::<usize>().expect("a number");
        deeds.push(match kind {
            "C" => Deed::Create(name),
            "T" => Deed::Truncate {
                name,
                size: number(a),
            },
            "S" => Deed::Sync(name),
            "U" => Deed::Unlink(name),
            "R" => {
                let (from, to) = name.split_once('\t').expect("two names");
                Deed::Rename {
                    from: from.to_owned(),
                    to: to.to_owned(),
                }
            }
            "W" => {
                let (bytes, behind) = rest.split_at(number(b));
                rest = behind;
                if name == "/acknowledged" {
                    let text = std::str::from_utf8(bytes).expect("UTF-8");
                    Deed::Acknowledge(text.trim().parse().expect("a commit"))
                } else {
                    Deed::Write {
                        name,
                        at: number(a),
                        bytes: bytes.to_vec(),
                    }
                }
            }
            other => panic!("an unknown record {other}"),
        });
    }
    deeds
}

/// A change of a file's content that no sync has made durable yet.
#[derive(Clone, Debug)]
enum Change {
    Write { at: usize, bytes: Vec<u8> },
    Truncate(usize),
}

#[derive(Clone, Debug, Default)]
struct Inode {
    durable: Vec<u8>,
    pending: Vec<Change>,
}

fn apply(content: &mut Vec<u8>, change: &Change) {
    match change {
        Change::Truncate(size) => content.resize(*size, 0),
        Change::Write { at, bytes } => {
            if content.len() < at + bytes.len() {
                content.resize(at + bytes.len(), 0);
            }
            content[*at..at + bytes.len()].copy_from_slice(bytes);
        }
    }
}

/// A directory and its files, with what is durable and what is not yet.
#[derive(Clone, Debug, Default)]
pub struct Disk {
    inodes: Vec<Inode>,
    names: BTreeMap<String, usize>,
    durable_names: BTreeMap<String, usize>,
    pending_names: Vec<Deed>,
    /// The last commit that was acknowledged.
    pub acknowledged: u64,
}

impl Disk {
    /// Does what the process did.
    pub fn play(&mut self, deed: &Deed) {
        match deed {
            Deed::Write { name, at, bytes } => {
                self.pend(
                    name,
                    Change::Write {
                        at: *at,
                        bytes: bytes.clone(),
                    },
                );
            }
            Deed::Truncate { name, size } => self.pend(name, Change::Truncate(*size)),
            Deed::Sync(name) if name == "/" => {
                self.durable_names = self.names.clone();
                self.pending_names.clear();
            }
            Deed::Sync(name) => {
                let inode = &mut self.inodes[self.names[name]];
                let Inode { durable, pending } = inode;
                pending.drain(..).for_each(|change| apply(durable, &change));
            }
            Deed::Acknowledge(commit) => self.acknowledged = *commit,
            Deed::Create(_) | Deed::Unlink(_) | Deed::Rename { .. } => {
                if let Deed::Create(name) = deed {
                    self.inodes.push(Inode::default());
                    self.names.insert(name.clone(), self.inodes.len() - 1);
                }
                let mut names = std::mem::take(&mut self.names);
                self.rename(&mut names, deed);
                self.names = names;
                self.pending_names.push(deed.clone());
            }
        }
    }

    fn pend(&mut self, name: &str, change: Change) {
        let inode = self.names[name];
        self.inodes[inode].pending.push(change);
    }

    /// Applies a change of names to `names`. A created file keeps the inode it was given when it was created.
    fn rename(&self, names: &mut BTreeMap<String, usize>, deed: &Deed) {
        match deed {
            Deed::Create(name) => {
                if let Some(inode) = self.names.get(name) {
                    names.insert(name.clone(), *inode);
                }
            }
            Deed::Unlink(name) => drop(names.remove(name)),
            Deed::Rename { from, to } => {
                if let Some(inode) = names.remove(from) {
                    names.insert(to.clone(), inode);
                }
            }
            _ => {}
        }
    }

    /// The files as a killed process leaves them: the system still writes everything.
    pub fn after_kill(&self) -> BTreeMap<String, Vec<u8>> {
        self.files(&self.names, |_| true)
    }

    /// The files as a power cut leaves them: of what was not synced, `chance` says of each write whether it got through,
    /// and of the changes of names a beginning did, as in a file system that keeps their order.
    pub fn after_power_cut(
        &self,
        chance: &mut dyn FnMut(usize) -> usize,
    ) -> BTreeMap<String, Vec<u8>> {
        let mut names = self.durable_names.clone();
        let through = chance(self.pending_names.len() + 1);
        // A name created and removed again before the cut has no inode to come back to, so replay tracks its own.
        let mut created = self.created_inodes();
        for deed in &self.pending_names[..through] {
            match deed {
                Deed::Create(name) => {
                    let inode = created.remove(0);
                    names.insert(name.clone(), inode);
                }
                other => self.rename(&mut names, other),
            }
        }
        self.files(&names, |_| chance(2) == 1)
    }

    /// The inodes of the pending creations, in order: inodes are numbered as they are created.
    fn created_inodes(&self) -> Vec<usize> {
        let pending = self
            .pending_names
            .iter()
            .filter(|deed| matches!(deed, Deed::Create(_)))
            .count();
        (self.inodes.len() - pending..self.inodes.len()).collect()
    }

    fn files(
        &self,
        names: &BTreeMap<String, usize>,
        mut gets_through: impl FnMut(&Change) -> bool,
    ) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        for (name, inode) in names {
            let Inode { durable, pending } = &self.inodes[*inode];
            let mut content = durable.clone();
            for change in pending {
                if gets_through(change) {
                    apply(&mut content, change);
                }
            }
            files.insert(name.clone(), content);
        }
        files
    }
}

/// Puts files into an empty directory.
pub fn write_files(dir: &Path, files: &BTreeMap<String, Vec<u8>>) {
    for (name, content) in files {
        fs::write(dir.join(name.trim_start_matches('/')), content).expect("a file");
    }
}
