// SPDX-License-Identifier: Apache-2.0

internal import Files

/// File systems whose content changes without an event here: on a server, on the host of a virtual
/// machine, in a program, or in the layer below.
///
/// Changes that this machine makes itself may raise events on all of them, which proves nothing.
enum RemoteFileSystem: String, CaseIterable, Sendable {
    case nfs = "NFS"
    case smb = "SMB"
    case fuse = "FUSE"
    case overlay = "overlayfs"
    case plan9 = "9P"
    case ceph = "Ceph"
    case afs = "AFS"
    case coda = "Coda"
    case ncp = "NCP"
    case lustre = "Lustre"
    case gpfs = "GPFS"
    case beegfs = "BeeGFS"
    case panfs = "PanFS"
    case snfs = "StorNext"
    case ocfs2 = "OCFS2"
    case gfs2 = "GFS2"
    case acfs = "ACFS"
    case ibrix = "IBRIX"
    case aufs = "aufs"
    case ecryptfs = "eCryptfs"
    case virtualBox = "VirtualBox shared folders"
    case vmware = "VMware shared folders"
    case parallels = "Parallels shared folders"

    /// The kind by its number; nil for file systems whose events can be trusted.
    init?(magic: UInt32) {
        guard let kind = Self.allCases.first(where: { $0.magics.contains(magic) }) else {
            return nil
        }
        self = kind
    }

    /// From `linux/magic.h` and, for those outside the kernel, the table of coreutils.
    private var magics: [UInt32] {
        switch self {
        case .nfs: [0x6969]
        case .smb: [0x517B, 0xFF53_4D42, 0xFE53_4D42]
        case .fuse: [0x6573_5546]
        case .overlay: [0x794C_7630]
        case .plan9: [0x0102_1997]
        case .ceph: [0x00C3_6400]
        case .afs: [0x5346_414F, 0x6B41_4653]
        case .coda: [0x7375_7245]
        case .ncp: [0x564C]
        case .lustre: [0x0BD0_0BD0]
        case .gpfs: [0x4750_4653]
        case .beegfs: [0x1983_0326]
        case .panfs: [0xAAD7_AAEA]
        case .snfs: [0xBEEF_DEAD]
        case .ocfs2: [0x7461_636F]
        case .gfs2: [0x0116_1970]
        case .acfs: [0x6163_6673]
        case .ibrix: [0x0131_11A8]
        case .aufs: [0x6175_6673]
        case .ecryptfs: [0xF15F]
        case .virtualBox: [0x786F_4256]
        case .vmware: [0xBACB_ACBC]
        case .parallels: [0x7C7C_6673]
        }
    }
}
