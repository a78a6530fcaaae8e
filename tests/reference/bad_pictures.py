# SPDX-License-Identifier: MIT
"""Makes sixty pictures that are none, or that would cost more than they are worth; Python alone.

    python3 tests/reference/bad_pictures.py FOLDER            writes them
    python3 tests/reference/bad_pictures.py FOLDER --seeds    the small ones, and some good ones
    python3 tests/reference/bad_pictures.py FOLDER PROGRAM    and has `PROGRAM embed` refuse each by
                                                              itself: its line, seconds, memory
"""
import base64
import os
import pathlib
import struct
import subprocess
import sys
import zlib

MEBI = 1 << 20
# 16x16 pixels, by Pillow.
JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABQODxIPDRQSEBIXFRQYHjIhHhwcHj0sLiQySUBMS0dARkVQWnNiUFVtVkVGZIhlbXd7gYKBTmCN"
    "l4x9lnN+gXz/2wBDARUXFx4aHjshITt8U0ZTfHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHz/wAAR"
    "CAAQABADASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAABQT/xAAZEAACAwEAAAAAAAAAAAAAAAAABAMhMWH/xAAVAQEBAAAAAAAAAAAA"
    "AAAAAAACBP/EABgRAAMBAQAAAAAAAAAAAAAAAAACBBES/9oADAMBAAIRAxEAPwACBPgjAlwvXTyhNdLKI1bsUdmH/9k=")
PROGRESSIVE = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABQODxIPDRQSEBIXFRQYHjIhHhwcHj0sLiQySUBMS0dARkVQWnNiUFVtVkVGZIhlbXd7gYKBTmCN"
    "l4x9lnN+gXz/2wBDARUXFx4aHjshITt8U0ZTfHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHz/wgAR"
    "CAAQABADASIAAhEBAxEB/8QAFgABAQEAAAAAAAAAAAAAAAAABAMF/8QAFQEBAQAAAAAAAAAAAAAAAAAAAQP/2gAMAwEAAhADEAAAAc9N1Rf/"
    "xAAWEAEBAQAAAAAAAAAAAAAAAAACAAH/2gAIAQEAAQUCwWCIiL//xAAVEQEBAAAAAAAAAAAAAAAAAAADAP/aAAgBAwEBPwEWv//EABYRAQEB"
    "AAAAAAAAAAAAAAAAAAEAEf/aAAgBAgEBPwEdv//EABQQAQAAAAAAAAAAAAAAAAAAACD/2gAIAQEABj8CH//EABQQAQAAAAAAAAAAAAAAAAAA"
    "ACD/2gAIAQEAAT8hFB//2gAMAwEAAgADAAAAEKP/xAAVEQEBAAAAAAAAAAAAAAAAAAAAEf/aAAgBAwEBPxCD/8QAFBEBAAAAAAAAAAAAAAAA"
    "AAAAAP/aAAgBAgEBPxAf/8QAFxABAAMAAAAAAAAAAAAAAAAAACExYf/aAAgBAQABPxDJmohTD//Z")
LOSSY = base64.b64decode(
    "UklGRkIAAABXRUJQVlA4IDYAAACwAQCdASoQABAABABoJbACdAEOtOvAAP70m+eva8QE4TAxcrkeU383z/6eoz+XHm+PRWPOQAA=")
LOSSLESS = base64.b64decode(
    "UklGRjAAAABXRUJQVlA4TCMAAAAvD8ADALkyRPQ/dvWvf/Q/QKRtUwn3b3jwdCAmICYArpP1HwA=")
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(kind, body, checksum=None):
    right = zlib.crc32(kind + body)
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", right if checksum is None else checksum)


def header(width=4, height=4, depth=8, color=2, compression=0, interlace=0):
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, color, compression, 0, interlace))


def png(*extra, head=None, pixels=None, end=True):
    """4x4 unless head and pixels say otherwise; extra chunks before the pixels."""
    rows = zlib.compress((b"\0" + bytes(range(12))) * 4) if pixels is None else pixels
    body = chunk(b"IDAT", rows) if rows else b""
    return SIGNATURE + (head or header()) + b"".join(extra) + body + (chunk(b"IEND", b"") if end else b"")


