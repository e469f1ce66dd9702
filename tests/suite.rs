//! Every test of billbook, in one binary.

mod cli;
mod contract;
mod docs;
mod exports;
mod faults;
mod laws;
mod support;
mod walls;
