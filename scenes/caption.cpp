// SPDX-License-Identifier: MIT
#include "scenes/caption.h"

#include <array>

#include "scenes/backdrops.h"
#include "scenes/colors.h"
#include "scenes/styles.h"

namespace pincel {
namespace {

using Words = std::vector<std::string>;

const PerLanguage<std::vector<Adjective>>& small_words() {
  static const PerLanguage<std::vector<Adjective>> words = {{
      {{"small", "small", "small", "small"},
       {"little", "little", "little", "little"},
       {"tiny", "tiny", "tiny", "tiny"}},
      {{"pequeño", "pequeña", "pequeños", "pequeñas"}},
      {{"pequeno", "pequena", "pequenos", "pequenas"}},
  }};
  return words;
}

const PerLanguage<std::vector<Adjective>>& big_words() {
  static const PerLanguage<std::vector<Adjective>> words = {{
      {{"big", "big", "big", "big"},
       {"large", "large", "large", "large"},
       {"huge", "huge", "huge", "huge"}},
      {{"grande", "grande", "grandes", "grandes"}, {"enorme", "enorme", "enormes", "enormes"}},
      {{"grande", "grande", "grandes", "grandes"}, {"enorme", "enorme", "enormes", "enormes"}},
  }};
  return words;
}

// A sentence in parts; `{}` of a pattern takes the parts in order.
std::string fill(std::string_view pattern, std::initializer_list<std::string_view> parts) {
  std::string text;
  auto part = parts.begin();
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern.substr(i, 2) == "{}" && part != parts.end()) {
      text += *part++;
      ++i;
    } else {
      text += pattern[i];
    }
  }
  return text;
}

class Writer {
 public:
  Writer(const Layout& layout, const std::vector<Thing>& things, Language language, Dice& dice)
      : layout_(layout), things_(things), language_(language), dice_(dice) {}

  std::string write() {
    const bool bare = dice_.chance(0.15f);
    std::string text = framed(subjects(bare));
    return text;
  }

 private:
  const std::string& color_name(int color, const Noun& noun, bool many) const {
    const Adjective& name = in(colors()[static_cast<std::size_t>(color)].names, language_);
    return many ? agree_many(name, noun) : agree(name, noun);
  }

  const Style* style() const {
    return layout_.style < 0 ? nullptr : &styles()[static_cast<std::size_t>(layout_.style)];
  }
  bool shows_color() const { return style() == nullptr || style()->keeps_color; }

  // A colour by itself: "red", "rojo".
  const std::string& color_alone(int color) const {
    return in(colors()[static_cast<std::size_t>(color)].names, language_).masculine;
  }

  const Noun& noun_of(const Thing& thing) {
    const std::vector<Noun>& names = in(thing.names, language_);
    if (names.size() == 1 || dice_.chance(0.6f)) return names.front();
    return names[1 + static_cast<std::size_t>(dice_.below(static_cast<int>(names.size()) - 1))];
  }

  void add_adjective(std::string& adjectives, const std::string& word, bool in_front) const {
    if (adjectives.empty()) {
      adjectives = word;
    } else {
      adjectives = in_front ? word + " " + adjectives : adjectives + " " + word;
    }
  }

  // The adjectives of a subject in the order of the language.
  std::string adjectives_of(const Subject& subject, const Noun& noun, bool many) {
    const bool english = language_ == Language::en;
    const Thing& thing = things_[static_cast<std::size_t>(subject.thing)];
    std::string words;
    const bool tell =
        subject.color >= 0 && shows_color() && (!subject.is_tinted || dice_.chance(0.95f));
    if (tell && !names_a_color(noun.text, language_)) words = color_name(subject.color, noun, many);
    if (thing.adult && dice_.chance(0.08f)) {
      static const PerLanguage<Adjective> young = {{{"young", "young", "young", "young"},
                                                    {"joven", "joven", "jóvenes", "jóvenes"},
                                                    {"jovem", "jovem", "jovens", "jovens"}}};
      if (noun.text.find("old") == std::string::npos)
        add_adjective(words, agree(in(young, language_), noun), english);
    }
    const bool is_sized = layout_.arrangement == Arrangement::one &&
                          (layout_.view == View::small || layout_.view == View::big);
    if (is_sized && !noun.bare && dice_.chance(0.75f)) {
      const auto& sizes = layout_.view == View::small ? small_words() : big_words();
      add_adjective(words, agree(dice_.pick(in(sizes, language_)), noun), english);
    }
    return words;
  }

  std::string tone_of(const Subject& subject) {
    static const PerLanguage<std::array<std::string_view, 5>> tones = {{
        {"with light skin", "with medium-light skin", "with medium skin", "with medium-dark skin",
         "with dark skin"},
        {"de piel clara", "de piel medio clara", "de piel media", "de piel medio oscura",
         "de piel oscura"},
        {"de pele clara", "de pele morena clara", "de pele morena", "de pele morena escura",
         "de pele escura"},
    }};
    const Thing& thing = things_[static_cast<std::size_t>(subject.thing)];
    const int tone = thing.looks[static_cast<std::size_t>(subject.look)].tone;
    if (tone < 0 || !dice_.chance(0.3f)) return "";
    return " " + std::string(in(tones, language_)[static_cast<std::size_t>(tone)]);
  }

