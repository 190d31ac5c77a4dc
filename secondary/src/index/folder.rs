//! The folder in which the index lies. All of it is mapped into memory but what is shown of the entries: that is by far the most, and a
//! page needs a few blocks of it, which are read. Otherwise the whole catalogue would in the end lie in the program's memory.

use std::fs::File;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fmt, io};
use tantivy::HasLen;
use tantivy::directory::error::{DeleteError, LockError, OpenDirectoryError, OpenReadError, OpenWriteError};
use tantivy::directory::{Directory, DirectoryLock, FileHandle, Lock, MmapDirectory, OwnedBytes, WatchCallback, WatchHandle, WritePtr};

/// How files that are read end.
const READ: &str = "store";

#[derive(Clone)]
pub struct Folder {
    mapped: MmapDirectory,
    at: PathBuf,
}

impl Folder {
    pub fn open(at: &Path) -> Result<Self, OpenDirectoryError> {
        Ok(Self { mapped: MmapDirectory::open(at)?, at: at.to_path_buf() })
    }
}

impl fmt::Debug for Folder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.at.display())
    }
}

/// A file of which pieces are read.
#[derive(Debug)]
struct Pieces {
    file: File,
    len: usize,
}

impl HasLen for Pieces {
    fn len(&self) -> usize {
        self.len
    }
}

impl FileHandle for Pieces {
    fn read_bytes(&self, range: Range<usize>) -> io::Result<OwnedBytes> {
        let mut piece = vec![0; range.len()];
        read_at(&self.file, &mut piece, range.start as u64)?;
        Ok(OwnedBytes::new(piece))
    }
}

#[cfg(unix)]
fn read_at(file: &File, into: &mut [u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, into, at)
}
#[cfg(not(unix))]
fn read_at(file: &File, into: &mut [u8], at: u64) -> io::Result<()> {
    use io::{Read, Seek};
    // Of its own place, so that two readers do not move each other's.
    let mut file = file.try_clone()?;
    file.seek(io::SeekFrom::Start(at))?;
    file.read_exact(into)
}

impl Directory for Folder {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        if path.extension().is_none_or(|end| end != READ) {
            return self.mapped.get_file_handle(path);
        }
        let open = || -> io::Result<Pieces> {
            let file = File::open(self.at.join(path))?;
            let len = usize::try_from(file.metadata()?.len()).map_err(io::Error::other)?;
            Ok(Pieces { file, len })
        };
        match open() {
            Ok(pieces) => Ok(Arc::new(pieces)),
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => Err(OpenReadError::FileDoesNotExist(path.to_path_buf())),
            Err(fault) => Err(OpenReadError::wrap_io_error(fault, path.to_path_buf())),
        }
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        self.mapped.delete(path)
    }
    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.mapped.exists(path)
    }
    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        self.mapped.open_write(path)
    }
    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        self.mapped.atomic_read(path)
    }
    fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        self.mapped.atomic_write(path, data)
    }
    fn sync_directory(&self) -> io::Result<()> {
        self.mapped.sync_directory()
    }
    fn acquire_lock(&self, lock: &Lock) -> Result<DirectoryLock, LockError> {
        self.mapped.acquire_lock(lock)
    }
    fn watch(&self, callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        self.mapped.watch(callback)
    }
}
