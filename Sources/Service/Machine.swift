// SPDX-License-Identifier: Apache-2.0

internal import Files
@unsafe internal import Glibc

/// Facts about the machine and the user, for whoever wants to know why something does not work.
package enum Machine {
    /// A limit of inotify, such as `max_user_watches`; nil where the kernel does not say.
    package static func inotifyLimit(_ name: String) -> Int? {
        do throws(FileError) {
            let text = try WholeFile.read(Path("/proc/sys/fs/inotify/\(name)"), limit: 64)
            let digits = text.prefix { (0x30...0x39).contains($0) }
            return Int(String(decoding: digits, as: UTF8.self))
        } catch {
            return nil
        }
    }

    /// Processors that are switched on; calls `sysconf`.
    package static var processors: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

    /// Whether something disciplines the clock, such as a time service.
    package static var clockIsSet: Bool { SystemClock.isSynchronized }

    /// Whether systemd is this machine's service manager, as sd_booted(3) finds out.
    package static var hasSystemd: Bool {
        do throws(FileError) {
            return try FileStatus(of: Path("/run/systemd/system"))?.kind == .directory
        } catch {
            return false
        }
    }

    /// The person at the keyboard: who called `sudo`, or whose process this is.
    ///
    /// Nil where the number has no name.
    package static var person: String? {
        if geteuid() == 0, let caller = environment("SUDO_USER"), !caller.isEmpty { return caller }
        return user(geteuid())
    }

    /// A user's name by their number; calls `getpwuid_r`.
    package static func user(_ number: UInt32) -> String? {
        var entry = unsafe passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16_384)
        let result = unsafe getpwuid_r(number, &entry, &buffer, buffer.count, &found)
        guard result == 0, unsafe found != nil, let name = unsafe entry.pw_name else { return nil }
        return unsafe String(cString: name)
    }

    /// A group's name by its number; calls `getgrgid_r`.
    package static func group(_ number: UInt32) -> String? {
        var entry = unsafe Glibc.group()
        var found: UnsafeMutablePointer<Glibc.group>?
        var buffer = [CChar](repeating: 0, count: 65_536)
        let result = unsafe getgrgid_r(number, &entry, &buffer, buffer.count, &found)
        guard result == 0, unsafe found != nil, let name = unsafe entry.gr_name else { return nil }
        return unsafe String(cString: name)
    }

    /// Whether a user belongs to a group, as the system's lists say now; calls `getgrouplist`.
    ///
    /// A session that began before knows nothing of it.
    package static func isMember(_ user: String, of group: UInt32) -> Bool {
        var (count, groups) = (Int32(1024), [gid_t](repeating: 0, count: 1024))
        // The group that is always counted is that of nobody.
        guard unsafe getgrouplist(user, gid_t.max, &groups, &count) >= 0 else { return false }
        return groups.prefix(Int(count)).contains(group) || primaryGroup(of: user) == group
    }

    private static func primaryGroup(of user: String) -> UInt32? {
        var entry = unsafe passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16_384)
        let result = unsafe getpwnam_r(user, &entry, &buffer, buffer.count, &found)
        return unsafe result == 0 && found != nil ? entry.pw_gid : nil
    }
}
