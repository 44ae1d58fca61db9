// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
//
// This manifest is the import table: a target may import what its line names, and nothing else
// (`make check` proves it). Read it from the top: C libraries, foundations, the flow, the daemon.

import PackageDescription

let strict: [SwiftSetting] = [
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableExperimentalFeature("Lifetimes"),
]

/// One Debian library, found through pkg-config.
func system(_ name: String, _ pkgConfig: String, debian packages: [String]) -> Target {
    .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt(packages)])
}

/// One module of the program and all that it may import.
func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, exclude: ["README.md"], swiftSettings: strict)
}

/// The tests of one module.
func tests(_ module: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: "\(module)Tests",
        dependencies: [.target(name: module), "TestSupport"] + dependencies)
}

let package = Package(
    name: "rushes",
    products: [.executable(name: "rushes", targets: ["rushes"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0")
    ],
    targets: [
        // C libraries: each is imported by exactly one module.
        .systemLibrary(name: "CLinux"),
        system("COpenBLAS", "openblas", debian: ["libopenblas-dev"]),
        .systemLibrary(name: "CDNNL", providers: [.apt(["libdnnl-dev"])]),
        system("CJSONC", "json-c", debian: ["libjson-c-dev"]),
        system("CCrypto", "libcrypto", debian: ["libssl-dev"]),
        system("CSystemd", "libsystemd", debian: ["libsystemd-dev"]),
        system(
            "CAV", "libavfilter libavformat libavcodec libswresample libswscale libavutil",
            debian: [
                "libavfilter-dev", "libavformat-dev", "libavcodec-dev", "libswresample-dev",
                "libswscale-dev", "libavutil-dev",
            ]),
        .target(
            name: "CSentencePiece",
            linkerSettings: [.linkedLibrary("sentencepiece"), .linkedLibrary("stdc++")]),
        // The passes between products, compiled for several instruction sets.
        .target(name: "CKernels", exclude: ["README.md"]),

        // Foundations: independent of each other.
        library("Files", ["CLinux"]),
        library("JSON", ["CJSONC"]),
        library("Tensors", ["COpenBLAS"]),
        library("Digests", ["CCrypto"]),
        library("Products", ["Tensors", "CKernels", "CDNNL"]),

        // The flow: a request becomes a video.
        library("Requests", ["JSON"]),
        library("Weights", ["Files", "JSON", "Tensors"]),
        library("Model", ["Products", "Tensors", "Weights", "JSON", "CSentencePiece"]),
        library("Training", ["Model", "Products", "Tensors", "Weights"]),
        library("Media", ["CAV"]),
        library("Tracking", ["Media"]),
        library(
            "Generation",
            [
                "Requests", "Model", "Training", "Media", "Tracking", "Products", "Tensors",
                "Weights", "Files", "JSON", "Digests",
            ]),

        // The service: files in, folders out.
        library("Spool", ["Files", "Digests"]),
        library("Service", ["Files", "CSystemd"]),
        library("Telling", ["Files", "JSON", "Service"]),
        .target(
            name: "Gallery", dependencies: ["JSON", "Digests"], exclude: ["README.md"],
            resources: [.embedInCode("gallery.css"), .embedInCode("gallery.js")],
            swiftSettings: strict),
        library(
            "Daemon",
            ["Requests", "Generation", "Products", "Spool", "Service", "Gallery", "Telling"]),
        .executableTarget(
            name: "rushes",
            dependencies: [
                "Daemon",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            exclude: ["README.md"],
            swiftSettings: strict),

        // Our side of `make bench`.
        .executableTarget(
            name: "bench", dependencies: ["Model", "Products", "Tensors", "Training", "Weights"],
            path: "Tests/Benchmarks/Bench", swiftSettings: strict),

        // Tests mirror the modules.
        .target(
            name: "TestSupport", dependencies: ["Files", "Weights", "Tensors"],
            path: "Tests/TestSupport"),
        tests("Files"),
        tests("JSON"),
        tests("Tensors"),
        tests("Products", ["Tensors"]),
        tests("Digests"),
        tests("Requests", ["JSON"]),
        tests("Weights", ["Tensors"]),
        tests("Model", ["Tensors", "Weights", "JSON"]),
        tests("Training", ["Model", "Products", "Tensors"]),
        tests("Media"),
        tests("Tracking", ["Media"]),
        tests(
            "Generation",
            ["Requests", "Model", "Media", "Tensors", "Weights", "JSON", "Files", "Training"]),
        tests("Spool", ["Files", "Digests"]),
        tests("Service", ["Files"]),
        tests("Gallery", ["JSON", "Requests"]),
        tests("Telling", ["Service"]),
        tests("Daemon", ["Digests", "Files", "Media", "Service", "Spool"]),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)

// The readers of strangers' bytes: a program for scripts/fuzz, which alone can link it, because it
// needs the sanitizer's run-time library; for everybody else tests that replay the corpus.
let fuzzed: [Target.Dependency] = ["Files", "Requests", "Spool", "Weights"]
if Context.environment["RUSHES_FUZZ"] != nil {
    package.targets += [
        .systemLibrary(name: "CFuzzer", path: "Tests/FuzzingTests/CFuzzer"),
        .executableTarget(
            name: "fuzz", dependencies: fuzzed + ["CFuzzer"], path: "Tests/FuzzingTests",
            exclude: ["CFuzzer", "Corpus", "CorpusTests.swift"]),
    ]
    package.products.append(.executable(name: "fuzz", targets: ["fuzz"]))
} else {
    package.targets.append(
        .testTarget(
            name: "FuzzingTests", dependencies: fuzzed, exclude: ["CFuzzer", "Corpus", "Driver"]))
}
