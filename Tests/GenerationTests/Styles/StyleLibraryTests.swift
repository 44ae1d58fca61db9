// SPDX-License-Identifier: Apache-2.0

import Files
import Generation
import Glibc
import Requests
import TestSupport
import Testing

@Suite("A library of styles")
struct StyleLibraryTests {
    private func name(_ text: String) throws -> StyleName { try #require(StyleName(text)) }

    private func withLibrary(_ body: (Folder, StyleLibrary) throws -> Void) throws {
        try withTemporaryFolder { folder in
            try folder.write("first", "a.safetensors")
            try folder.write("second", "b.safetensors")
            try body(folder, StyleLibrary(folder: folder.at("styles")))
        }
    }

    @Test func `that is missing has no styles, and says how to get one`() throws {
        try withLibrary { folder, library in
            try #expect(library.entries().isEmpty)
            let sentence =
                "There is no style 'ink'. No style is installed in '\(library.folder)': train one in "
                + "the mode \"customization\", or put an adapter there as 'ink.safetensors'."
            let error = #expect(throws: StyleError.self) { try library.find(name("ink")) }
            #expect(error?.description == sentence)
        }
    }

    @Test func `counts versions, and knows the same bytes again`() throws {
        try withLibrary { folder, library in
            let ink = try name("ink")
            #expect(try library.install(folder.at("a.safetensors"), as: ink) == 1)
            #expect(try library.install(folder.at("b.safetensors"), as: ink) == 2)
            #expect(try library.install(folder.at("a.safetensors"), as: ink) == 1)
            #expect(try library.install(folder.at("b.safetensors"), as: ink) == 2)
            #expect(try library.find(ink).name.description == "ink@2")
            #expect(try library.find(name("ink@1")).path == folder.at("styles/ink/1.safetensors"))
            #expect(folder.text("styles/ink/1.safetensors") == "first")
            #expect(folder.text("styles/ink/2.safetensors") == "second")
            #expect(try library.entries().map(\.name.description) == ["ink@1", "ink@2"])
            let missing = #expect(throws: StyleError.self) { try library.find(name("ink@3")) }
            #expect(
                missing?.description
                    == "The style 'ink' has no version 3. There are: 'ink@1', 'ink@2'.")
        }
    }

    @Test func `a file of somebody's own is the first version`() throws {
        try withLibrary { folder, library in
            try folder.write("own", "styles/ink.safetensors")
            #expect(try library.find(name("ink")).path == folder.at("styles/ink.safetensors"))
            #expect(try library.find(name("ink")).version == 1)
            #expect(try library.install(folder.at("a.safetensors"), as: name("ink")) == 2)
            #expect(try library.find(name("ink")).version == 2)
            #expect(try library.find(name("ink@1")).path == folder.at("styles/ink.safetensors"))
            try folder.write("own", "own.safetensors")
            #expect(try library.install(folder.at("own.safetensors"), as: name("ink")) == 1)
            try #expect(library.troubles().isEmpty)
        }
    }

    @Test func `removes one version or all, and gives a number away again only at the end`() throws
    {
        try withLibrary { folder, library in
            let ink = try name("ink")
            for file in ["a", "b"] {
                _ = try library.install(folder.at("\(file).safetensors"), as: ink)
            }
            #expect(try library.remove(name("ink@1")).map(\.description) == ["ink@1"])
            #expect(try library.entries().map(\.name.description) == ["ink@2"])
            #expect(throws: StyleError.self) { try library.remove(name("ink@1")) }
            #expect(try library.install(folder.at("a.safetensors"), as: ink) == 3)
            #expect(try library.remove(ink).map(\.description) == ["ink@2", "ink@3"])
            #expect(folder.tree == ["a.safetensors", "b.safetensors", "styles/"])
            #expect(throws: StyleError.self) { try library.remove(ink) }
        }
    }

    @Test func `says the nearest name, or all`() throws {
        try withLibrary { folder, library in
            for style in ["ink", "paper", "watercolour"] {
                try folder.write("x", "styles/\(style).safetensors")
            }
            let cases = [
                ("inc", "There is no style 'inc'. Did you mean 'ink'?"),
                ("water-color", "There is no style 'water-color'. Did you mean 'watercolour'?"),
                ("ink.safetensors", "There is no style 'ink.safetensors'. Did you mean 'ink'?"),
                (
                    "oil",
                    "There is no style 'oil'. Installed are: 'ink', 'paper', 'watercolour'."
                ),
            ]
            for (wanted, sentence) in cases {
                let error = #expect(throws: StyleError.self) { try library.find(name(wanted)) }
                #expect(error?.description == sentence)
            }
        }
    }