  std::string phrase(const Subject& subject, bool bare) {
    const Noun& noun = noun_of(things_[static_cast<std::size_t>(subject.thing)]);
    const std::string adjectives = adjectives_of(subject, noun, false);
    const std::string text = bare ? without_article(noun, adjectives, language_)
                                  : with_article(noun, adjectives, language_);
    return text + tone_of(subject);
  }

  std::string counted() {
    const Subject& subject = layout_.subjects[0];
    const Noun& noun =
        in(things_[static_cast<std::size_t>(subject.thing)].names, language_).front();
    const std::string adjectives = adjectives_of(subject, noun, true);
    const auto count = static_cast<int>(layout_.places.size());
    Noun many = noun;
    many.text = noun.many;
    const std::string number =
        dice_.chance(0.15f) ? std::to_string(count) : count_word(count, noun, language_);
    return number + " " + without_article(many, adjectives, language_);
  }

  // How the first stands to the second; the second list tells it the other way round.
  const Words& relations(bool inverse) const {
    using Pair = std::array<PerLanguage<Words>, 2>;
    static const Pair beside = {{{{{"to the left of", "left of", "on the left of"},
                                   {"a la izquierda de"},
                                   {"à esquerda de"}}},
                                 {{{"to the right of", "right of", "on the right of"},
                                   {"a la derecha de"},
                                   {"à direita de"}}}}};
    static const Pair above = {{{{{"above", "over"},
                                  {"por encima de", "encima de", "arriba de"},
                                  {"acima de", "por cima de"}}},
                                {{{"below", "under", "beneath"},
                                  {"debajo de", "bajo"},
                                  {"abaixo de", "embaixo de", "sob"}}}}};
    static const Pair on_top = {
        {{{{"on top of", "on"}, {"encima de", "sobre"}, {"em cima de", "sobre"}}},
         {{{"under", "below"}, {"debajo de", "bajo"}, {"debaixo de", "embaixo de"}}}}};
    static const Pair held = {{{{{"with"}, {"con"}, {"com"}}}, {{{"with"}, {"con"}, {"com"}}}}};
    const auto& table = layout_.arrangement == Arrangement::beside   ? beside
                        : layout_.arrangement == Arrangement::above  ? above
                        : layout_.arrangement == Arrangement::on_top ? on_top
                                                                     : held;
    return in(table[inverse ? 1 : 0], language_);
  }

  std::string related(bool bare) {
    static const PerLanguage<Words> beside = {
        {{"next to", "beside"}, {"junto a", "al lado de"}, {"ao lado de", "junto a"}}};
    const std::string first = phrase(layout_.subjects[0], bare);
    const std::string second = phrase(layout_.subjects[1], bare);
    const bool held = layout_.arrangement == Arrangement::held;
    if (dice_.chance(held ? 0.15f : 0.1f))
      return first + " " + word_and(second, language_) + " " + second;
    if (layout_.arrangement == Arrangement::beside && dice_.chance(0.12f))
      return first + " " + dice_.pick(in(beside, language_)) + " " + second;
    const bool inverse = !held && dice_.chance(0.4f);
    const std::string& relation = dice_.pick(relations(inverse));
    return inverse ? second + " " + relation + " " + first : first + " " + relation + " " + second;
  }

  std::string subjects(bool bare) {
    switch (layout_.arrangement) {
      case Arrangement::one:
        return phrase(layout_.subjects[0], bare);
      case Arrangement::count:
        return counted();
      case Arrangement::three: {
        const std::string last = phrase(layout_.subjects[2], bare);
        const std::string first = phrase(layout_.subjects[0], bare);
        return first + ", " + phrase(layout_.subjects[1], bare) + " " + word_and(last, language_) +
               " " + last;
      }
      default:
        return related(bare);
    }
  }

  // " on a blue background", or nothing now and then.
  std::string ground() {
    static const PerLanguage<Words> plain = {
        {{" on a {} background", " on a {} background", " on {}", " against a {} background",
          " with a {} background", ", {} background"},
         {" sobre un fondo {}", " sobre fondo {}", " en un fondo {}", " con fondo {}",
          ", fondo {}"},
         {" sobre um fundo {}", " em um fundo {}", " em fundo {}", " com fundo {}", ", fundo {}"}}};
    static const PerLanguage<Words> gradient = {
        {{" on a {} and {} gradient", " on a gradient from {} to {}",
          " on a background fading from {} to {}"},
         {" sobre un degradado de {} a {}", " sobre un fondo degradado de {} a {}",
          " sobre un degradado {} y {}"},
         {" sobre um degradê de {} a {}", " em um fundo degradê de {} a {}",
          " sobre um degradê {} e {}"}}};
    if (dice_.chance(0.1f)) return "";
    if (layout_.ground == Ground::painted) {
      const auto& place = backdrops()[static_cast<std::size_t>(layout_.backdrop)];
      return " " + dice_.pick(in(place.phrases, language_));
    }
    if (style() != nullptr && !style()->keeps_ground_color) return "";
    if (layout_.ground == Ground::gradient)
      return fill(dice_.pick(in(gradient, language_)),
                  {color_alone(layout_.color), color_alone(layout_.other_color)});
    const std::string& name = color_alone(layout_.color);
    const std::string& pattern = dice_.pick(in(plain, language_));
    const bool vowel = std::string_view("aeiou").find(name.front()) != std::string_view::npos;
    std::string text = fill(pattern, {name});
    if (language_ == Language::en && vowel)
      if (const std::size_t at = text.find(" a " + name); at != std::string::npos)
        text.insert(at + 2, "n");
    return text;
  }

