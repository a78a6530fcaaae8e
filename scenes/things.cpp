// SPDX-License-Identifier: MIT
#include "scenes/things.h"

#include <algorithm>
#include <map>
#include <optional>
#include <pugixml.hpp>
#include <unordered_map>

#include "core/error.h"
#include "scenes/colors.h"
#include "scenes/names.h"
#include "scenes/shapes.h"

namespace pincel {
namespace {

struct Entry {
  std::string sequence, name;
};

// Code points of UTF-8 text.
std::u32string code_points(const std::string& text) {
  std::u32string points;
  for (const char byte : text) {
    const auto value = static_cast<unsigned char>(byte);
    if ((value & 0xC0) == 0x80 && !points.empty()) {
      points.back() = (points.back() << 6) | (value & 0x3Fu);
    } else {
      points.push_back(value < 0x80   ? value
                       : value < 0xE0 ? value & 0x1Fu
                       : value < 0xF0 ? value & 0x0Fu
                                      : value & 0x07u);
    }
  }
  return points;
}

// The names (type "tts") of one language in the order of CLDR, which is that of the emoji chart.
std::vector<Entry> read_names(const std::filesystem::path& cldr, const char* language) {
  std::vector<Entry> entries;
  for (const char* folder : {"annotations", "annotationsDerived"}) {
    const std::filesystem::path path = cldr / folder / (std::string(language) + ".xml");
    std::error_code ignored;
    require(std::filesystem::is_regular_file(path, ignored), ExitCode::missing_input,
            "{}: no such file: install the Debian package unicode-cldr-core", path.string());
    pugi::xml_document document;
    const pugi::xml_parse_result result = document.load_file(path.c_str());
    require(static_cast<bool>(result), ExitCode::bad_data,
            "{}: {}: reinstall the Debian package unicode-cldr-core", path.string(),
            result.description());
    for (const pugi::xml_node node : document.child("ldml").child("annotations").children())
      if (std::string_view(node.attribute("type").value()) == "tts")
        entries.push_back({node.attribute("cp").value(), node.text().get()});
  }
  return entries;
}

struct Span {
  char32_t first, last;
};

bool is_within(char32_t point, const std::vector<Span>& spans) {
  return std::any_of(spans.begin(), spans.end(),
                     [point](const Span& s) { return point >= s.first && point <= s.last; });
}

// Letters, signs, buttons, arrows, clock faces, zodiac, flags, plain circles and squares (we draw
// those ourselves), parts of others (skin, hair).
bool is_left_out(const std::u32string& points, const std::string& name) {
  static const std::vector<Span> spans = {
      {0x0, 0x202F},
      {0x2030, 0x2319},
      {0x2328, 0x2328 - 1},
      {0x23CF, 0x23CF},
      {0x23E9, 0x23EF},
      {0x23F8, 0x23FA},
      {0x2460, 0x25FF},
      {0x260E - 1, 0x260E - 1},
      {0x2611, 0x2611},
      {0x2622, 0x262F},
      {0x2638, 0x2638},
      {0x2640, 0x2653},
      {0x265E, 0x265E},
      {0x2660, 0x2666},
      {0x267B, 0x267F},
      {0x2695, 0x2695},
      {0x269B, 0x269C},
      {0x26A0, 0x26A0},
      {0x26A7, 0x26A7},
      {0x26AA, 0x26AB},
      {0x26CE, 0x26CE},
      {0x26D4, 0x26D4},
      {0x2705, 0x2705},
      {0x2714, 0x2716},
      {0x271D, 0x271D},
      {0x2721, 0x2721},
      {0x2733, 0x2734},
      {0x2747, 0x2757},
      {0x2795, 0x2797},
      {0x27A1, 0x2BFF},
      {0x3000, 0x3299},
      {0x1F100, 0x1F2FF},
      {0x1F374 - 1, 0x1F374 - 2},
      {0x1F3A6, 0x1F3A6},
      {0x1F3E7, 0x1F3E7},
      {0x1F3F3, 0x1F3F4},
      {0x1F38C, 0x1F38C},
      {0x1F3C1, 0x1F3C1},
      {0x1F3FB, 0x1F3FF},
      {0x1F441 - 1, 0x1F441 - 2},
      {0x1F4A0, 0x1F4A0},
      {0x1F4A2, 0x1F4A2},
      {0x1F4A4, 0x1F4A4},
      {0x1F4AF, 0x1F4AF},
      {0x1F4B1, 0x1F4B2},
      {0x1F4DB, 0x1F4DB},
      {0x1F4F3, 0x1F4F6},
      {0x1F500, 0x1F506},
      {0x1F515, 0x1F515},
      {0x1F518, 0x1F524},
      {0x1F52F, 0x1F530},
      {0x1F532, 0x1F53D},
      {0x1F549, 0x1F549},
      {0x1F550, 0x1F567},
      {0x1F595, 0x1F595},
      {0x1F6A9, 0x1F6A9},
      {0x1F6AB, 0x1F6AB},
      {0x1F6AD, 0x1F6AF},
      {0x1F6B1, 0x1F6B1},
      {0x1F6B3, 0x1F6B3},
      {0x1F6B7, 0x1F6BC},
      {0x1F6BE, 0x1F6BE},
      {0x1F6C2, 0x1F6C5},
      {0x1F6D0, 0x1F6D0},
      {0x1F7E0, 0x1F7F0},
      {0x1F9B0, 0x1F9B3},
      {0x1F5E8, 0x1F5E8},
      {0x1FAE5, 0x1FAE5},
      {0x1F4B9, 0x1F4B9},
      {0x1F573, 0x1F573},
      {0x1F46F - 1, 0x1F46F - 2},
  };
  // These stand in the spans above and are things all the same.
  static const std::vector<Span> kept = {{0x2602, 0x2604}, {0x2B50, 0x2B50}, {0x231A, 0x231B},
                                         {0x2328, 0x2328}, {0x2665, 0x2665}, {0x2934, 0x2933}};
  const char32_t first = points.front();
  if (is_within(first, kept)) return false;
  if (is_within(first, spans)) return true;
  for (const char32_t point : points)
    if (point == 0x20E3 || (point >= 0xE0000 && point <= 0xE007F)) return true;
  return name.starts_with("flag") || name.ends_with(" button") || name.ends_with(" symbol") ||
         name.ends_with(" flag") || name.ends_with(" flags");
}

// Where each part of the emoji chart begins.
Category category_of(const std::u32string& points, const std::string& name, Category current) {
  static const std::map<char32_t, Category> young = {
      {0x1F979, Category::face},   {0x1F9CC, Category::person}, {0x1FAB7, Category::plant},
      {0x1FAB8, Category::animal}, {0x1FAC3, Category::person}, {0x1FAC4, Category::person},
      {0x1FAC5, Category::person}, {0x1FAD8, Category::food},   {0x1FAE6, Category::hand},
      {0x1F6DD, Category::place},  {0x1F6DE, Category::object}, {0x1F6DF, Category::object}};
  const char32_t first = points.front();
  if (const auto found = young.find(first); found != young.end()) return found->second;
  if (first >= 0x1FAE0 && first <= 0x1FAE5) return Category::face;
  if (first >= 0x1FAF0 && first <= 0x1FAF8) return Category::hand;
  if (first >= 0x1FA70 && first <= 0x1FADF && current == Category::object) return current;
  if (points.size() > 1 && (first == 0x1F468 || first == 0x1F469 || first == 0x1F9D1))
    return Category::person;
  if (name.starts_with("man ") || name.starts_with("woman ") || name.starts_with("men ") ||
      name.starts_with("women "))
    return name.find("’s") == std::string::npos ? Category::person : Category::object;
  return current;
}

std::optional<Category> chart_part(char32_t first) {
  switch (first) {
    case 0x1F600:
      return Category::face;
    case 0x1F648:
      return Category::animal;
    case 0x1F48B:
      return Category::object;
    case 0x1F44B:
      return Category::hand;
    case 0x1F476:
      return Category::person;
    case 0x1F463:
      return Category::object;
    case 0x1F435:
      return Category::animal;
    case 0x1F490:
      return Category::plant;
    case 0x1F347:
      return Category::food;
    case 0x1F962:
      return Category::object;
    case 0x1F30D:
      return Category::place;
    case 0x1F682:
      return Category::vehicle;
    case 0x1F6CE:
      return Category::object;
    case 0x1F311:
      return Category::sky;
    case 0x1F383:
      return Category::object;
    default:
      return std::nullopt;
  }
}

// "woman: red hair" reads "woman with red hair".
std::string plain_name(std::string name, Language language) {
  constexpr PerLanguage<std::string_view> with = {" with ", " con ", " com "};
  if (const std::size_t at = name.find(": "); at != std::string::npos)
    name = name.substr(0, at) + std::string(in(with, language)) + name.substr(at + 2);
  for (const char* mark : {"\"", "“", "”", "“", "”"})
    for (std::size_t at; (at = name.find(mark)) != std::string::npos;)
      name.erase(at, std::string_view(mark).size());
  for (std::size_t at; (at = name.find("’")) != std::string::npos;) name.replace(at, 3, "'");
  return name;
}

// "man teacher" is also called "male teacher", but "man walking" keeps its name.
void add_gender_synonyms(std::vector<Noun>& names) {
  const std::string name = names.front().text;
  for (const auto& [start, other] : {std::pair{"man ", "male "}, std::pair{"woman ", "female "}}) {
    if (!name.starts_with(start)) continue;
    const std::string rest = name.substr(std::string_view(start).size());
    const std::string next = split(rest, " ").front();
    const bool is_known = std::any_of(
        names.begin(), names.end(), [&](const Noun& noun) { return noun.text.starts_with(other); });
    if (is_known || next.ends_with("ing") || is_one_of(next, "in|with|and|mountain")) continue;
    names.push_back(make_noun(other + rest, Language::en));
  }
}

float weight_of(const Thing& thing) {
  const std::string& name = thing.names[0].front().text;
  switch (thing.category) {
    case Category::face:
      return 0.5f;
    case Category::hand:
      return 0.4f;
    case Category::shape:
      return 0.6f;
    case Category::person:
      if (thing.key.find("\u200D") == std::string::npos) return 0.6f;
      return name.find("ing") != std::string::npos || name.find(" with ") != std::string::npos ||
                     name.find(" in ") != std::string::npos
                 ? 0.25f
                 : 0.5f;
    default:
      return 1;
  }
}

class Collector {
 public:
  Collector(const std::filesystem::path& cldr, GlyphBook& glyphs) : glyphs_(glyphs) {
    constexpr const char* kCodes[] = {"en", "es", "pt"};
    for (std::size_t language = 0; language < kLanguages; ++language) {
      std::vector<Entry> entries = read_names(cldr, kCodes[language]);
      for (const Entry& entry : entries) names_[language][entry.sequence] = entry.name;
      if (language == 0) order_ = std::move(entries);
    }
    for (const std::string_view line : name_changes()) {
      const std::vector<std::string> fields = split(line, "|");
      changes_[fields[0]] = {fields[1], fields[2], fields[3]};
    }
    for (const Merge& merge : merged_looks()) merges_[std::string(merge.look)] = merge.thing;
  }