    @Test func `passes over what has no name of a style, and tells of it`() throws {
        try withLibrary { folder, library in
            for file in [
                "my style.safetensors", "ink@2.safetensors", ".hidden.safetensors", "notes.txt",
                "oil/01.safetensors", "oil/0.safetensors", "oil/x.safetensors", "oil/.2.new",
                "ink.safetensors", "ink/1.safetensors",
            ] {
                try folder.write("x", "styles/\(file)")
            }
            try folder.make("styles/paper.safetensors")
            try folder.pipe("styles/pipe.safetensors")
            #expect(try library.entries().map(\.path) == [folder.at("styles/ink/1.safetensors")])
            let troubles = try library.troubles()
            #expect(troubles.count == 3)
            #expect(troubles.contains { $0.contains("'my style.safetensors' has a name") })
            #expect(troubles.contains { $0.contains("'ink.safetensors' is not used") })
        }
    }

    /// Whoever looks after the library may use links; whoever installs follows none.
    @Test func `reads through links and writes through none`() throws {
        try withLibrary { folder, library in
            try folder.make("styles")
            try folder.make("elsewhere")
            try folder.link("styles/ink.safetensors", to: "../a.safetensors")
            try folder.link("styles/oil", to: "../elsewhere")
            try folder.link("link.safetensors", to: "a.safetensors")
            #expect(try library.find(name("ink")).path == folder.at("styles/ink.safetensors"))
            let b = folder.at("b.safetensors")
            #expect(throws: StyleError.self) { try library.install(b, as: name("oil")) }
            #expect(throws: StyleError.self) {
                try library.install(folder.at("link.safetensors"), as: name("new"))
            }
            #expect(Folder(folder.at("elsewhere")).tree.isEmpty)
            #expect(try library.names() == ["ink"])
        }
    }

    @Test func `what cannot be installed says why`() throws {
        try withLibrary { folder, library in
            try folder.write("a file", "styles")
            let error = #expect(throws: StyleError.self) {
                try library.install(folder.at("a.safetensors"), as: name("ink"))
            }
            #expect(error?.mayPass == true)
            let sentence = try #require(error?.description)
            #expect(sentence.hasPrefix("The style 'ink' cannot be installed: cannot make"))
        }
    }

    /// Every call on files fails in its turn, before or after it did its work: what is there is whole,
    /// and whoever begins again ends with one version.
    @Test(arguments: [ENOSPC, EIO, EROFS], [FaultPlan.Kind.undone, .done])
    func `a failure of any call leaves nothing half`(errno: Int32, kind: FaultPlan.Kind) throws {
        try withTemporaryDirectory(inMemory: true) { path in
            let folder = Folder(path)
            try folder.write("first", "a.safetensors")
            var (number, isOver) = (1, false)
            while !isOver, number < 1000 {
                let library = StyleLibrary(folder: folder.at("styles-\(number)"))
                let plan = FaultPlan(failing: number..<number + 1, errno: errno, kind)
                do {
                    let version = try FaultPlan.$current.withValue(plan) {
                        try library.install(folder.at("a.safetensors"), as: name("ink"))
                    }
                    #expect(version == 1)
                    isOver = plan.first == nil
                } catch let error as StyleError {
                    #expect(error.mayPass, "\(String(describing: plan.first))")
                }
                let entries = try library.entries()
                #expect(entries.isEmpty || entries.map(\.version) == [1])
                for entry in entries {
                    #expect(try WholeFile.read(Path(entry.path), limit: 9) == Array("first".utf8))
                }
                #expect(try library.install(folder.at("a.safetensors"), as: name("ink")) == 1)
                let tree = Folder(library.folder).tree
                #expect(tree == ["ink/", "ink/1.safetensors"], "\(String(describing: plan.first))")
                number += 1
            }
            #expect(number > 10 && isOver)
        }
    }
}
