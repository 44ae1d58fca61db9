// SPDX-License-Identifier: Apache-2.0

internal import JSON

/// One result as the gallery shows it: what its `result.json` says, as far as it can be believed.
///
/// The outbox belongs to people, and everything in it may say anything: of files only those are
/// named that are there, and texts are cut to a bearable length.
package struct Entry: Sendable {
    /// Where the result's folder is, below the outbox: bytes with slashes.
    package let place: [UInt8]
    /// When it was finished, as `2026-11-23T09:12:00.250Z`; empty where that is unknown.
    package let finished: String
    /// The mode's name; empty where nobody knows it.
    package let mode: String
    package let isFailed: Bool

    let prompt: String
    /// What was set, in the order of the record, beside the prompt.
    let settings: [(key: String, value: String)]
    let model: String
    let styles: [String]
    let seed: String
    /// The videos, or the pictures that stand for them.
    let takes: [Take]
    /// Names of files in the folder; nil for what is not there.
    let poster: Picture?
    let preview: String?
    let contactSheet: String?
    let others: [String]
    /// Why there is no video.
    let reason: Reason?
    let warnings: [String]
    /// A request that makes it again; nil where there is none that can be understood.
    let request: String?
    /// Files that such a request names.
    let inputs: [String]

    /// One clip of the result.
    struct Take {
        let file: String
        let seed: String
        let width: Int
        let height: Int
        let frames: Int
        let seconds: Double?
    }

    /// A picture, and its size in pixels.
    struct Picture {
        let file: String
        let width: Int
        let height: Int
    }

    /// What `error` of the record says.
    struct Reason {
        let message: String
        let problems: [(message: String, hint: String)]
    }

    /// Bytes of the longest record and request that are read.
    package static let recordLimit = 4 << 20
    package static let requestLimit = 256 << 10
    /// Characters of a prompt, and of any other value, that are shown.
    static let textLimit = (prompt: 4000, value: 400)
    /// Values of a list that are shown.
    static let listLimit = 40

    /// Reads one result; nil where the bytes are no record of one.
    ///
    /// * `place`: The path of its folder below the outbox.
    /// * `files`: The names of the files in the folder.
    /// * `record`: The content of its `result.json`.
    /// * `request`: That of its `request.json`, if it has one.
    package init?(place: [UInt8], files: Set<String>, record: [UInt8], request: [UInt8]? = nil) {
        guard let record = Self.object(record, limit: Self.recordLimit),
            let status = record["status"]?.string, ["done", "failed"].contains(status),
            record["settings"] != nil, record["timing"] != nil
        else { return nil }
        self.place = place
        isFailed = status == "failed"
        finished = Self.time(record["timing"]?["finished"]?.string)
        mode = Self.cut(record["mode"]?.string ?? "", to: 40)
        seed = Self.seed(record["seed"])
        model = Self.cut(record["model"]?["name"]?.string ?? "")
        warnings = Self.texts(record["warnings"])
        let asked = request.flatMap { Self.object($0, limit: Self.requestLimit) }
        let settings = record["settings"]?.members ?? []
        prompt = Self.cut(
            [record["settings"]?["prompt"], asked?["prompt"], record["style"]?["trigger"]]
                .lazy.compactMap { $0?.string }.first { !$0.isEmpty } ?? "",
            to: Self.textLimit.prompt)
        self.settings = settings.prefix(Self.listLimit).compactMap { member in
            guard member.key != "prompt", let value = Self.shown(member.value) else { return nil }
            return (Self.cut(member.key).replacing("_", with: " "), value)
        }
        styles = Self.styles(record["style"])
        let made = Self.files(record["files"], among: files)
        takes = made.takes
        poster = made.poster
        preview = files.contains(Self.previewName) ? Self.previewName : nil
        contactSheet = files.contains(Self.sheetName) ? Self.sheetName : nil
        others = files.subtracting(made.takes.map(\.file)).filter { !$0.hasPrefix(".") }.sorted()
        reason = isFailed ? Self.reason(record["error"]) : nil
        let used = isFailed ? nil : record
        let copy = asked.map { RequestCopy(of: $0, record: used) }
        self.request = copy.flatMap { $0.fits ? $0.text : nil }
        inputs = Self.list(record["inputs"]).compactMap { $0["name"]?.string }.map { Self.cut($0) }
    }

    /// The folder in which the result's folder is, as text; empty for the outbox itself.
    package var folder: String {
        let parts = place.split(separator: UInt8(ascii: "/")).dropLast()
        return String(decoding: Array(parts.joined(separator: [UInt8(ascii: "/")])), as: UTF8.self)
    }

    /// The name of the result's folder, as text.
    var name: String {
        let last = place.split(separator: UInt8(ascii: "/")).last ?? []
        return String(decoding: last, as: UTF8.self)
    }

    static let previewName = "preview.webp"
    static let sheetName = "contact-sheet.jpg"
    private static let posters = ["poster.jpg", "before-after.jpg"]
    private static let films = ["mp4", "webm"]
    private static let pictures = ["gif", "webp"]

    /// Whether a file is played as a video; otherwise it is a picture, which may move.
    static func isFilm(_ file: String) -> Bool {
        films.contains { file.hasSuffix(".\($0)") }
    }

    private static func object(_ bytes: [UInt8], limit: Int) -> JSONNode? {
        let node: JSONNode
        do throws(JSONError) {
            node = try JSONNode(
                parsing: bytes,
                limits: JSONLimits(bytes: limit, depth: 16, duplicateKeys: .kept))
        } catch {
            return nil
        }
        return node.members == nil ? nil : node
    }

    private static func files(
        _ node: JSONNode?, among files: Set<String>
    ) -> (takes: [Take], poster: Picture?) {
        var (takes, poster): ([Take], Picture?) = ([], nil)
        for file in list(node) {
            guard let name = file["name"]?.string, files.contains(name) else { continue }
            let (width, height) = (side(file["width"]), side(file["height"]))
            if posters.contains(name) {
                poster = poster ?? Picture(file: name, width: width, height: height)
            } else if name != sheetName, name != previewName || takes.isEmpty,
                (films + pictures).contains(where: { name.hasSuffix(".\($0)") })
            {
                let (frames, rate) = (max(0, file["frames"]?.int ?? 0), file["fps"]?.double ?? 0)
                takes.append(
                    Take(
                        file: name, seed: seed(file["seed"]), width: width, height: height,
                        frames: frames, seconds: rate > 0 ? Double(frames) / rate : nil))
            }
        }
        if takes.count > 1 { takes.removeAll { $0.file == previewName } }
        return (Array(takes.prefix(listLimit)), poster)
    }

    /// A side of a picture in pixels; 3 where it is unknown, which is a square.
    private static func side(_ node: JSONNode?) -> Int {
        let side = node?.int ?? 3
        return (1...100_000).contains(side) ? side : 3
    }

    private static func reason(_ node: JSONNode?) -> Reason {
        Reason(
            message: cut(node?["message"]?.string ?? "", to: 2000),
            problems: list(node?["problems"]).map { problem in
                (
                    cut(problem["message"]?.string ?? "", to: 1000),
                    cut(problem["hint"]?.string ?? "", to: 1000)
                )
            })
    }

    private static func styles(_ node: JSONNode?) -> [String] {
        if let call = node?["call"]?.string { return [cut(call)] }
        return list(node).compactMap { style in
            guard let name = style["name"]?.string else { return nil }
            let version = style["version"]?.int.map { "@\($0)" } ?? ""
            let weight = style["weight"]?.double ?? 1
            return cut(name) + version + (weight == 1 ? "" : ", weight \(shown(weight))")
        }
    }

    private static func texts(_ node: JSONNode?) -> [String] {
        list(node).compactMap(\.string).map { cut($0) }
    }

    private static func list(_ node: JSONNode?) -> ArraySlice<JSONNode> {
        (node?.array ?? []).prefix(listLimit)
    }

    private static func seed(_ node: JSONNode?) -> String {
        cut(node?.uint64.map { String($0) } ?? node?.string ?? "", to: 20)
    }

    /// A value as people read it; nil for one that says nothing.
    private static func shown(_ node: JSONNode) -> String? {
        switch node.content {
        case .null: nil
        case .string(let text): text.isEmpty ? nil : cut(text)
        case .bool(let value): value ? "yes" : "no"
        default: cut(node.value.serialized(pretty: false))
        }
    }

    static func shown(_ number: Double) -> String {
        JSONValue.double(number).serialized(pretty: false)
    }

    private static func cut(_ text: String, to limit: Int = textLimit.value) -> String {
        let shown = text.prefix(limit)
        return shown.endIndex == text.endIndex ? text : String(shown.dropLast()) + "…"
    }

    /// A time in the one form that sorts as text; empty for anything else.
    private static func time(_ text: String?) -> String {
        let form = "0000-00-00T00:00:00.000Z"
        guard let text, text.utf8.count == form.utf8.count else { return "" }
        let isTime = zip(text.utf8, form.utf8).allSatisfy { byte, wanted in
            wanted == UInt8(ascii: "0")
                ? (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) : byte == wanted
        }
        return isTime ? text : ""
    }
}