  std::vector<Thing> collect() {
    Category current = Category::object;
    for (const Entry& entry : order_) {
      std::u32string points = code_points(entry.sequence);
      if (const auto part = chart_part(points.front()); part && points.size() == 1) current = *part;
      const bool joined = points.size() > 1;
      add_entry(entry, points, joined ? category_of_first(points) : current);
    }
    for (const ShapeName& shape : shape_names()) add_shape(shape);
    std::erase_if(things_, [](const Thing& thing) { return thing.looks.empty(); });
    for (Thing& thing : things_) finish(thing);
    return std::move(things_);
  }

 private:
  Category category_of_first(const std::u32string& points) const {
    const auto found = categories_.find(points.front());
    return found == categories_.end() ? Category::object : found->second;
  }

  void add_entry(const Entry& entry, std::u32string points, Category current) {
    if (is_left_out(points, entry.name)) return;
    const Category category = category_of(points, entry.name, current);
    if (points.size() == 1) categories_[points.front()] = category;
    int tone = -1;
    std::string key = without_tones(entry.sequence, tone);
    if (tone == kMixedTones) return;
    // A family is a family, whoever is in it; so are the couples.
    for (const auto& [start, whole] :
         {std::pair{"family:", "👪"}, std::pair{"kiss:", "💏"}, std::pair{"couple with heart:", "💑"}})
      if (entry.name.starts_with(start)) key = whole;
    if (const auto merge = merges_.find(key); merge != merges_.end()) key = merge->second;
    Thing* thing = find_or_make(key, category);
    if (thing == nullptr) return;
    const int glyph = glyphs_.add(entry.sequence);
    if (glyph >= 0) thing->looks.push_back({glyph, tone});
  }

