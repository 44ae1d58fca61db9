// SPDX-License-Identifier: Apache-2.0
//
// Our side of `make bench`: loads one part of a model, then runs it once for each line `run` of the
// standard input, as Tests/Benchmarks/engine.py asks.

import Glibc
import Model
import Products
import Tensors
import Weights

let arguments = CommandLine.arguments.dropFirst()

func fail(_ words: String) -> Never {
    print("bench: \(words)")
    exit(64)
}

if arguments == ["peaks"] {
    printPeaks()
    exit(0)
}
let wantsProfile = arguments.first == "profile"
let words = wantsProfile ? ["transformer"] + arguments.dropFirst() : Array(arguments)
guard words.count == 4, let precision = Precision(rawValue: words[3]) else {
    fail(
        "usage: bench transformer|decoder|text|training FOLDER INPUTS PRECISION, "
            + "bench profile FOLDER INPUTS PRECISION, or: bench peaks")
}
let (part, folder, inputs) = (words[0], words[1], words[2])

/// The tensors of the inputs' file, by name.
func readInputs() throws -> [String: Tensor] {
    var store = try WeightStore(file: inputs)
    var result: [String: Tensor] = [:]
    for name in store.names { result[name] = store.takeIfPresent(name)?.tensor }
    return result
}

do {
    let tensors = try readInputs()
    let run: () -> Tensor
    switch part {
    case "transformer": run = try transformerRun(tensors)
    case "decoder": run = try decoderRun(tensors)
    case "text" where precision == .float32: run = try textRun(tensors)
    case "training" where precision != .int8: run = try trainingRun(tensors, precision)
    case "text", "training":
        say("unavailable the \(part) is not computed in \(precision.rawValue)")
        exit(0)
    default: fail("'\(part)' is not transformer, decoder, text or training")
    }
    if wantsProfile { printProfile(precision, run) } else { serve(run) }
} catch {
    fail("\(error)")
}

func transformerRun(_ inputs: [String: Tensor]) throws -> () -> Tensor {
    guard let latents = inputs["latents"], let text = inputs["text"],
        let timestep = inputs["timestep"]
    else { fail("latents, timestep or text is missing") }
    let control = inputs["control"]
    let transformer = try Transformer(
        ModelPart(folder: folder), withControl: control != nil, precision: precision)
    let context = transformer.remember(
        text, paddedLength: Int(inputs["padded"]?.values[0] ?? 512), withControl: control != nil)
    let positions = transformer.positions(of: latents.shape)
    let strength = [Float](
        repeating: 1, count: transformer.configuration.controlLayers.count)
    let signal = control.map { transformer.control($0, strength: strength) }
    return {
        transformer(
            latents, at: transformer.embed(timestep: timestep.values[0]), positions: positions,
            text: context, control: signal)
    }
}

func decoderRun(_ inputs: [String: Tensor]) throws -> () -> Tensor {
    guard let latents = inputs["latents"] else { fail("latents are missing") }
    let decoder = try LatentDecoder(ModelPart(folder: folder), precision: precision)
    return {
        let stream = decoder.stream(latents)
        var frames: [Tensor] = []
        while let some = stream.next() { frames.append(some) }
        return Tensor(
            shape: [frames.map { $0.shape[0] }.reduce(0, +)] + frames[0].shape.dropFirst(),
            values: frames.flatMap(\.values))
    }
}

func textRun(_ inputs: [String: Tensor]) throws -> () -> Tensor {
    guard let tokens = inputs["tokens"]?.values.map({ Int($0) }) else { fail("no tokens") }
    let encoder = try TextEncoder(ModelPart(folder: folder))
    return {
        do { return try encoder.states(of: tokens) } catch { fail("\(error)") }
    }
}

/// Answers the lines of the standard input.
func serve(_ run: () -> Tensor) {
    say("ready")
    var last: Tensor?
    while let line = readLine() {
        let words = line.split(separator: " ", maxSplits: 1).map(String.init)
        switch words.first {
        case "run":
            let start = ContinuousClock.now
            last = run()
            say("\((ContinuousClock.now - start) / .seconds(1))")
        case "save" where words.count == 2:
            guard let last else { fail("nothing was run") }
            save(last, to: words[1])
            say("saved")
        case "memory":
            var usage = rusage()
            unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
            say("\(usage.ru_maxrss * 1024)")
        default: fail("'\(line)' is not run, save PATH or memory")
        }
    }
}

func say(_ line: String) {
    print(line)
    fflush(nil)
}

/// Writes a safetensors file of one tensor called `output`.
func save(_ tensor: Tensor, to path: String) {
    let shape = tensor.shape.map { "\($0)" }.joined(separator: ",")
    var header =
        "{\"output\":{\"dtype\":\"F32\",\"shape\":[\(shape)],\"data_offsets\":[0,\(tensor.count * 4)]}}"
    while header.utf8.count % 8 != 0 { header += " " }
    guard let file = unsafe fopen(path, "we") else { fail("cannot write '\(path)'") }
    defer { unsafe fclose(file) }
    unsafe withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) {
        _ = unsafe fwrite($0.baseAddress, 1, 8, file)
    }
    _ = unsafe fputs(header, file)
    unsafe tensor.values.withUnsafeBytes {
        _ = unsafe fwrite($0.baseAddress, 1, $0.count, file)
    }
}