  // The subject with its ground, and around it how it is painted and seen.
  std::string framed(const std::string& subject) {
    const Thing& thing = things_[static_cast<std::size_t>(layout_.subjects[0].thing)];
    const bool closeup = layout_.view == View::closeup && dice_.chance(0.85f);
    const bool portrait =
        thing.category == Category::person &&
        (layout_.arrangement == Arrangement::one || layout_.arrangement == Arrangement::held) &&
        dice_.chance(closeup ? 0.7f : 0.12f);
    const std::string behind = ground();
    if (layout_.style >= 0) return styled(subject, behind, {closeup, portrait});
    static const PerLanguage<std::array<Words, 4>> frames = {
        {{{{"{}{}"},
           {"a portrait of {}{}", "portrait of {}{}"},
           {"a closeup of {}{}", "closeup of {}{}", "a close-up of {}{}", "{}{}, closeup"},
           {"a closeup portrait of {}{}", "closeup portrait of {}{}"}}},
         {{{"{}{}"},
           {"un retrato de {}{}", "retrato de {}{}"},
           {"un primer plano de {}{}", "primer plano de {}{}", "{}{}, en primer plano"},
           {"un retrato en primer plano de {}{}", "retrato de {}{}, en primer plano"}}},
         {{{"{}{}"},
           {"um retrato de {}{}", "retrato de {}{}"},
           {"um close de {}{}", "close de {}{}", "{}{}, em primeiro plano"},
           {"um retrato em close de {}{}", "retrato em primeiro plano de {}{}"}}}}};
    static const PerLanguage<Words> pictures = {
        {{"a picture of {}{}", "an image of {}{}", "an illustration of {}{}", "a photo of {}{}",
          "picture of {}{}"},
         {"una imagen de {}{}", "una ilustración de {}{}", "un dibujo de {}{}", "una foto de {}{}"},
         {"uma imagem de {}{}", "uma ilustração de {}{}", "um desenho de {}{}",
          "uma foto de {}{}"}}};
    const std::size_t frame = (portrait ? 1u : 0u) + (closeup ? 2u : 0u);
    if (frame == 0 && dice_.chance(0.15f))
      return fill(dice_.pick(in(pictures, language_)), {subject, behind});
    return fill(dice_.pick(in(frames, language_)[frame]), {subject, behind});
  }

  struct Frame {
    bool closeup, portrait;
  };

  std::string styled(const std::string& subject, const std::string& behind, Frame frame) {
    const Style& painter = *style();
    const std::string& manner = dice_.pick(in(painter.manners, language_));
    const bool english = language_ == Language::en;
    if (frame.closeup || frame.portrait) {
      const std::string& adjective =
          english ? painter.english_adjective : in(painter.manners, language_).front();
      static const PerLanguage<std::array<std::string_view, 3>> patterns = {
          {{"{} portrait of {}{}", "closeup {} picture of {}{}", "closeup {} portrait of {}{}"},
           {"retrato {} de {}{}", "primer plano {} de {}{}", "retrato {} de {}{}, en primer plano"},
           {"retrato {} de {}{}", "close {} de {}{}", "retrato {} de {}{}, em primeiro plano"}}};
      const std::size_t which = (frame.portrait ? 1u : 0u) + (frame.closeup ? 2u : 0u) - 1;
      const std::string text = fill(in(patterns, language_)[which], {adjective, subject, behind});
      return dice_.chance(0.6f) ? with_article(make_noun_of(text), "", language_) : text;
    }
    if (dice_.chance(0.45f)) {
      const bool comma = dice_.chance(0.5f);
      return subject + behind + (comma ? ", " : " ") + manner;
    }
    const std::string& name = dice_.pick(in(painter.nouns, language_));
    const Noun noun = make_noun(name, language_);
    const std::string start = dice_.chance(0.6f) ? with_article(noun, "", language_) : name;
    const char* of = english ? " of " : " de ";
    return start + of + subject + behind;
  }

  // A noun that is only asked for its article; "retrato", "close" and "primer plano" are masculine.
  static Noun make_noun_of(const std::string& text) {
    Noun noun;
    noun.text = text;
    return noun;
  }

  const Layout& layout_;
  const std::vector<Thing>& things_;
  Language language_;
  Dice& dice_;
};

}  // namespace

std::string write_caption(const Layout& layout, const std::vector<Thing>& things, Language language,
                          Dice& dice) {
  return Writer(layout, things, language, dice).write();
}

}  // namespace pincel