def zeros(count):
    """That many bytes 0 as zlib packs them, without having them all."""
    packer = zlib.compressobj(9)
    return b"".join([packer.compress(bytes(MEBI)) for _ in range(count // MEBI)] +
                    [packer.compress(bytes(count % MEBI)), packer.flush()])


def unfinished(count):
    """A zlib stream that says so many bytes 0, and then stops before its end."""
    return zeros(count)[:-8]


def segment(marker, body):
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def jpeg_with(extra, whole=JPEG):
    return whole[:2] + extra + whole[2:]


def at_marker(whole, marker, offset, new):
    """The bytes from `offset` behind a marker replaced."""
    place = whole.index(bytes([0xFF, marker])) + 2 + offset
    return whole[:place] + new + whole[place + len(new):]


def many_scans(count, side):
    """A progressive JPEG of little but scans, each of which says of all blocks that nothing follows in them."""
    whole = at_marker(PROGRESSIVE, 0xC2, 3, struct.pack(">HH", side, side))
    blocks = ((side + 7) // 8) ** 2
    table = segment(0xC4, b"\x10\x01" + bytes(15) + b"\xe0")  # one code: a run of 16,384 such blocks
    scan = segment(0xDA, b"\x01\x01\x00\x01\x3f\x00") + bytes(blocks // 16384 * 2 + 4)
    return whole[:whole.index(b"\xff\xc4")] + table + scan * count + b"\xff\xd9"


def riff(*chunks):
    body = b"WEBP" + b"".join(kind + struct.pack("<I", len(part)) + part + b"\0" * (len(part) % 2)
                              for kind, part in chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def extended(flags, width=16, height=16):
    return b"VP8X", bytes([flags, 0, 0, 0]) + struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]


def truncated():
    small = png()
    return {
        "empty.png": b"", "one_byte.jpg": b"\xff", "signature_alone.png": SIGNATURE, "in_header.png": small[:20],
        "in_pixels.png": small[:60], "no_end.png": png(end=False), "start_alone.jpg": JPEG[:3],
        "in_tables.jpg": JPEG[:90], "before_scan.jpg": JPEG[:JPEG.index(b"\xff\xda")], "in_scan.jpg": JPEG[:-12],
        "header_alone.webp": LOSSY[:12], "half.webp": LOSSY[:40], "half_lossless.webp": LOSSLESS[:34],
    }


def renamed():
    return {
        "text.png": b"a red apple\n", "page.jpg": b"<!DOCTYPE html>\n<html></html>\n",
        "pointer.png": b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
        "moving.png": b"GIF89a\1\0\1\0\0\0\0;", "bitmap.jpg": b"BM" + bytes(60), "tiff.webp": b"II*\0\x08\0\0\0\0\0",
        "archive.png": b"PK\3\4" + bytes(40), "packed.jpg": b"\x1f\x8b\x08" + bytes(20), "paper.png": b"%PDF-1.7\n",
        "film.jpg": b"\0\0\0\x18ftypmp42" + bytes(16), "avif.jpg": b"\0\0\0\x18ftypavif" + bytes(16),
        "noise.webp": bytes((i * 97 + 13) % 251 for i in range(400)),
    }


def large_sides():
    return {
        "wide.png": png(head=header(16385, 1)), "square.png": png(head=header(16384, 16384)),
        "vast.png": png(head=header(2**31 - 1, 2**31 - 1)), "flat.png": png(head=header(0, 4)),
        "vast.jpg": at_marker(JPEG, 0xC0, 3, struct.pack(">HH", 65500, 65500)),
        "flat.jpg": at_marker(JPEG, 0xC0, 3, struct.pack(">HH", 0, 16)),
        "vast_lossless.webp": riff((b"VP8L", b"\x2f" + struct.pack("<I", 16383 | 16383 << 14) + bytes(20))),
        "vast.webp": riff((b"VP8 ", LOSSY[20:26] + struct.pack("<HH", 16383, 16383) + LOSSY[30:])),
        "vast_canvas.webp": riff(extended(0, 1 << 24, 1 << 24), (b"VP8 ", LOSSY[20:])),
    }


def costly():
    return {
        "zeros.png": png(head=header(8000, 8000), pixels=unfinished(8000 * 24001)),
        "zeros_alpha.png": png(head=header(7900, 8000, color=6), pixels=unfinished(7000 * 32001)),
        "zeros_interlaced.png": png(head=header(8000, 8000, interlace=1), pixels=unfinished(90 * MEBI)),
        "profile.png": png(chunk(b"iCCP", b"huge\0\0" + zeros(100 * MEBI))),
        "text_packed.png": png(chunk(b"zTXt", b"huge\0\0" + zeros(100 * MEBI))),
        "text_international.png": png(chunk(b"iTXt", b"huge\0\1\0\0\0" + zeros(100 * MEBI))),
        "many_texts.png": png(*[chunk(b"zTXt", b"one\0\0" + zeros(MEBI))] * 20),
        "profile_plain.png": png(chunk(b"iCCP", bytes(9 * MEBI))),
        "profile.jpg": jpeg_with(segment(0xE2, b"ICC_PROFILE\0\1\1" + bytes(65000)) * 1600),
        "profile.webp": riff(extended(0x20), (b"ICCP", bytes(100 * MEBI)), (b"VP8 ", LOSSY[20:])),
        "scans.jpg": many_scans(1000, 16), "scans_large.jpg": many_scans(90, 8000),
    }


def damaged():
    return {
        "checksum_header.png": SIGNATURE + header()[:-4] + b"\0\0\0\0" + png()[33:],
        "checksum_pixels.png": SIGNATURE + header() + chunk(b"IDAT", zlib.compress(bytes(52)), 7) + chunk(b"IEND", b""),
        "no_pixels.png": png(pixels=b""), "no_palette.png": png(head=header(color=3)),
        "depth.png": png(head=header(depth=3)), "color.png": png(head=header(color=5)),
        "filter.png": png(pixels=zlib.compress((b"\x09" + bytes(12)) * 4)), "not_zlib.png": png(pixels=b"words" * 9),
        "length.png": SIGNATURE + header() + struct.pack(">I", 0xFFFFFFFF) + b"IDAT" + bytes(60),
        "moving_pictures.png": png(chunk(b"acTL", struct.pack(">II", 2, 0))),
        "precision.jpg": at_marker(JPEG, 0xC0, 2, b"\x0c"), "sampling.jpg": at_marker(JPEG, 0xC0, 9, b"\x77"),
        "moving_pictures.webp": riff(extended(2), (b"ANIM", bytes(6)), (b"ANMF", bytes(16) + LOSSY[12:])),
        "frame.webp": riff((b"VP8 ", b"\xff" * 40)),
    }


def good():
    palette = chunk(b"PLTE", bytes(range(48)))
    exif = b"MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\6\0\0\0\0\0\0"
    return {
        "colour.png": png(chunk(b"eXIf", exif)), "deep.png": png(head=header(color=2, depth=16, width=2)),
        "palette.png": png(palette, chunk(b"tRNS", b"\0\x80"), head=header(color=3, width=12)),
        "grey.png": png(head=header(color=0, width=12)), "alpha.png": png(head=header(color=6, width=3)),
        "interlaced.png": png(chunk(b"iCCP", b"p\0\0" + zeros(900)), head=header(interlace=1),
                              pixels=zlib.compress(bytes(200))),
        "baseline.jpg": jpeg_with(segment(0xE1, b"Exif\0\0" + exif)), "progressive.jpg": PROGRESSIVE,
        "lossy.webp": LOSSY, "lossless.webp": LOSSLESS,
        "extended.webp": riff(extended(8), (b"VP8 ", LOSSY[20:]), (b"EXIF", exif)),
    }


def all_of_them():
    return truncated() | renamed() | large_sides() | costly() | damaged()


def measured(program, path):
    """(the line it says, seconds of computing, MiB at most) of one run by itself."""
    command = [program, "embed", str(path), "--threads", "1", "--output", str(path.parent / "none.npy")]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    said = process.stderr.read().strip()
    _, _, usage = os.wait4(process.pid, 0)
    return said, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    files = all_of_them()
    if sys.argv[2:] == ["--seeds"]:
        files = good() | {name: content for name, content in files.items() if len(content) < 4096}
    for name, content in files.items():
        (folder / name).write_bytes(content)
    print(f"{len(files)} pictures in {folder}")
    if len(sys.argv) < 3 or sys.argv[2] == "--seeds":
        return
    worst_seconds = worst_memory = named = 0
    for name in files:
        said, seconds, memory = measured(sys.argv[2], folder / name)
        clear = name in said and "\n" not in said
        named += clear
        worst_seconds, worst_memory = max(worst_seconds, seconds), max(worst_memory, memory)
        print(f"{seconds:5.2f} s {memory:5.0f} MiB {'' if clear else 'NOT NAMED '}{said}")
    print(f"{named} of {len(files)} named, at most {worst_seconds:.2f} s and {worst_memory:.0f} MiB")
    sys.exit(named != len(files))


if __name__ == "__main__":
    main()
