// SPDX-License-Identifier: Apache-2.0

import Foundation
import Requests
import TestSupport
import Testing

/// README.md and `docs/` say what is so: requests, commands, links, and the texts of the program.
@Suite("The documentation")
struct DocumentationTests {
    private static var repository: Folder {
        Folder(String(Golden.folder.dropLast("/Tests/Golden".count)))
    }

    /// The pages that people read.
    static let pages: [Page] = {
        let below = Folder(repository.at("docs")).tree.filter { $0.hasSuffix(".md") }
        return (["README.md"] + below.map { "docs/\($0)" }).map {
            Page(path: $0, text: repository.text($0) ?? "")
        }
    }()

    // MARK: - Requests

    @Test(arguments: DocumentationTests.pages.filter { !$0.requests.isEmpty })
    func everyRequestWorks(page: Page) throws {
        for block in page.requests {
            let request: Request
            do {
                request = try Request(parsing: Array(block.text.utf8))
            } catch {
                Issue.record("\(page.path), line \(block.line): \(error)")
                continue
            }
            // Another model than the one of the repository cannot be asked.
            guard (request.model ?? "starter") == "starter" else { continue }
            try withTemporaryFolder { folder in
                try Self.supply(request, in: folder)
                try folder.write(block.text, "request.json")
                let end = try Program([
                    "validate", folder.at("request.json"),
                    "--models", Self.repository.at("models"), "--styles", folder.at("styles"),
                ]).end()
                #expect(
                    end.status == 0, "\(page.path), line \(block.line): \(end.complaints)")
            }
        }
    }

    @Test func thereAreRequestsOfEveryMode() {
        var modes: Set<ModeName> = []
        for block in Self.pages.flatMap(\.requests) {
            if let request = try? Request(parsing: Array(block.text.utf8)) {
                modes.insert(request.mode.name)
            }
        }
        #expect(modes == Set(ModeName.allCases))
    }

    /// Puts stand-ins beside a request for all that it names: media of the examples, and adapters.
    private static func supply(_ request: Request, in folder: Folder) throws {
        for (index, path) in request.media.enumerated() {
            let parts = path.text.split(separator: "/")
            try folder.make(parts.dropLast().joined(separator: "/"))
            let bytes = try standIn(for: path, of: request, number: UInt8(index % 256))
            try Data(bytes).write(to: URL(fileURLWithPath: folder.at(path.text)))
        }
        for (index, style) in request.styles.enumerated() {
            let place = "styles/\(style.name.name)/\(style.name.version ?? 1).safetensors"
            try folder.make("styles/\(style.name.name)")
            // The starter's network is 192 wide.
            let bytes = adapterFile(seed: UInt64(index), width: 192)
            try Data(bytes).write(to: URL(fileURLWithPath: folder.at(place)))
        }
    }

    /// A picture or clip with a number behind it, so that no two have the same content.
    private static func standIn(
        for path: MediaPath, of request: Request, number: UInt8
    ) throws -> [UInt8] {
        let ending = path.text.split(separator: ".").last.map { $0.lowercased() } ?? ""
        let isClip = ["mp4", "mov", "mkv", "webm", "avi", "gif"].contains(ending)
        var name = isClip ? "walk.mp4" : "harbour.png"
        switch request.mode {
        case .mask(let masking):
            if case .file(let mask, _) = masking.selection, mask == path {
                name = isClip ? "mask.mp4" : "mask.png"
            }
        case .storyboard(let restyling):
            if case .sheet(let image, _, _, _) = restyling.source, image == path {
                name = "sheet.png"
            }
        default: break
        }
        // Behind a PNG anything may follow, behind an MP4 a box that is free.
        var bytes = try Root.example(name)
        if isClip { bytes += [0, 0, 0, 9] + Array("free".utf8) }
        return bytes + [number]
    }

    // MARK: - Commands

    @Test(arguments: DocumentationTests.pages.filter { !$0.commands.isEmpty })
    func everyCommandExistsWithItsOptions(page: Page) throws {
        let options = try ManualTests.options()
        for command in page.commands {
            let mistake = Self.mistake(in: command, options)
            #expect(mistake == nil, "\(page.path): \(command.joined(separator: " "))")
        }
    }

    /// What is wrong with the words of a command, if anything.
    ///
    /// * `options`: Those of each command that does something, such as `rushes styles show`.
    private static func mistake(in words: [String], _ options: [String: Set<String>]) -> String? {
        var path = "rushes"
        var rest = words.dropFirst()
        func isCommand(_ path: String) -> Bool {
            options.keys.contains { $0 == path || $0.hasPrefix("\(path) ") }
        }
        while let word = rest.first, isCommand("\(path) \(word)") {
            path += " \(word)"
            rest = rest.dropFirst()
        }
        if path == "rushes" {
            // `work` is started by the service alone, and the help says nothing of it.
            let word = rest.first ?? ""
            let isOther = ["--help", "--version", "--generate-completion-script", "help", "work"]
                .contains(word)
            return isOther ? nil : "there is no command '\(word)'"
        }
        var known: Set<String> = ["help", "version"]
        for (command, names) in options where command == path || command.hasPrefix("\(path) ") {
            known.formUnion(names)
        }
        for word in rest where word.hasPrefix("--") && word.count > 2 {
            let name = String(word.dropFirst(2).prefix { $0 != "=" })
            if !known.contains(name) { return "'\(path)' has no option --\(name)" }
        }
        return nil
    }

    @Test func aCommandThatIsNoneIsFound() throws {
        let options = try ManualTests.options()
        for line in ["rushes frobnicate", "rushes serve --wibble", "rushes styles show x --wibble"]
        {
            let commands = Shell.commands(in: line)
            #expect(commands.count == 1)
            #expect(commands.allSatisfy { Self.mistake(in: $0, options) != nil }, "\(line)")
        }
    }

    // MARK: - Links

    @Test(arguments: DocumentationTests.pages)
    func everyLinkLeadsSomewhere(page: Page) {
        let folder = page.path.split(separator: "/").dropLast().map { "\($0)/" }.joined()
        for target in page.links {
            let place = Self.repository.at(folder + target)
            #expect(FileManager.default.fileExists(atPath: place), "\(page.path): \(target)")
        }
    }

    // MARK: - Texts of the program

    @Test func everyQuotedTextIsTheProgrammes() throws {
        let page = try #require(Self.pages.first { $0.path == "docs/troubleshooting.md" })
        let sources = Sources.all
        #expect(page.quotations.count > 100 && sources.files.count > 100)
        for quotation in page.quotations {
            #expect(sources.say(quotation), "docs/troubleshooting.md: \(quotation)")
        }
        #expect(!sources.say("This text is nowhere … in the program."))
    }

    @Test func everyCodeOfAFailureIsExplained() throws {
        let page = try #require(Self.pages.first { $0.path == "docs/troubleshooting.md" })
        var codes: Set<String> = [Failure.badRequest]
        for file in Sources.all.files {
            let text = String(decoding: file, as: UTF8.self)
            for match in text.matches(of: /\bcode: "([a-z-]+)"/) { codes.insert(String(match.1)) }
        }
        #expect(codes.count > 8)
        for code in codes { #expect(page.text.contains("`\(code)`"), "\(code)") }
    }
}
