"""Writes the characters of the fallback font: those that BIZ UDGothic lacks and people in Japan bear in their names."""

import sys

from fontTools.ttLib import TTFont


def encodable(codec):
    """Every character from U+0020 on that the code has; private use, which each office fills as it likes, left out."""
    found = set()
    for point in range(0x20, 0x30000):
        if 0xD800 <= point < 0xF900:
            continue
        try:
            chr(point).encode(codec)
        except UnicodeEncodeError:
            continue
        found.add(point)
    return found


# MS932 (what the ministry's files use), JIS X 0213 and JIS X 0212 (the registers' supplementary kanji).
wanted = encodable("cp932") | encodable("shift_jis_2004") | encodable("euc_jis_2004")
# The compatibility ideographs, and names that none of these codes has.
wanted |= set(range(0xF900, 0xFB00)) | {ord(letter) for letter in "𠮷𥙿"}

main, fallback = (TTFont(path, fontNumber=0).getBestCmap() for path in sys.argv[1:3])
missing = sorted(point for point in wanted if point >= 0x20 and point not in main and point in fallback)
print("\n".join(f"U+{point:04X}" for point in missing))
