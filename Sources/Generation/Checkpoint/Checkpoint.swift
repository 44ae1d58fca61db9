// SPDX-License-Identifier: Apache-2.0

import Digests
package import Files
import JSON
import Media
import Model
import Products
import Requests
import Tensors

/// What of a job outlives its process: a folder that a later run of the same job goes on from.
///
/// Every file in it belongs to one request, its media, one model and one arithmetic; whatever
/// belongs to another, is damaged or cut off counts as not there. What cannot be saved is work
/// that may have to be done again, never an end of the job: `trouble` says so.
package struct Checkpoint {
    /// Why the last attempt to save something failed; nil when it did not.
    package private(set) var trouble: FileError?

    private let folder: Path
    let request: [UInt8]
    private let interval: Duration
    private var key = ""
    /// What must stand in the folder before anything else does, and its key.
    private var unsaved: (beginning: Beginning, key: String)?
    private var lastSave = ContinuousClock.now

    /// What a job settles before it makes anything.
    struct Beginning: Equatable {
        var seed: UInt64
        /// When the job was first begun.
        var started: Timestamp
    }

    /// How far a window has come.
    enum Saved {
        case underway(Denoising.State)
        /// Its final latents.
        case denoised(Tensor)
    }

    /// Bytes of the largest file that is read.
    private static let limit = 4 << 30

    /// The checkpoint of a request in a folder, which is made when something is saved.
    ///
    /// * `request`: The bytes that the request was parsed from.
    /// * `interval`: Work that an interruption may cost, at least zero: nothing is saved sooner after
    ///   the last time, except what is asked for.
    package init(in folder: String, of request: [UInt8], every interval: Duration = .seconds(20)) {
        self.folder = Path(folder)
        self.request = request
        self.interval = interval
    }

    /// Takes up the seed and the start that an earlier run of the same job settled, or saves those
    /// of this one.
    ///
    /// * `record`: With the model, the inputs, the engine, the seed and the start of this run.
    mutating func begin(_ record: inout ResultRecord, _ plan: Plan) {
        begin(&record, key: Self.key(of: facts(of: record, plan)))
    }

    /// The same where everything that the result depends on, but for the seed, has the key `job`.
    mutating func begin(_ record: inout ResultRecord, key job: String) {
        guard let seed = record.seed, let started = record.timing.started else { return }
        key = job
        if let saved = read(Self.beginning).flatMap(Beginning.init) {
            record.seed = saved.seed
            record.timing.started = saved.started
        } else {
            unsaved = (Beginning(seed: seed, started: started), job)
            saveBeginning()
        }
        key = Self.key(of: [job, String(record.seed ?? seed)])
        lastSave = .now
    }

    /// Everything that the latents depend on, but for the seed.
    private func facts(of record: ResultRecord, _ plan: Plan) -> [String] {
        var digest = SHA256()
        digest.update(request[...])
        // How rows are shared out among processors decides in which order sums are made.
        let arithmetic = [
            record.engine?.precision ?? "", "\(plan.approximations)", "\(plan.stepCache)",
            String(processorCount), Tensors.productArithmetic,
            Products.productArithmetic, mediaArithmetic,
        ]
        return [digest.finish(), Engine.version] + arithmetic
            + [plan.model, record.model?.sha256 ?? ""] + plan.folder.configurationDigests
            + plan.windows.map { "\($0)" } + [plan.settings.serialized(pretty: false)]
            + plan.styles.flatMap { [$0.sha256, "\($0.weight)"] }
            + record.inputs.flatMap { [$0.name, $0.sha256] }
    }

    /// Whether so much was done since the last time that it should be saved.
    var isDue: Bool { ContinuousClock.now - lastSave >= interval }

    // MARK: The windows

    /// How far a window came, and how long all stages had taken by then.
    ///
    /// * `shape`: Of its latents.
    /// * `steps`: That it takes.
    func window(
        _ number: Int, ofTake take: Int, shape: [Int], steps: Int
    ) -> (Saved, ResultRecord.Stages)? {
        guard let file = read(Self.window(number, take)), file.numbers.count == 10,
            let stages = ResultRecord.Stages(microseconds: file.numbers[3...]),
            file.tensors.allSatisfy({ $0.shape == shape }), let latents = file.tensors.first,
            file.numbers[1] == Int64(steps)
        else { return nil }
        let (step, order) = (Int(file.numbers[0]), Int(file.numbers[2]))
        if step == steps { return file.tensors.count == 1 ? (.denoised(latents), stages) : nil }
        guard step < steps, file.tensors.count >= 3,
            let memory = UniPC.Memory(
                step: step, signals: Array(file.tensors[2...]), lastSample: file.tensors[1],
                lastOrder: order)
        else { return nil }
        return (.underway(Denoising.State(latents, memory: memory)), stages)
    }

    /// Saves how far a window has come: its final latents, or all that the next step needs.
    ///
    /// Nothing where the next step reuses an earlier one: what it needs is not kept in files.
    mutating func save(
        _ denoising: Denoising, window number: Int, ofTake take: Int, stages: ResultRecord.Stages
    ) {
        // Noise is drawn again. Residuals are larger than all else together, and the step that made
        // them is at most a few back.
        guard denoising.completed > 0, !denoising.holdsResiduals else { return }
        let (latents, memory) = (denoising.latents, denoising.state.memory)
        var tensors = [latents]
        if !denoising.isFinished, let lastSample = memory.lastSample {
            tensors += [lastSample] + memory.signals
        }
        let numbers = [denoising.completed, denoising.total, memory.lastOrder].map { Int64($0) }
        write(
            CheckpointFile(numbers: numbers + stages.microseconds, tensors: tensors),
            as: Self.window(number, take))
    }

    // MARK: The texts

    /// What the text encoder made of the texts, where that was saved.
    func texts(of plan: Plan) -> TextStates? {
        guard let file = read(Self.texts), let prompt = file.tensors.first,
            file.tensors.count == (plan.isGuided ? 2 : 1),
            file.tensors.allSatisfy({ $0.shape.count == 2 })
        else { return nil }
        return TextStates(
            prompt: prompt, negative: plan.isGuided ? file.tensors[1] : nil, of: plan)
    }

    /// Saves what the text encoder made of the texts.
    mutating func save(_ texts: TextStates) {
        let tensors = [texts.prompt] + (texts.negative.map { [$0] } ?? [])
        write(CheckpointFile(numbers: [], tensors: tensors), as: Self.texts)
    }

    // MARK: Files

    private static let beginning = "job"
    private static let texts = "texts"

    private static func window(_ number: Int, _ take: Int) -> String { "\(take)-\(number)" }

    /// The digest of a list of texts, none of which can be mistaken for a part of another.
    static func key(of facts: [String]) -> String {
        var digest = SHA256()
        for fact in facts { digest.update(Array("\(fact.utf8.count) \(fact)\n".utf8)[...]) }
        return digest.finish()
    }

    func read(_ name: String) -> CheckpointFile? {
        do throws(FileError) {
            let bytes = try WholeFile.read(folder.appending(name), limit: Self.limit)
            return CheckpointFile(bytes, key: key, name: name)
        } catch {
            // Missing or unreadable: the work is done again.
            return nil
        }
    }

    /// Without its beginning nothing in the folder would be taken up again.
    private mutating func saveBeginning() {
        guard let (beginning, key) = unsaved else { return }
        do throws(FileError) {
            try write(
                CheckpointFile(numbers: beginning.numbers), as: Self.beginning, key: key)
            unsaved = nil
            trouble = nil
        } catch { trouble = error }
    }

    mutating func write(_ file: CheckpointFile, as name: String) {
        saveBeginning()
        guard unsaved == nil else { return }
        do throws(FileError) {
            try write(file, as: name, key: key)
            trouble = nil
        } catch { trouble = error }
        // Also after a failure: a full disk is not asked again and again.
        lastSave = .now
    }

    private func write(
        _ file: CheckpointFile, as name: String, key: String
    ) throws(FileError) {
        try Directory.ensure(folder)
        try WholeFile.write(file.bytes(key: key, name: name), to: folder.appending(name))
    }
}

