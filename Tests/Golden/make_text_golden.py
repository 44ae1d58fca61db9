# SPDX-License-Identifier: Apache-2.0
"""Writes Tests/Golden/text: what diffusers and transformers make of difficult prompts.

    python3 Tests/Golden/make_text_golden.py

Needs the versions in requirements.txt. `prompts.json` holds every prompt as it is written, as the
pipeline cleans it, and the tokens of both (where they differ) under each tokenizer; `buckets.json` the classes of
distances of the text encoder.
"""

import json
import random
import shutil
import sys
from pathlib import Path

import sentencepiece
import torch
from diffusers.pipelines.wan.pipeline_wan import prompt_clean
from transformers import T5TokenizerFast, UMT5Config
from transformers.models.umt5.modeling_umt5 import UMT5Attention

GOLDEN = Path(__file__).resolve().parent
TARGET = GOLDEN / "text"

WORDS = (
    "a red blue green yellow balloon boat car bird moves drifts flies left right up over the sea "
    "forest city desert at night sunset morning noon café naïve über straße mañana"
).split()

PROMPTS = [
    "", " ", "\n\t", "a", "a red balloon drifts over the sea at sunset",
    "  leading and   trailing  ", "tab\tand\nnewline\r\nand\rreturn", "no\u00a0break\u2003em\u3000wide",
    "\u200bzero\u200bwidth\u200b", "\ufeffbyte order mark", "soft\u00adhyphen", "\u2028line\u2029para\u0085next",
    "x\x1cy\x1dz\x1e\x1f", "\x00\x01nul\x07bell\x7f", "\x1b[31mred\x1b[0m \x1b[1;2Kx \x1b[x", "\x1b[٣m digits",
    # HTML.
    "fish &amp; chips", "fish &amp;amp; chips", "&amp;amp;amp;amp;", "&lt;b&gt; bold &lt;/b&gt;", "<b> &amp; &eacute;</b>",
    "&eacute;&EACUTE;&Eacute;&eAcute;", "P&EACUTE;REZ &NTILDE; &SZLIG; &AMP; &LTDOT;", "&copy &reg &notit; &notin; &ampersand",
    "&nbsp;x&nbsp;", "&#65;&#x42;&#X43;", "&#59; &#x3b;", "&#128;&#x80;&#x9f;&#x81;", "&#0; &#xD800; &#x110000; &#99999999999999999999;",
    "&#1; &#xB; &#xFFFF; &#xFDD0; &#13;", "&#; &#x; & && &;", "&#65 &#x41g &#065z", "&CounterClockwiseContourIntegral;",
    "&CounterClockwiseContourIntegralX;", "&NotEqualTilde; &fjlig; &bne;", "this&not that", "a&b;c &aMp; &ThickSpace;|",
    "&Tab;x&NewLine;y", "&lang;&rang; &hearts;&spades;", "&amp\u037e &\u212aopf; &frac12; &FRAC12; &sup2; &there4;",
    "line one &eacute;\n<line> two &eacute;\nline three &eacute;",
    # Mojibake.
    "schÃ¶n", "sch\u00c3\u0192\u00c2\u00b6n", "âœ” No problems", "&macr;\\_(ã\x83\x84)_/&macr;", "voilÃ le travail",
    "Ã la mode", "Ã\xa0 la mode", "Ã quele Ã s vezes", "l’Ã©tÃ© dâ€™Ã©tÃ©", "â€œquotedâ€\x9d", "â€œ like this â€�",
    "MÃ¼nchen – caf\u00e9", "\u00c2\u00a3100 and \u00c2\u00a9", "Â¿QuÃ© pasa?", "Ð¿Ñ\x80Ð¸Ð²ÐµÑ\x82", "РїСЂРёРІРµС‚",
    "Ã¦â€”Â¥Ã¦Å“Â¬", "æ—¥æœ¬èªž", "ðŸ˜€ smile", "ðŸ\x98\x80", "í ½í¸€", "À€nul", "caf\u00c3\u00a9 æ—¥æœ¬ mixed 日本",
    "\u0093quoted\u0094 \u0085", "Å  Å\x93uvre", "Ω≈ç√∫˜µ≤≥÷", "naïve cœur Œuvre œ1", "ÐÑÑÐºÐ¸Ð¹",
    "‚Äúquotes‚Äù", "â€˜single' â€“ dash", "ГўВЂВ™s x", "ÃƒÂ©tÃƒÂ©", "Ã¯Â»Â¿bom", "x² y³ ½ ¼ × ÷", "1° 5′ 30″ ÄÖÜ°",
    "ÄŒeskÃ¡ republika", "ÎšÎ±Î»Î·Î¼Î­ÏÎ±", "×©×œ×•×", "Ù…Ø±Ø­Ø¨Ø§", "à¸ªà¸§à¸±à¸ªà¸”à¸µ", "ì•ˆë…•", "a\u00c2 b", "Â ", "Ã ", "x Â !",
    "The Mona Lisa doesnÃƒÂ¢Ã¢â€šÂ¬Ã¢â€žÂ¢t have eyebrows.", "CÃ\xa0 vaÂ\xa0?", "1Â½ cup", "50 â‚¬", "\u00e2\u0080\u0099s",
    # Letters.
    "ﬁsh ﬂight oﬃce ﬄ ﬆ ﬅ ŉ", "Ĳssel ĳs ǅ ǆ Ǉ ǋ Ǳ", "ＬＯＵＤ　ＮＯＩＳＥＳ", "Ｕﾀｰﾝ ｶﾞ ﾊﾟ", "￡￥￦ ￣ ￨ ￩ ￮", "ﾡﾢ ￂ hangul",
    "“curly” ‘quotes’ ‛x‟ ʼn „low‚", "e\u0301 a\u030a o\u0308\u0304", "\u0041\u030a \u212b \u2126", "\u1e9b\u0323 \ufb2c", "각 한글 \u1112\u1161\u11ab",
    "½ ⅓ ① ㈱ ㌔ ™ ℃", "\u00bd\u0301 \u2460\u0308", "日本語のテキスト", "中文 提示 词，红色的气球。", "русский текст и ёлка",
    "ελληνικά Ά", "עברית \u05e9\u05c1", "العربية لا", "हिन्दी क्ष", "ภาษาไทย กำ", "Tiếng Việt ễ",
    # Emoji, unknown characters.
    "🚀", "🚀🚀 🚀", "👨‍👩‍👧‍👦 family", "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "❤️ ☃ ☃️", "👍🏽 🇩🇪🇫🇷", "a🚀b🚀🚀c", "\U0001f600\ufffd\ufffe",
    "ⓐⓑ \U0001d54f \U00020000", "\ue000 private", "▁a▁b ▁ ▁▁c", "a\u2581b",
    # Symbols.
    "<extra_id_0>", "<extra_id_0> boat <extra_id_99>", "<extra_id_100>", "a</s>b", "</s>", "<pad><unk><s>", "<unk>x", "&lt;/s&gt;",
    "<extra_id_0", "< /s>", "<0x41><0x0A>", "red<pad>boat</s></s>", " </s> ", "[STYLE] red [STYLE]boat", "[STYLE", "<extra_id_1><extra_id_12>",
    # Length.
    "boat " * 600, "日" * 600, "red<pad>" * 300, "a" + " \u0301" * 5,
    "a red red car moves left right left right", "aaaaaaaaaaaaaaaa", "redredbluered balloonboat", "UPPER Case TEXT", "0123456789 3.14159 1,000",
    "snake_case camelCase kebab-case a.b.c", "!@#$%^*()[]{}|\\/?.,;:'\"`~", "http://example.org/?a=1&b=2&copy=3", "C:\\path\\file", "line\u000bvertical\u000cform",
]  # fmt: skip


