// SPDX-License-Identifier: Apache-2.0

/// What the service was told on its command line.
package struct Configuration: Sendable {
    /// The folder with inbox, outbox and spool.
    package var root: String
    /// The folder into which styles are installed.
    package var styles = EngineSettings.defaultStyles
    /// How many jobs run at the same time.
    package var jobs: Int
    /// Whether requests stay in the inbox when they are accepted.
    package var leavesRequests = false
    /// Whether the results are described in pages beside them.
    package var hasGallery = true
    /// Whether a new inbox gets folders to drop into and requests to copy.
    package var furnishes = true
    /// Whether to end when the inbox is empty and all jobs are done.
    package var once: Bool
    /// The program that works on one job, by its path.
    package var worker: String
    /// Its name and first arguments; the service adds `--parent` and the job folder.
    package var workerWords: [String]

    /// Whether the inbox is searched every few seconds because no event is to be trusted.
    package var poll = false
    /// How long an incomplete request must stay the same before it is taken for broken.
    package var pause: Duration = .seconds(2)
    /// How often everything is searched, in case events were lost without a trace.
    package var searchInterval: Duration = .seconds(300)
    /// How long a worker may take to end when it is asked to.
    package var stopLimit: Duration = .seconds(60)
    /// How long a file that a request names is waited for, after the last change, and an empty request
    /// for its content.
    package var mediaWait: Duration = .seconds(60)
    /// How long a request waits for its files before the outbox says so, which every sync tool
    /// would carry about.
    package var noticeDelay: Duration = .seconds(10)
    /// How often the outbox is told how far a job is; nil for never.
    package var progressInterval: Duration? = .seconds(30)
    /// The file with those who are told of what ended, and a web address for all of it.
    package var addressees: String?
    package var webhook: String?
    /// Whether the desktop of this user shows what ended.
    package var showsOnDesktop = false
    /// The file for Prometheus.
    package var metrics: String?
    /// How long a worker may be busy with one piece of a request's files without a word.
    package var mediaLimit: Duration = .seconds(1800)
    /// How long a worker may neither report anything nor use any processor time.
    package var stallLimit: Duration = .seconds(120)
    /// When a job that could not be begun or published is tried again.
    package var retryInterval: Duration = .seconds(60)

    /// The range of `mediaWait`, in seconds.
    package static let mediaWaitRange = 1...86_400

    /// The range of `progressInterval`, in seconds: shorter ones would keep sync tools busy.
    package static let progressRange = 30...86_400

    /// The range of `jobs`.
    package static let jobsRange = 1...16

    /// A configuration; `jobs` must be in `jobsRange`.
    package init(
        root: String, jobs: Int = 1, once: Bool = false, worker: String, workerWords: [String]
    ) {
        precondition(Self.jobsRange.contains(jobs), "jobs out of range: \(jobs)")
        self.root = root
        self.jobs = jobs
        self.once = once
        self.worker = worker
        self.workerWords = workerWords
    }
}
