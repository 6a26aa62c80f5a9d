//! The bytes of assets: read from disk, or fetched through the machine's own index and kept while they stream by.

use crate::asset::{Asset, Content};
use crate::passthrough::Fetcher;
use crate::random::{self, to_hex};
use anyhow::{Context, Result, bail};
use axum::body::{Body, Bytes};
use futures_util::StreamExt;
use sha2::{Digest, Sha256};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::io::AsyncWriteExt;
use tokio::sync::mpsc;

/// Where fetched and kept files lie.
#[derive(Debug)]
pub(crate) struct Store {
    folder: PathBuf,
    fetcher: Option<Fetcher>,
}

impl Store {
    /// A store in a folder, which is made.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub(crate) fn new(folder: PathBuf, fetcher: Option<Fetcher>) -> Result<Store> {
        std::fs::create_dir_all(&folder)
            .with_context(|| format!("cannot make {}", folder.display()))?;
        Ok(Store { folder, fetcher })
    }

    /// The bytes of an asset, as a body that streams.
    ///
    /// # Errors
    /// When the file has gone or the machine's own index does not give it.
    pub(crate) async fn open(&self, asset: &Arc<Asset>) -> Result<Body> {
        match asset.content() {
            Content::Folder(path) | Content::Kept(path) => from_file(&path).await,
            Content::Sent(bytes) => Ok(Body::from(bytes)),
            Content::Remote(url) => self.fetch(asset, url).await,
        }
    }

    /// Takes copies of files that lie in a folder of somebody else's.
    ///
    /// # Errors
    /// When a copy fails.
    pub(crate) fn take_hold(&self, assets: &[Arc<Asset>]) -> Result<()> {
        for asset in assets {
            if let Content::Folder(path) = asset.content() {
                let copy = self.new_path();
                std::fs::copy(&path, &copy)
                    .with_context(|| format!("cannot keep a copy of {}", path.display()))?;
                asset.set_content(Content::Kept(copy));
            }
        }
        Ok(())
    }

    async fn fetch(&self, asset: &Arc<Asset>, url: url::Url) -> Result<Body> {
        let fetcher = self
            .fetcher
            .as_ref()
            .context("this emulator reaches no other index")?;
        let answer = fetcher.get(url).await?;
        let (sender, receiver) = mpsc::channel(16);
        let (asset, path) = (asset.clone(), self.new_path());
        tokio::spawn(async move {
            let kept = copy(answer, &path, asset.sha256.as_deref(), &sender).await;
            match kept {
                Ok(()) => asset.set_content(Content::Kept(path)),
                Err(cause) => {
                    // The client may have left; the file must not stay in either case.
                    let _ = tokio::fs::remove_file(&path).await;
                    let _ = sender
                        .send(Err(io::Error::other(format!("{cause:#}"))))
                        .await;
                }
            }
        });
        let chunks =
            futures_util::stream::unfold(receiver, async |mut receiver: mpsc::Receiver<_>| {
                Some((receiver.recv().await?, receiver))
            });
        Ok(Body::from_stream(chunks))
    }

    fn new_path(&self) -> PathBuf {
        self.folder.join(random::hex(16))
    }
}

/// Writes a download to a file and hands each piece on; a client that leaves does not stop the keeping.
async fn copy(
    answer: reqwest::Response,
    path: &Path,
    sha256: Option<&str>,
    client: &mpsc::Sender<io::Result<Bytes>>,
) -> Result<()> {
    let mut file = tokio::fs::File::create(path).await?;
    let mut digest = Sha256::new();
    let mut chunks = answer.bytes_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk?;
        digest.update(&chunk);
        file.write_all(&chunk).await?;
        let _ = client.send(Ok(chunk)).await;
    }
    file.flush().await?;
    let actual = to_hex(&digest.finalize());
    match sha256 {
        Some(expected) if expected != actual => {
            bail!("the index sent other bytes than it announced")
        }
        _ => Ok(()),
    }
}

async fn from_file(path: &Path) -> Result<Body> {
    let bytes = tokio::fs::read(path)
        .await
        .with_context(|| format!("cannot read {}", path.display()))?;
    Ok(Body::from(bytes))
}
