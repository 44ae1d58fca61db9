// SPDX-License-Identifier: Apache-2.0

import Files
import Spool
import Testing

/// Which names mean a request, and which are other programs' business.
@Suite struct InboxNameTests {
    @Test(arguments: [
        "sunset.json", "SUNSET.JSON", "Sunset.Json", "two words.json", "🎈.json", "żółw.json",
        "a.b.json", "1.json", "a~b.json", "tmp.json", "x.tmp.json", "x.json.json", "-rf.json",
        "sync-conflict.json", "x.sync-conflict-story.json", "my_conflict-zone.json",
        "conflict.json", "the conflict.json", "no.conflicts.json", "a.conflict of two.json",
        "x-safebackup-tape.json", "a (conflict).json", "a (conflict of two).json", "a\nb.json",
        "con.json", "\u{600}.json",
    ])
    func requests(name: String) {
        #expect(InboxName.isRequest(Array(name.utf8)))
    }

    @Test func aNameThatIsNoTextMayBeARequest() {
        #expect(InboxName.isRequest([0xFC, 0xFF] + Array(".json".utf8)))
    }

    static let temporary = [
        // Syncthing, rsync, rclone, Nextcloud.
        ".syncthing.x.json.tmp", "~syncthing~x.json.tmp", ".syncthing.x.json", "~syncthing~x.json",
        ".x.json.Ab3xYz", ".x.json", "x.json.0a1b2c3d.partial", ".x.json.~4f2a", "x.json.part",
        // Resilio, Unison, OneDrive, Dropbox, Insync.
        "x.json.!sync", "x.json.!Sync", ".unison.x.json.0123.unison.tmp", "x.json.partial",
        "~$x.json", ".~x.json", "~x.json", "x.json.insyncdl", ".dropbox.json",
        // Finder, WinSCP, download tools, browsers.
        "._x.json", "x.json.filepart", "x.json.aria2", "x.json.!qB", "x.json.crdownload",
        "x.json.download", ".in.x.json.",
        // Editors.
        ".x.json.swp", ".x.json.swo", "x.json~", "#x.json#", "#x.json", ".#x.json",
        "x.json___jb_tmp___", "x.json___jb_old___", ".~lock.x.json#", ".goutputstream-AB12CD",
        ".x.json.kate-swp", ".dat.nosync1f.AbCdEf", "_tmp.json", "_TMP_x.json", "x.json.bak",
        "4913",
        // A combining mark behind the dot does not make it another dot.
        ".\u{301}x.json", "~\u{301}x.json", "x.json.tmp", "x.JSON.TMP",
    ]

    static let conflicts = [
        "x.sync-conflict-20260102-030405-ABCDEFG.json",
        "x (conflicted copy [anna] 2026-01-02 030405).json",
        "x (anna's conflicted copy 2026-09-29).json", "x (Conflicted Copy).json",
        "x_conflict-20260102-030405.json", "x-PC-safeBackup-0001.json", "x.Conflict.json",
        "x.conflict1.json", "x.conflict12.json", "x (conflict on 2026-01-02).json",
        "x (conflict_on_2026-01-02).json", "x (conflict #2_on_2026-01-02).json",
        "X.SYNC-CONFLICT-20260102-030405-ABCDEFG.JSON",
    ]

    static let others = [
        "", ".", "..", "json", ".json", ".JSON", "x.jsonl", "x.json5", "xjson", "x.json ", "x.jso",
        "x.png", "x", "thumbs.db", "desktop.ini", "x.json\u{301}", "x.json/",
    ]

    @Test(arguments: temporary + conflicts + others)
    func noRequests(name: String) {
        #expect(!InboxName.isRequest(Array(name.utf8)))
    }

    @Test(arguments: ["alice", "Alice B", "a.b", "🎈", "my #1", "conflict", "@home", "tmp", "-"])
    func foldersThatAreSearched(name: String) {
        #expect(InboxName.isSearched(Array(name.utf8)))
        #expect(InboxName.isRequest(Path("\(name)/x.json")))
    }

    @Test(arguments: [
        ".stfolder", ".stversions", ".sync", ".dropbox.cache", ".~tmp~", ".rsync-partial",
        ".Trash-1000", ".snapshots", "@eaDir", "@SynoEAStream", "#recycle", "lost+found",
        "__MACOSX", "~x", "_tmp", "x.part", "x.download", "x.json", "X.JSON", ".\u{301}x",
    ])
    func foldersThatAreNot(name: String) {
        #expect(!InboxName.isSearched(Array(name.utf8)))
        #expect(!InboxName.isRequest(Path("\(name)/x.json")))
        #expect(!InboxName.isRequest(Path("alice/\(name)/deep/x.json")))
    }

    @Test(arguments: [
        ("x.png", InboxName.Reason.suffix), (".x.json", .beginning(".")),
        ("~$x.json", .beginning("~")), ("x.json.part", .ending(".part")),
        ("x.sync-conflict-20260102-030405-ABCDEFG.json", .conflict),
        ("x (Case Conflict 1).json", .conflict),
        ("x (SFConflict a@b.c 2026-01-02).json", .conflict),
        ("x (case clash from anna, 2026-01-02).json", .conflict),
    ])
    func theReasonIsGiven(name: String, reason: InboxName.Reason) {
        #expect(InboxName.reason(againstRequest: Array(name.utf8)) == reason)
        #expect(reason.description.last == ".")
    }

    @Test(arguments: [
        ("@eaDir", InboxName.Reason.housekeeping), (".stfolder", .beginning(".")),
        ("x.json", .folder), ("x.part", .ending(".part")),
    ])
    func theReasonAgainstAFolderIsGiven(name: String, reason: InboxName.Reason) {
        #expect(InboxName.reason(againstFolder: Array(name.utf8)) == reason)
    }

    @Test(arguments: [
        "x.mp4.part", ".x.png", "x.sync-conflict-20260102-030405-ABCDEFG.png", "Thumbs.db",
        "x (Anna's conflicted copy 2026-01-02).mp4", "x.SyncPart", "x.mp4.aria2", "x.ytdl",
        "~x.mp4",
        "x.mp4.opdownload", "x.conflict1.mov", "desktop.ini",
    ])
    func noMedia(name: String) {
        #expect(!InboxName.isMedium(Array(name.utf8)))
    }

    @Test(arguments: ["x.mp4", "conflict.mp4", "folder", "x", "a.b.png", "\u{65}\u{301}.png"])
    func media(name: String) {
        #expect(InboxName.isMedium(Array(name.utf8)))
    }

    @Test func theLongestNameIsARequest() {
        let name = [UInt8](repeating: 0x78, count: 250) + Array(".JSON".utf8)
        #expect(InboxName.isRequest(name))
        #expect(OutboxName.result(of: Path(bytes: name)).utf8.count == OutboxName.limit)
    }

    @Test func theEmptyPathIsNoRequest() {
        #expect(!InboxName.isRequest(Path("")))
        #expect(!InboxName.isSearched([]))
    }
}
