//! The data folder: created for its owner only, refused on a network file system.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};

use crate::error::{StoreError, While};

/// The user's work.
pub(crate) const HISTORY: &str = "history.db";
/// Held shared while the history is open, exclusively to migrate or replace it.
pub(crate) const LOCK: &str = "history.lock";
/// Stands while an unclean exit has not been followed by a check that passed.
pub(crate) const UNCHECKED: &str = "history.unchecked";
/// Verified copies.
pub(crate) const BACKUPS: &str = "backups";
/// One locked file for each process that has the history open.
pub(crate) const PROCESSES: &str = "processes";

/// Creates the folder if need be and refuses it where SQLite's locks do not hold.
pub(crate) fn prepare(
    folder: &Path,
    network: fn(&Path) -> Option<String>,
) -> Result<(), StoreError> {
    let existing = folder
        .ancestors()
        .find(|ancestor| ancestor.is_dir())
        .unwrap_or(folder);
    if let Some(kind) = network(existing) {
        return Err(StoreError::NetworkFolder { kind });
    }
    if folder.exists() && !folder.is_dir() {
        return Err(StoreError::Io {
            what: format!("using {} as the data folder", folder.display()),
            why: "it is a file, and a folder is needed".into(),
        });
    }
    create_private(folder)
}

/// Creates a folder only its owner can enter. One that exists keeps its permissions: the files inside are private.
pub(crate) fn create_private(folder: &Path) -> Result<(), StoreError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(folder)
        .when(&format!("creating the folder {}", folder.display()))
}

/// Opens a file for reading and writing, creating it for its owner only.
pub(crate) fn open_private(file: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)
}

/// Makes renames and new names in a folder survive a power cut.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    // Windows has no such call: its file system journals names itself.
    if cfg!(unix) {
        File::open(folder)
            .and_then(|folder| folder.sync_all())
            .when("making the folder durable")?;
    }
    Ok(())
}

/// Whether new files can be made in the folder. Tried rather than worked out from permission bits, which say nothing
/// about read-only mounts, quotas or access lists.
pub(crate) fn refuses_files(folder: &Path) -> Option<String> {
    let error = tempfile::tempfile_in(folder).err()?;
    match StoreError::io(format!("making a file in {}", folder.display()), &error) {
        StoreError::ReadOnly { why } => Some(why),
        _ => None,
    }
}

pub(crate) fn wal_of(file: &Path) -> PathBuf {
    with_suffix(file, "-wal")
}

pub(crate) fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// The name of the network file system a folder is on, if it is on one.
#[cfg(target_os = "linux")]
pub(crate) fn network_kind(folder: &Path) -> Option<String> {
    let magic = rustix::fs::statfs(folder).ok()?.f_type;
    // Wide enough for every magic number; the field's own width and sign differ between processors.
    #[allow(
        clippy::cast_sign_loss,
        clippy::cast_possible_truncation,
        clippy::unnecessary_cast,
        reason = "see above"
    )]
    let magic = magic as u32;
    if magic == FUSE {
        let mounts = std::fs::read_to_string("/proc/self/mountinfo").ok()?;
        let folder = folder.canonicalize().ok()?;
        return mounted_type(&mounts, &folder).filter(|kind| REMOTE_FUSE.contains(&kind.as_str()));
    }
    NETWORK
        .iter()
        .find(|(number, _)| *number == magic)
        .map(|(_, name)| (*name).to_owned())
}

#[cfg(windows)]
pub(crate) fn network_kind(folder: &Path) -> Option<String> {
    use std::path::{Component, Prefix};
    let folder = folder.canonicalize().ok()?;
    match folder.components().next()? {
        Component::Prefix(prefix) => {
            matches!(prefix.kind(), Prefix::UNC(..) | Prefix::VerbatimUNC(..))
                .then(|| "a Windows share".to_owned())
        }
        _ => None,
    }
}