  static constexpr int kMixedTones = 9;

  // Takes the skin tones out of a sequence; `tone` becomes 0 ... 4, or kMixedTones.
  static std::string without_tones(const std::string& sequence, int& tone) {
    std::string key = sequence;
    for (int t = 0; t < 5; ++t) {
      std::string mark = "🏻";
      mark.back() = static_cast<char>(static_cast<unsigned char>(mark.back()) + t);
      for (std::size_t at; (at = key.find(mark)) != std::string::npos; key.erase(at, mark.size()))
        tone = tone == -1 || tone == t ? t : kMixedTones;
    }
    return key;
  }

  Thing* find_or_make(const std::string& key, Category category) {
    if (const auto found = index_.find(key); found != index_.end()) return &things_[found->second];
    Thing thing;
    thing.key = key;
    thing.category = category;
    const auto change = changes_.find(key);
    for (std::size_t i = 0; i < kLanguages; ++i) {
      const auto language = static_cast<Language>(i);
      const std::string own = change == changes_.end() ? "" : change->second[i];
      if (own.empty()) {
        const auto found = names_[i].find(key);
        if (found == names_[i].end()) return nullptr;
        thing.names[i].push_back(make_noun(plain_name(found->second, language), language));
      } else {
        for (const std::string& name : split(own, ","))
          thing.names[i].push_back(make_noun(name, language));
      }
    }
    index_[key] = things_.size();
    things_.push_back(std::move(thing));
    return &things_.back();
  }

