//! What every `ArtifactStore` must do; each implementation runs this suite.

use std::fs;

use tempfile::tempdir;
use tieout_model::Digest;
use tieout_pipeline::ports::{ArtifactStore, PutOutcome, StoreError};

/// Runs the suite against an empty store. Panics with the rule that is broken.
pub async fn check_store(store: &dyn ArtifactStore) -> Result<(), StoreError> {
    writes_once(store).await?;
    keeps_files_whole(store).await?;
    lists_in_order(store).await
}

async fn writes_once(store: &dyn ArtifactStore) -> Result<(), StoreError> {
    assert_eq!(store.get_bytes("a/one.json").await?, None, "an absent key is None, not an error");
    assert_eq!(store.put_bytes_if_absent("a/one.json", b"first").await?, PutOutcome::Written);
    assert_eq!(store.put_bytes_if_absent("a/one.json", b"second").await?, PutOutcome::Existed);
    assert_eq!(store.get_bytes("a/one.json").await?.as_deref(), Some(b"first".as_slice()), "the first put stays");
    assert_eq!(store.put_bytes_if_absent("a/empty", b"").await?, PutOutcome::Written);
    assert_eq!(store.get_bytes("a/empty").await?.as_deref(), Some(b"".as_slice()), "empty is not absent");
    Ok(())
}

async fn keeps_files_whole(store: &dyn ArtifactStore) -> Result<(), StoreError> {
    let failed = |source| StoreError::Transient { action: "prepare", key: String::new(), source };
    let folder = tempdir().map_err(failed)?;
    let (from, to) = (folder.path().join("from"), folder.path().join("to"));
    let content: Vec<u8> = (0..=u8::MAX).cycle().take(300_000).collect();
    fs::write(&from, &content).map_err(failed)?;
    assert_eq!(store.put_file_if_absent("b/file.parquet", &from).await?, PutOutcome::Written);
    assert_eq!(store.put_file_if_absent("b/file.parquet", &from).await?, PutOutcome::Existed);
    assert_eq!(store.get_file("b/absent", &to).await?, None);
    let stored = store.get_file("b/file.parquet", &to).await?;
    let stored = stored.map(|stored| (stored.size_bytes, stored.digest));
    assert_eq!(stored, Some((content.len() as u64, Digest::of(&content))), "size and digest are those of the bytes");
    assert_eq!(fs::read(&to).map_err(failed)?, content);
    Ok(())
}

async fn lists_in_order(store: &dyn ArtifactStore) -> Result<(), StoreError> {
    for key in ["c/z", "c/a/2", "c/a/1", "cc/1"] {
        store.put_bytes_if_absent(key, b"x").await?;
    }
    assert_eq!(store.list("c/").await?, ["c/a/1", "c/a/2", "c/z"]);
    assert_eq!(store.list("c").await?.len(), 4, "a prefix need not end at a part of the key");
    assert_eq!(store.list("nowhere/").await?, Vec::<String>::new());
    Ok(())
}
