# SPDX-License-Identifier: Apache-2.0
"""What step caching costs and saves: speed and PSNR of its frames against those of all steps.

    python Tests/Benchmarks/step_cache.py [--thresholds 0.2,0.3,0.5,1] [--precision automatic]
        [--rushes PATH] [--models models] [--model starter]

The prompts and seeds of `quality.py`; each clip is made with all steps and then at each threshold.
Seconds are those of the denoising as `result.json` has them, the median of the clips. Prints
Markdown for BENCHMARKS.md.
"""

import statistics

import markdown
import quality

THRESHOLDS = "0.05,0.1,0.2,0.3,0.5,1"


def measure(options):
    """Seconds with all steps, and for each threshold the clips: (seconds, reused, of, mean, lowest)."""
    exact = []
    figures = {float(word): [] for word in options.thresholds.split(",")}
    precision = ["--precision", options.precision]
    for prompt in quality.PROMPTS:
        for seed in quality.SEEDS:
            expected, record = quality.make_clip(options, prompt, seed, *precision)
            exact.append(denoising(record))
            for threshold, clips in figures.items():
                actual, record = quality.make_clip(
                    options, prompt, seed, *precision, "--step-cache", str(threshold))
                reused = record["engine"]["approximations"]["step_cache"]["steps_reused"]
                mean, lowest = quality.compare(actual, expected)
                clips.append((denoising(record), reused, record["settings"]["steps"], mean, lowest))
                print(f"{threshold:5}  seed {seed}  {reused:3} reused  {mean:5.2f} dB  {prompt}",
                      flush=True)
    return exact, figures


def denoising(record):
    return record["timing"]["stages"]["denoise"]


def rows(exact, figures):
    all_steps = statistics.median(exact)
    yield ["0, off", "none", markdown.short(all_steps), "1.00", "equal", "equal", "equal"]
    for threshold, clips in figures.items():
        seconds, reused, steps, means, lowest = zip(*clips, strict=True)
        middle = statistics.median(seconds)
        psnr = [statistics.mean(means), min(means), min(lowest)]
        yield [
            f"{threshold:g}", f"{reused[0]} of {steps[0]}", markdown.short(middle),
            f"{all_steps / middle:.2f}",
            *("equal" if value >= quality.EQUAL else f"{value:.1f} dB" for value in psnr)]


def main():
    parser = quality.parser(__doc__.split("\n")[0])
    parser.add_argument("--thresholds", default=THRESHOLDS)
    parser.add_argument("--precision", default="automatic")
    figures = measure(parser.parse_args())
    print()
    print("\n".join(markdown.table(
        ["threshold", "steps reused", "denoising, s", "speed", "mean of the clips", "lowest clip",
         "lowest frame"], rows(*figures))))


if __name__ == "__main__":
    main()