#[cfg(not(any(target_os = "linux", windows)))]
pub(crate) fn network_kind(_folder: &Path) -> Option<String> {
    None
}

/// Numbers of statfs(2) and of the kernel's `magic.h`.
#[cfg(target_os = "linux")]
const NETWORK: &[(u32, &str)] = &[
    (0x6969, "NFS"),
    (0xff53_4d42, "CIFS"),
    (0xfe53_4d42, "SMB"),
    (0x517b, "SMB"),
    (0x0102_1997, "9P"),
    (0x5346_414f, "AFS"),
    (0x6b41_4653, "AFS"),
    (0x00c3_6400, "Ceph"),
    (0x7375_7245, "Coda"),
    (0x564c, "NCP"),
    (0x0bd0_0bd0, "Lustre"),
    (0x4750_4653, "GPFS"),
    (0x1983_0326, "BeeGFS"),
];

#[cfg(target_os = "linux")]
const FUSE: u32 = 0x6573_5546;

/// FUSE also carries local disks (NTFS, encrypted folders), so these are told apart by name.
#[cfg(target_os = "linux")]
const REMOTE_FUSE: &[&str] = &[
    "fuse.sshfs",
    "fuse.s3fs",
    "fuse.rclone",
    "fuse.glusterfs",
    "fuse.ceph-fuse",
    "fuse.davfs",
    "fuse.curlftpfs",
    "fuse.gcsfuse",
    "fuse.gvfsd-fuse",
    "fuse.google-drive-ocamlfuse",
    "fuse.onedriver",
    "fuse.juicefs",
    "fuse.moosefs",
];

/// The file system type of the mount a folder is in, from the text of `/proc/self/mountinfo` (proc(5)).
#[cfg(target_os = "linux")]
fn mounted_type(mounts: &str, folder: &Path) -> Option<String> {
    let mounted = mounts.lines().filter_map(|line| {
        let (left, right) = line.split_once(" - ")?;
        let point = left.split(' ').nth(4)?.replace("\\040", " ");
        folder
            .starts_with(&point)
            .then_some((point.len(), right.split(' ').next()?))
    });
    // Of mounts on one point the last hides the others, which is the one max_by_key keeps.
    mounted
        .max_by_key(|(length, _)| *length)
        .map(|(_, kind)| kind.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_file_system_is_refused_before_anything_is_created() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("ponder").join("data");
        let refused = prepare(&folder, |_| Some("NFS".into())).unwrap_err();
        assert_eq!(refused, StoreError::NetworkFolder { kind: "NFS".into() });
        assert!(
            refused.to_string().contains("network file system (NFS)"),
            "{refused}"
        );
        assert!(!home.path().join("ponder").exists());
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_can_enter_the_folder_and_read_a_file() {
        use std::os::unix::fs::PermissionsExt;
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("data");
        prepare(&folder, network_kind).unwrap();
        open_private(&folder.join("x")).unwrap();
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&folder), mode(&folder.join("x"))), (0o700, 0o600));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_remote_folder_behind_fuse_is_known_by_its_mount() {
        let mounts = "22 1 254:0 / / rw - ext4 /dev/vda rw\n\
                      40 22 0:44 / /home/ana/far\\040away rw - fuse.sshfs ana@far: rw\n\
                      41 22 0:45 / /home/ana/usb rw - fuseblk /dev/sdb1 rw\n";
        let kind = |folder: &str| mounted_type(mounts, Path::new(folder));
        assert_eq!(
            kind("/home/ana/far away/data").as_deref(),
            Some("fuse.sshfs")
        );
        assert_eq!(kind("/home/ana/usb/data").as_deref(), Some("fuseblk"));
        assert_eq!(kind("/home/ana").as_deref(), Some("ext4"));
        assert!(REMOTE_FUSE.contains(&"fuse.sshfs") && !REMOTE_FUSE.contains(&"fuseblk"));
    }
}
