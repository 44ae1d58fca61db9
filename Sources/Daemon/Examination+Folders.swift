// SPDX-License-Identifier: Apache-2.0

internal import Requests
internal import Service
internal import Spool

/// What can be wrong with a root folder: rights, mounts, room, events.
extension Examination {
    static func folders(_ facts: RootFacts, _ root: String) -> [Finding] {
        let topic = "folders"
        guard facts.missing.isEmpty else {
            let names = facts.missing.map { "'\(root)/\($0)'" }.joined(separator: ", ")
            return [
                Finding(
                    topic, .fault, "not there, or not to be entered: \(names)",
                    remedy: root == defaultRoot
                        ? "systemd-tmpfiles --create rushes.conf"
                        : "rushes serve --root \(root) makes them")
            ]
        }
        var findings: [Finding] = []
        for folder in facts.folders {
            switch folder.name {
            case "spool" where folder.permissions & 0o077 != 0:
                findings.append(
                    Finding(
                        "spool", .warning, "others than the service can enter '\(folder.path)'",
                        remedy: "chmod 700 \(folder.path)"))
            case "inbox": findings += inbox(folder)
            default: continue
            }
        }
        return findings.isEmpty
            ? [Finding(topic, .good, "inbox, outbox and spool are there")] : findings
    }

    /// Whether others than the service's own user can drop requests.
    private static func inbox(_ folder: RootFacts.Folder) -> [Finding] {
        let group = Machine.group(folder.group) ?? "\(folder.group)"
        let owner = Machine.user(folder.owner) ?? "\(folder.owner)"
        let person = Machine.person ?? ""
        // Somebody's own inbox needs no group.
        guard person != owner else {
            return [Finding("folders", .good, "they are \(person)'s own")]
        }
        var findings: [Finding] = []
        if folder.permissions & 0o070 != 0o070 {
            findings.append(
                Finding(
                    "inbox", .fault, "the group \(group) cannot drop into '\(folder.path)'",
                    remedy: "systemd-tmpfiles --create rushes.conf, or: chmod g+rwxs \(folder.path)"
                ))
        } else if !folder.hasDefaultList {
            findings.append(
                Finding(
                    "inbox", .warning,
                    "files that are dropped with a strict umask may be closed to the service",
                    remedy: "setfacl -d -m g:\(group):rwx \(folder.path)"))
        }
        if person == "root" {
            findings.append(
                Finding(
                    "group", .note, "root may drop; others must be in the group \(group)",
                    remedy: "usermod -aG \(group) NAME, for everybody who drops requests"))
        } else if Machine.isMember(person, of: folder.group) {
            findings.append(Finding("group", .good, "\(person) is in the group \(group)"))
        } else {
            findings.append(
                Finding(
                    "group", .warning, "\(person) is not in the group \(group)",
                    remedy: "usermod -aG \(group) \(person), and a new login"))
        }
        return findings
    }

    static func mounts(_ facts: RootFacts, _ root: String) -> [Finding] {
        let topic = "mounts"
        guard let spool = facts.folders.first(where: { $0.name == "spool" }) else { return [] }
        var findings: [Finding] = []
        for folder in facts.folders where folder.mount != spool.mount {
            let isInbox = folder.name == "inbox"
            findings.append(
                Finding(
                    topic, isInbox ? .warning : .fault,
                    "'\(folder.path)' is on another mount than the spool, so that nothing can be moved "
                        + "there in one step",
                    remedy: "put all three on one file system"
                        + (isInbox ? ", or serve it with --claim leave" : "")))
        }
        if findings.isEmpty, let mount = spool.mount {
            findings.append(Finding(topic, .good, "all three lie on the mount '\(mount)'"))
        }
        if let remote = facts.folders.first(where: { $0.name == "inbox" })?.remote {
            findings.append(
                Finding(
                    "events", .note,
                    "the inbox is on \(remote), where other machines' changes raise no event: it is "
                        + "searched every 5 to 30 seconds"))
        }
        return findings
    }

    static func disk(_ facts: RootFacts, _ root: String) -> Finding {
        let topic = "disk"
        guard let space = facts.space else {
            return Finding(
                topic, .fault, "there is no '\(root)'",
                remedy: root == defaultRoot
                    ? "systemd-tmpfiles --create rushes.conf" : "rushes serve --root \(root)")
        }
        let room = "\(gigabytes(space.free)) of \(gigabytes(space.total)) are free"
        if space.free <= facts.reserve {
            return Finding(
                topic, .fault, "\(room), too little to begin anything",
                remedy: "remove old results from '\(root)/outbox'; it goes on by itself")
        }
        return space.free < facts.reserve + (2 << 30)
            ? Finding(
                topic, .warning, "\(room), which a few long videos fill",
                remedy: "remove old results from '\(root)/outbox'")
            : Finding(topic, .good, room)
    }

    private static func gigabytes(_ bytes: Int64) -> String {
        "\((Double(bytes) / 1e8).rounded() / 10) GB"
    }

    static func watches(_ root: String) -> [Finding] {
        let topic = "events"
        guard let limit = Machine.inotifyLimit("max_user_watches"),
            let instances = Machine.inotifyLimit("max_user_instances")
        else {
            return [
                Finding(
                    topic, .warning,
                    "this kernel tells of no changes (inotify): folders are searched",
                    remedy: "use a kernel with CONFIG_INOTIFY_USER")
            ]
        }
        return watches(
            folders: RootFacts.watchedFolders(root: root), limit: limit, instances: instances, topic
        )
    }

    static func watches(
        folders: Int, limit: Int, instances: Int, _ topic: String
    ) -> [Finding] {
        if folders + 8 > limit {
            return [
                Finding(
                    topic, .fault,
                    "the inbox has \(folders) folders, and a user may watch \(limit): the others are "
                        + "searched by the clock",
                    remedy: "echo fs.inotify.max_user_watches=\(max(524_288, 4 * folders)) "
                        + ">/etc/sysctl.d/rushes.conf && sysctl --system && systemctl restart rushes"
                )
            ]
        }
        if instances < 16 {
            return [
                Finding(
                    topic, .warning, "a user may have \(instances) inotify instances, which is few",
                    remedy: "echo fs.inotify.max_user_instances=128 >/etc/sysctl.d/rushes.conf && "
                        + "sysctl --system")
            ]
        }
        return [
            Finding(
                topic, .good, "the inbox has \(folders) folders, and a user may watch \(limit)")
        ]
    }
}
