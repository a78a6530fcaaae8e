// SPDX-License-Identifier: MIT
#include "core/picture_text.h"

#include <algorithm>

#include "core/atomic_file.h"
#include "core/byte_order.h"
#include "core/content.h"
#include "core/error.h"
#include "core/picture_codecs.h"
#include "core/utf8.h"

namespace pincel {
namespace {

constexpr std::size_t kMaxTextFileBytes = std::size_t{512} << 20;
constexpr std::size_t kMaxPacketTexts = 100;
constexpr std::string_view kSpace = "pincel:";
constexpr std::string_view kOpening =
    "<rdf:Description rdf:about=\"\" xmlns:pincel=\"https://pincel.invalid/ns/picture/1/\">";
constexpr std::string_view kClosing = "</rdf:Description>";
constexpr std::string_view kEmptyPacket =
    "<?xpacket begin=\"\xEF\xBB\xBF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>"
    "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">"
    "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">"
    "</rdf:RDF></x:xmpmeta><?xpacket end=\"r\"?>";

struct Escape {
  char letter;
  std::string_view entity;
};
constexpr Escape kEscapes[] = {{'&', "&amp;"},   {'<', "&lt;"},   {'>', "&gt;"},  {'"', "&quot;"},
                               {'\'', "&apos;"}, {'\n', "&#10;"}, {'\t', "&#9;"}, {'\r', "&#13;"}};

// XML knows no other control characters: they become spaces.
std::string escaped(std::string_view text) {
  std::string xml;
  for (const char letter : text) {
    const auto* escape = std::find_if(std::begin(kEscapes), std::end(kEscapes),
                                      [&](const Escape& of) { return of.letter == letter; });
    const bool is_control = static_cast<unsigned char>(letter) < 32;
    if (escape != std::end(kEscapes)) {
      xml += escape->entity;
    } else {
      xml += is_control ? ' ' : letter;
    }
  }
  return xml;
}

std::string unescaped(std::string_view xml) {
  std::string text;
  while (!xml.empty()) {
    const auto* escape = std::find_if(std::begin(kEscapes), std::end(kEscapes),
                                      [&](const Escape& of) { return xml.starts_with(of.entity); });
    const bool is_other = xml.starts_with("&#xA;");  // a line break, as some write it
    if (escape != std::end(kEscapes)) {
      text += escape->letter;
      xml.remove_prefix(escape->entity.size());
    } else {
      text += is_other ? '\n' : xml.front();
      xml.remove_prefix(is_other ? 5 : 1);
    }
  }
  return text;
}

bool is_xml_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
  });
}

std::string text_of(const std::vector<PngText>& texts, std::string_view keyword) {
  const auto found = std::find_if(texts.begin(), texts.end(),
                                  [&](const PngText& text) { return text.keyword == keyword; });
  return found == texts.end() ? "" : found->text;
}

void append_big(std::string& bytes, std::uint32_t value, int count) {
  for (int i = count - 1; i >= 0; --i) bytes += static_cast<char>(value >> (8 * i) & 0xFF);
}

// One entry of a TIFF directory: type 2 ASCII, 4 LONG, 7 any bytes.
void append_entry(std::string& directory, std::uint32_t tag, std::uint32_t type,
                  const std::pair<std::uint32_t, std::uint32_t>& count_and_value) {
  append_big(directory, tag, 2);
  append_big(directory, type, 2);
  append_big(directory, count_and_value.first, 4);
  append_big(directory, count_and_value.second, 4);
}

std::string utf16_big_endian(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size();) {
    const auto first = static_cast<unsigned char>(text[i]);
    const std::size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    std::uint32_t code = length == 1 ? first : first & (0xFFU >> (length + 1));
    for (std::size_t k = 1; k < length && i + k < text.size(); ++k) {
      code = code << 6U | (static_cast<unsigned char>(text[i + k]) & 0x3FU);
    }
    i += length;
    if (code >= 0x10000) {
      append_big(bytes, 0xD800 + ((code - 0x10000) >> 10U), 2);
      code = 0xDC00 + ((code - 0x10000) & 0x3FFU);
    }
    append_big(bytes, code, 2);
  }
  return bytes;
}

// The XMP packet of a WebP; "" where there is none.
std::string_view webp_packet(std::string_view bytes, const std::string& source) {
  std::size_t at = 12;  // "RIFF", size, "WEBP"
  while (at + 8 <= bytes.size()) {
    const auto length = static_cast<std::size_t>(little_endian(bytes.substr(at + 4, 4)));
    require(length <= bytes.size() - at - 8, ExitCode::bad_data,
            "{}: is truncated (the WebP ends too early)", source);
    if (bytes.substr(at, 4) == "XMP ") return bytes.substr(at + 8, length);
    at += 8 + length + length % 2;
  }
  return {};
}

