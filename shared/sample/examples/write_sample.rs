//! Writes a sample without the program: `write_sample FOLDER ROWS [TABLES] [DEFECTS]`.

use tieout_sample::pg01::{Request, write};

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let request = Request {
        folder: arguments[1].clone().into(),
        source_tables: arguments.get(3).filter(|it| *it != "-").map(Into::into),
        rows: arguments[2].parse().unwrap(),
        companies: Vec::new(),
        seed: 1,
        defects: arguments.get(4).map(|it| it.split(',').map(str::to_owned).collect()),
        cutoff_date: "2025-09-30".parse().unwrap(),
    };
    println!("{:#?}", write(&request).unwrap());
}