extension Checkpoint.Beginning {
    fileprivate var numbers: [Int64] { [Int64(bitPattern: seed), started.milliseconds] }

    fileprivate init?(_ file: CheckpointFile) {
        guard file.numbers.count == 2, file.tensors.isEmpty,
            let started = Timestamp(checking: file.numbers[1])
        else { return nil }
        seed = UInt64(bitPattern: file.numbers[0])
        self.started = started
    }
}

extension Timestamp {
    fileprivate init?(checking milliseconds: Int64) {
        // Years 1970 to 9999, which a clock that was wrong may have left.
        guard (0..<253_402_300_800_000).contains(milliseconds) else { return nil }
        self.init(milliseconds: milliseconds)
    }
}

extension ResultRecord.Stages {
    static var all: [WritableKeyPath<Self, Double>] {
        [\.load, \.text, \.media, \.train, \.denoise, \.decode, \.write]
    }

    var microseconds: [Int64] {
        Self.all.map { Int64(min(1e15, self[keyPath: $0] * 1e6)) }
    }

    init?(microseconds: ArraySlice<Int64>) {
        guard microseconds.count == Self.all.count, microseconds.allSatisfy({ $0 >= 0 }) else {
            return nil
        }
        self.init()
        for (path, value) in zip(Self.all, microseconds) {
            self[keyPath: path] = Double(value) / 1e6
        }
    }

    /// The time of both.
    static func + (left: Self, right: Self) -> Self {
        var sum = left
        for path in all { sum[keyPath: path] += right[keyPath: path] }
        return sum
    }
}