// The same of a JPEG: an APP1 segment before the pixels.
std::string_view jpeg_packet(std::string_view bytes, const std::string& source) {
  constexpr std::string_view kName("http://ns.adobe.com/xap/1.0/\0", 29);
  std::size_t at = 2;
  while (at + 4 <= bytes.size() && bytes[at] == '\xFF') {
    const auto marker = static_cast<unsigned char>(bytes[at + 1]);
    if (marker == 0xDA || marker == 0xD9) return {};
    const auto length = static_cast<std::size_t>(big_endian(bytes.substr(at + 2, 2)));
    require(length >= 2 && length <= bytes.size() - at - 2, ExitCode::bad_data,
            "{}: is truncated (the JPEG ends too early)", source);
    const std::string_view body = bytes.substr(at + 4, length - 2);
    if (marker == 0xE1 && body.starts_with(kName)) return body.substr(kName.size());
    at += 2 + length;
  }
  return {};
}

}  // namespace

std::string xmp_packet(const std::vector<PngText>& texts) {
  std::string own(kOpening);
  for (const PngText& text : texts) {
    if (!is_xml_name(text.keyword)) continue;
    own.append("<").append(kSpace).append(text.keyword).append(">");
    own.append(escaped(text.text));
    own.append("</").append(kSpace).append(text.keyword).append(">");
  }
  own.append(kClosing);
  std::string packet = text_of(texts, kXmpKeyword);
  if (packet.empty()) packet = kEmptyPacket;
  const auto end = packet.rfind("</rdf:RDF>");
  require(end != std::string::npos, ExitCode::internal, "an XMP packet without </rdf:RDF>");
  return packet.insert(end, own);
}

std::vector<PngText> texts_of_xmp(std::string_view packet) {
  std::vector<PngText> texts;
  const std::string opening = std::string("<").append(kSpace);
  for (auto at = packet.find(opening);
       at != std::string_view::npos && texts.size() < kMaxPacketTexts; at = packet.find(opening)) {
    packet.remove_prefix(at + opening.size());
    const auto name_end = packet.find('>');
    if (name_end == std::string_view::npos) break;
    const std::string keyword(packet.substr(0, name_end));
    const std::string closing = std::string("</").append(kSpace).append(keyword).append(">");
    const auto end = packet.find(closing);
    if (!is_xml_name(keyword) || end == std::string_view::npos) continue;
    const std::string text = unescaped(packet.substr(name_end + 1, end - name_end - 1));
    if (is_utf8(text)) texts.push_back({keyword, text});
    packet.remove_prefix(end + closing.size());
  }
  return texts;
}

std::string exif_block(const std::vector<PngText>& texts) {
  const std::string software = text_of(texts, "Software") + '\0';
  std::string comment("UNICODE\0", 8);
  comment += utf16_big_endian(text_of(texts, "parameters"));
  // Header 8, directory of two entries 30, EXIF directory of one 18, then what they point to.
  constexpr std::uint32_t kSub = 8 + 2 + 2 * 12 + 4;
  constexpr std::uint32_t kSpaceAt = kSub + 2 + 12 + 4;
  const auto software_size = static_cast<std::uint32_t>(software.size());
  std::string bytes("MM\0\x2A\0\0\0\x08", 8);
  append_big(bytes, 2, 2);
  if (software_size > 4) {
    append_entry(bytes, 0x0131, 2, {software_size, kSpaceAt});
  } else {
    append_entry(bytes, 0x0131, 2, {1, 0});  // empty: it stands in the entry itself
  }
  append_entry(bytes, 0x8769, 4, {1, kSub});
  append_big(bytes, 0, 4);
  append_big(bytes, 1, 2);
  append_entry(bytes, 0x9286, 7,
               {static_cast<std::uint32_t>(comment.size()), kSpaceAt + software_size});
  append_big(bytes, 0, 4);
  return bytes + software + comment;
}

std::vector<PngText> read_picture_text(const std::filesystem::path& path) {
  const std::string bytes = read_whole_file(path, kMaxTextFileBytes);
  const std::string kind = content_name(std::string_view(bytes).substr(0, 512));
  if (kind == "a JPEG picture") return texts_of_xmp(jpeg_packet(bytes, path.string()));
  if (kind == "a WebP picture") return texts_of_xmp(webp_packet(bytes, path.string()));
  return parse_png_text(bytes, path.string());
}

}  // namespace pincel
