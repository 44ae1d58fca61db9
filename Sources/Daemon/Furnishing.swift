// SPDX-License-Identifier: Apache-2.0

internal import Requests
internal import Spool

/// What stands in a new inbox, for people who see nothing else.
enum Furnishing {
    /// Each file by its path below the inbox.
    static var files: [(path: String, text: String)] {
        let readme = InboxName.readmeFile
        var files = [
            (path: "\(drops)/\(readme)", text: all),
            (path: "\(drops)/\(Drop.againFolder)/\(readme)", text: again),
            (path: "\(templates)/\(readme)", text: copying),
        ]
        for mode in ModeName.allCases {
            let name = Drop.folder(of: mode)
            files.append((path: "\(drops)/\(name)/\(readme)", text: text(of: mode)))
            files.append((path: "\(templates)/\(name).json", text: mode.exampleText))
            files.append((path: "\(templates)/\(name).txt", text: keys(of: mode)))
        }
        return files
    }

    private static let drops = InboxName.modeFolder
    private static let templates = InboxName.templateFolder

    private static let all = """
        What you drop into one of these folders becomes a video without a request's text. Each says
        what it takes. The result has the name of what you dropped, and appears in the outbox.

        Files that belong together have the same name up to the ending: cat.jpg and cat.txt. They
        may come one after the other, within a minute.

        A file \(Defaults.fileName) in a folder holds what is the same for all of it, as a request
        would say it: {"seconds": 2, "prompt": "in ink wash"}. It counts for folders below, too.

        """

    private static func text(of mode: ModeName) -> String {
        let what =
            switch mode {
            case .textToVideo:
                """
                Drop a text file: prompt.txt. What is written in it is what is to be seen. Plain
                text in UTF-8, at most \(Limits.promptBytes >> 10) KiB.
                """
            case .textImageToVideo:
                """
                Drop a picture and a text file of the same name: cat.jpg and cat.txt. The picture
                starts moving, and the text says what happens.
                """
            case .imageToVideo:
                """
                Drop a picture: cat.jpg. It starts moving.
                """
            case .stylization:
                """
                Drop a clip, and a text file or a picture of the same name: walk.mp4 and walk.txt, or
                walk.mp4 and walk.jpg. The clip gets the look that the text or the picture has.
                """
            case .storyboard:
                """
                Drop a mock-up clip, and a text file or a picture of the same name: plan.mp4 and
                plan.txt. The clip is rendered as the text or the picture says. A storyboard of
                panels needs a request: see \(templates)/\(Drop.folder(of: mode)).json.
                """
            case .mask:
                """
                Drop a clip, a mask and a text file: walk.mp4, walk.mask.png and walk.txt. White in
                the mask, a picture or a clip, is what changes; the text says what it shows then.
                """
            case .render:
                """
                Drop a clip of an untextured 3D render, and a text file or a picture of the same
                name: tower.mp4 and tower.txt. It becomes real as the text or the picture says.
                """
            case .customization:
                """
                A style is trained from several pictures, so that this needs a request: copy
                \(templates)/\(Drop.folder(of: mode)).json to another folder of the inbox.
                """
            }
        return what + "\n"
    }

    private static let again = """
        Drop a finished video of this service: it says itself how it was made, and is made again.
        Pictures that it was made of have to lie beside it under their old names. A clip cannot:
        for that, use the request.json of the result.

        """

    private static let copying = """
        Requests to copy, one for each mode, and beside each a text that says what every key means.
        Nothing in this folder is run. Copy a file to another folder of the inbox, change it, and put
        the pictures and clips that it names beside it.

        """

    private static func keys(of mode: ModeName) -> String {
        let keys = Field.allCases.filter { $0.modes.contains(mode) && $0 != .defaults }
        return "The keys of the mode \(mode.rawValue):\n\n"
            + keys.map { "\($0.rawValue)\n    \($0.explanation)\n" }.joined(separator: "\n")
    }
}

extension Daemon {
    /// Makes the folders of a new inbox; where that cannot be, everything else works.
    func furnish() {
        guard configuration.furnishes else { return }
        do throws(SpoolError) { try spool.furnish(Furnishing.files) } catch {
            trouble("the folders of the inbox cannot be made: \(error)")
        }
    }
}
