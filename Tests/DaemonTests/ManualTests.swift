// SPDX-License-Identifier: Apache-2.0

import Foundation
import Requests
import TestSupport
import Testing

/// The pages in `man/` and the program say the same; scripts/check looks at their form.
@Suite("The manual")
struct ManualTests {
    private static let repository = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private static func page(_ name: String) throws -> [Substring] {
        let place = repository.appendingPathComponent("man/\(name)")
        return try String(contentsOf: place, encoding: .utf8).split(separator: "\n")
    }

    private struct Help: Decodable {
        struct Command: Decodable {
            struct Argument: Decodable {
                struct Name: Decodable {
                    let kind: String
                    let name: String
                }
                let kind: String
                let names: [Name]?
                let shouldDisplay: Bool
            }
            let commandName: String
            let arguments: [Argument]?
            let subcommands: [Command]?
            let shouldDisplay: Bool
            let defaultSubcommand: String?
        }
        let command: Command
    }

    /// What the program itself says: the options of each command that does something.
    static func options() throws -> [String: Set<String>] {
        let end = try Program(["--experimental-dump-help"]).end()
        let help = try JSONDecoder().decode(Help.self, from: Data(end.output.utf8))
        var commands: [String: Set<String>] = [:]
        func add(_ command: Help.Command, _ path: String) {
            guard command.shouldDisplay, command.commandName != "help" else { return }
            let inner = (command.subcommands ?? []).filter { $0.commandName != "help" }
            guard inner.isEmpty else {
                for one in inner { add(one, "\(path) \(one.commandName)") }
                return
            }
            let names = (command.arguments ?? []).filter {
                $0.kind != "positional" && $0.shouldDisplay
            }
            .flatMap { $0.names ?? [] }.filter { $0.kind == "long" }.map(\.name)
            commands[path] = Set(names)
        }
        add(help.command, help.command.commandName)
        return commands
    }

    /// What `man/rushes.1` says: the options under the heading of each command.
    private static func documented() throws -> [String: Set<String>] {
        var (sections, heading): ([String: Set<String>], String) = ([:], "")
        for line in try page("rushes.1") {
            if line.hasPrefix(".Ss ") || line.hasPrefix(".Sh ") {
                heading = String(line.dropFirst(4))
                sections[heading] = []
            } else if line.hasPrefix(".It Fl ") {
                let names = line.matches(of: /Fl -([a-z-]+)/).map { String($0.1) }
                sections[heading, default: []].formUnion(names)
            }
        }
        return sections
    }

    @Test func hasEveryCommandWithEveryOption() throws {
        let options = try Self.options()
        let documented = try Self.documented()
        let shared = try #require(documented["OPTIONS OF SEVERAL COMMANDS"])
        #expect(options.count > 12, "the help is not understood")
        for (command, names) in options {
            guard let told = documented[command] else {
                Issue.record("man/rushes.1 has no section '\(command)'")
                continue
            }
            let missing = names.subtracting(told).subtracting(shared)
            #expect(missing.isEmpty, "man/rushes.1, '\(command)', says nothing of \(missing)")
            let invented = told.subtracting(names)
            #expect(invented.isEmpty, "'\(command)' has no option \(invented)")
        }
        let sections = documented.keys.filter { $0.hasPrefix("rushes ") }
        #expect(Set(sections) == Set(options.keys), "man/rushes.1 and the program differ")
        for name in shared {
            let users = options.values.count(where: { $0.contains(name) })
            #expect(users > 1, "--\(name) is no option of several commands")
        }
    }

    @Test func hasEveryKeyOfARequestAndNoOther() throws {
        var (keys, isInside): ([String], Bool) = ([], false)
        for line in try Self.page("rushes-request.5") {
            if line.hasPrefix(".Sh ") { isInside = line == ".Sh KEYS" }
            if isInside, line.hasPrefix(".It Cm ") { keys.append(String(line.dropFirst(7))) }
        }
        #expect(keys.sorted() == Field.allCases.map(\.rawValue).sorted())
    }

    @Test func hasEveryMode() throws {
        let text = try Self.page("rushes-request.5").joined(separator: "\n")
        for mode in ModeName.allCases {
            #expect(text.contains(".It Cm \(mode.rawValue) "), "\(mode.rawValue)")
        }
    }

    /// The options of `submit` are keys of a request.
    @Test func submitOffersKeysOfARequest() throws {
        let own: Set = ["folder", "wait", "as", "set", "root", "help", "version"]
        let names = try #require(Self.options()["rushes submit"]).subtracting(own)
        let keys = Set(Field.allCases.map(\.rawValue))
        #expect(names.count > 20)
        for name in names { #expect(keys.contains(name.replacing("-", with: "_")), "--\(name)") }
    }

    @Test func itsExitStatusesAreTheProgrammes() throws {
        let text = try Self.page("rushes.1").joined(separator: "\n")
        for status in ["64", "65", "66", "70", "73", "75", "78"] {
            #expect(text.contains(".It \(status)\n"), "\(status)")
        }
    }
}
