//! The least that sets the flag of each Kata handler with toml_edit: no proof, no backup, no fsync.

use toml_edit::{Document, Item, TableLike, Value};

fn is_kata(table: &dyn TableLike) -> bool {
    let shim = table.get("runtime_type").and_then(Item::as_str);
    shim.map_or(false, |shim| shim.starts_with("io.containerd.kata"))
}

fn set_flag(table: &mut dyn TableLike) {
    let flag = table.get_mut("privileged_without_host_devices");
    if let Some(flag) = flag.and_then(Item::as_value_mut) {
        let decor = flag.decor().clone(); // blanks and comments
        *flag = Value::from(true);
        *flag.decor_mut() = decor;
    }
}

fn visit(table: &mut dyn TableLike) {
    if is_kata(table) {
        set_flag(table);
    }
    for (_, item) in table.iter_mut() {
        if let Some(inner) = item.as_table_like_mut() {
            visit(inner);
        }
    }
}

fn main() {
    let path = std::env::args().nth(1).expect("a file");
    let text = std::fs::read_to_string(&path).expect("a readable file");
    let mut document = text.parse::<Document>().expect("TOML");
    visit(document.as_table_mut());
    std::fs::write(&path, document.to_string()).expect("a writable file");
}