def train(folder, **options):
    folder.mkdir(parents=True)
    source = random.Random(7)
    corpus = [" ".join(source.choices(WORDS, k=source.randint(3, 12))) for _ in range(2000)]
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(corpus), model_prefix=str(folder / "spiece"), model_type="unigram",
        hard_vocab_limit=False, num_threads=1, minloglevel=2, pad_id=0, eos_id=1, **options)
    (folder / "spiece.vocab").unlink()


def tokenizers():
    """The folders whose tokenizers are asked, by name."""
    shutil.rmtree(TARGET, ignore_errors=True)
    # Every option that transformers treats in another way than sentencepiece does.
    train(TARGET / "bytes", vocab_size=330, bos_id=2, unk_id=3, byte_fallback=True,
          normalization_rule_name="identity", user_defined_symbols=["[STYLE]"])
    # As save_pretrained leaves it: without spiece.model.
    train(TARGET / "compiled", vocab_size=70, bos_id=-1, unk_id=2,
          normalization_rule_name="identity")
    T5TokenizerFast.from_pretrained(TARGET / "compiled").save_pretrained(TARGET / "compiled")
    (TARGET / "compiled/spiece.model").unlink()
    return {
        "text/bytes": TARGET / "bytes", "text/compiled": TARGET / "compiled",
        "checkpoints/sharded/tokenizer": GOLDEN / "checkpoints/sharded/tokenizer",
        "checkpoints/narrow/tokenizer": GOLDEN / "checkpoints/narrow/tokenizer",
    }  # fmt: skip


def tokens(tokenizer, text):
    ids = tokenizer([text], padding="max_length", max_length=512, truncation=True,
                    add_special_tokens=True, return_attention_mask=True)
    return ids.input_ids[0][: sum(ids.attention_mask[0])]


def prompts(texts, folders):
    opened = {name: T5TokenizerFast.from_pretrained(folder) for name, folder in folders.items()}
    entries = []
    for raw in texts:
        text = prompt_clean(raw)
        entry = dict(raw=raw, text=text, tokens={n: tokens(t, text) for n, t in opened.items()})
        if raw != text:
            entry["rawTokens"] = {n: tokens(t, raw) for n, t in opened.items()}
        entries.append(entry)
    return entries


def buckets():
    values = []
    for count, distance in [(32, 128), (16, 40), (8, 20), (64, 256), (32, 64), (4, 2), (6, 9), (20, 1000)]:
        layer = UMT5Attention(UMT5Config(
            d_model=8, d_kv=4, num_heads=2, relative_attention_num_buckets=count,
            relative_attention_max_distance=distance), has_relative_attention_bias=True)
        offsets = torch.arange(-511, 512)
        values.append(dict(count=count, distance=distance,
                           buckets=layer._relative_position_bucket(offsets).tolist()))
    return values


def write(name, value):
    text = ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in value)
    (TARGET / name).write_text(f"[\n{text}\n]\n")


if __name__ == "__main__":
    write("prompts.json", prompts(PROMPTS, tokenizers()))
    write("buckets.json", buckets())