  void add_shape(const ShapeName& shape) {
    Thing thing;
    thing.key = shape.name;
    thing.category = Category::shape;
    thing.names = {{{make_noun(shape.name, Language::en)},
                    {make_noun(shape.spanish, Language::es)},
                    {make_noun(shape.portuguese, Language::pt)}}};
    thing.looks.push_back({glyphs_.add_shape(shape.name), -1});
    things_.push_back(std::move(thing));
  }

  static void finish(Thing& thing) {
    add_gender_synonyms(thing.names[0]);
    for (std::size_t i = 0; i < kLanguages; ++i)
      thing.colored_name[i] = names_a_color(thing.names[i].front().text, static_cast<Language>(i));
    thing.always_colored = thing.category == Category::shape || is_one_of(thing.key, "🍎|❤|📕");
    const bool is_inked = thing.category == Category::person || thing.category == Category::hand ||
                          thing.category == Category::face || thing.category == Category::place;
    thing.recolors =
        !is_inked && !thing.colored_name[0] &&
        !is_one_of(thing.key,
                   "🌈|🎨|🖼|🗺|🗾|🌠|🌌|🎆|🎇|🔥|☀|🌕|🌊|💧");
    const std::string& name = thing.names[0].front().text;
    thing.adult = (name.starts_with("man") || name.starts_with("woman")) &&
                  thing.category == Category::person;
    thing.weight = weight_of(thing);
  }

  GlyphBook& glyphs_;
  std::vector<Entry> order_;
  std::array<std::unordered_map<std::string, std::string>, kLanguages> names_;
  std::unordered_map<std::string, std::array<std::string, kLanguages>> changes_;
  std::unordered_map<std::string, std::string> merges_;
  std::unordered_map<char32_t, Category> categories_;
  std::unordered_map<std::string, std::size_t> index_;
  std::vector<Thing> things_;
};

}  // namespace

std::vector<Thing> load_things(const std::filesystem::path& cldr, GlyphBook& glyphs) {
  return Collector(cldr, glyphs).collect();
}

}  // namespace pincel
