// SPDX-License-Identifier: MIT
#include "scenes/words.h"

#include <algorithm>
#include <cctype>

namespace pincel {
namespace {

bool ends_with_any(std::string_view word, std::string_view list) {
  for (const std::string& end : split(list, "|"))
    if (word.ends_with(end)) return true;
  return false;
}

// Words after which an English name only qualifies what came before: "people holding hands".
constexpr std::string_view kEnglishLinks =
    "with|without|of|in|on|at|for|from|behind|over|and|to|by|holding|wearing|showing|getting|"
    "taking|playing|walking|running|standing|kneeling|climbing|dancing|feeding|levitating|"
    "lifting|rowing|biking|surfing|swimming|golfing|bouncing|juggling|wrestling|cartwheeling|"
    "gesturing|tipping|raising|bowing|facepalming|shrugging|frowning|pouting|fencing|hugging|"
    "mountain|up|down|increasing|decreasing|pointing|rolling|facing|fluttering|kissing|together";

// Things nobody counts, names that are sentences or proper names: no article.
constexpr std::string_view kEnglishBare =
    "bread|popcorn|broccoli|garlic|bacon|butter|salt|spaghetti|sushi|oden|ice|sake|fire|fog|soap|"
    "wood|yarn|thread|dna|camping|cooking|bowling|tennis|badminton|lacrosse|luggage|food|rice|"
    "dango|fondue|confetti|money|Claus|hockey|polo|construction|falafel|racing|fuji|"
    "breast-feeding|foggy|ping pong|baggage|clothes|custard|coral|salad|poo|hair|seaweed|"
    "baguette bread|liquid|rugby|cricket game|fish cake";

std::string english_head(const std::string& text) {
  std::string head;
  for (const std::string& word : split(text, " ")) {
    if (!head.empty() && is_one_of(word, kEnglishLinks)) break;
    if (is_one_of(head, "face|man|woman|person|people|men|women|hand|cat") && word.ends_with("ing"))
      break;
    head = word;
  }
  return head;
}

bool is_english_plural(const std::string& head) {
  if (is_one_of(head, "people|men|women|children|teeth|feet|mice|skis")) return true;
  return head.size() > 3 && head.ends_with("s") &&
         !ends_with_any(head, "ss|us|is|Claus|lens|christmas|Christmas|swiss|gas|atlas|canvas") &&
         !is_one_of(head, "headphones|lacrosse|chess|rhinoceros");
}

std::string english_plural(const std::string& head) {
  if (head == "person") return "people";
  if (ends_with_any(head, "fireman|man") && !head.ends_with("human"))
    return head.substr(0, head.size() - 3) + "men";
  if (head == "mouse") return "mice";
  if (head == "tooth") return "teeth";
  if (head == "foot") return "feet";
  if (head == "ox") return "oxen";
  if (head == "elf") return "elves";
  if (head == "merperson") return "merpeople";
  if (head == "child") return "children";
  if (is_one_of(head, "fish|sheep|deer|bison|shrimp|squid|salmon|moose")) return head;
  if (is_one_of(head, "leaf|wolf|knife|scarf|loaf"))
    return (head == "knife" ? "kni" : head.substr(0, head.size() - 1)) + "ves";
  if (is_one_of(head, "potato|tomato|mango|hero|superhero|volcano|mosquito|tornado"))
    return head + "es";
  if (ends_with_any(head, "s|x|z|ch|sh")) return head + "es";
  if (head.size() > 2 && head.ends_with("y") &&
      std::string_view("aeiou").find(head[head.size() - 2]) == std::string_view::npos)
    return head.substr(0, head.size() - 1) + "ies";
  return head + "s";
}

Noun english_noun(const std::string& text) {
  Noun noun;
  noun.text = text;
  const std::string head = english_head(text);
  noun.plural = is_english_plural(head);
  noun.bare = is_one_of(head, kEnglishBare) || is_one_of(text, kEnglishBare) ||
              text.starts_with("the ") || text.starts_with("mount ");
  if (noun.plural || noun.bare) return noun;
  const std::size_t at = text.find(head + " ") == 0 || text == head ? 0 : text.find(" " + head) + 1;
  noun.many = text.substr(0, at) + english_plural(head) + text.substr(at + head.size());
  return noun;
}

constexpr std::string_view kSpanishMasculine =
    "astronauta|policía|ninja|tranvía|marcapáginas|emblema|fantasma|alienígena|mapa|planeta|"
    "problema|día|sofá|panda|koala|gorila|clima|pijama|poema|puma|"
    "guarda|paraguas|"
    "tequila|cactus|yoga|drama|tema|programa|telegrama|kiwi|astronauta-|tanabata|salvavidas|"
    "paracaídas|pentagrama|dragón|camión|avión|monorraíl|practicante|pez|arroz|lápiz|ajedrez|agua-|"
    "portapapeles|murciélago|búfalo|bisonte|guardia|gouda|moái|maki|sari|camarón|gorrión|lata-|"
    "arcoíris|puente|diente|tridente|nudista|guantes|zigzag|corazón|tiburón|limón|melón|balón|"
    "jabón|botón|ratón|león|sillón|avestruz|tapiz|cascabel|taxi|cruasán|peatón";
constexpr std::string_view kSpanishFeminine =
    "autopista|bici|menorá|fondue|mano|moto|foto|radio|flor|nube|nieve|noche|leche|llave|sal|miel|"
    "luz|cruz|"
    "nariz|serpiente|"
    "torre|fuente|carne|clase|calle|sangre|red|pared|nave|ave|col|catedral|señal|imagen|voz|nuez|"
    "piel|raíz|sartén|mujer|base|cárcel|actriz|emperatriz|gente|muerte|estilográfica|flores|"
    "llaves|nubes|manos|luces|aguas|torres|scooter|serpiente|espiral|medialuna|cinta|mujeres|"
    "postal|"
    "claqueta|baguete|hoz|superheroína";
constexpr std::string_view kPortugueseMasculine =
    "astronauta|ninja|curinga|emblema|dna|bisão|cão-guia|fantasma|mapa|planeta|cometa|problema|dia|"
    "sofá|chá|panda|coala|gorila|guarda|guarda-chuva|"
    "guarda-sol|"
    "pijama|quebra-cabeça|ímã|sutiã|fã|telegrama|poema|puma|drama|clima|alienígena|caça-níquel|"
    "paraquedas|cacto|tapa|leão|pavão|balão|avião|caminhão|dragão|coração|pão|cão|feijão|botão|"
    "limão|melão|tubarão|fogão|camarão|pião|violão|mamão|cartão|sabão|gavião|escorpião|vulcão|"
    "mão-|salva-vidas|programa|pirata|papa|crachá|maracujá|aracá|jogo|bagel|trem|motorista-|"
    "monge|sistema|atleta-|dente|pente|pônei|leite|jacaré|café|robô|ioiô|bebê|policial|doutor|"
    "pentagrama|tanabata";
constexpr std::string_view kPortugueseFeminine =
    "baguete|raquete|caminhonete|claquete|lápide|menorá|avó|mão|flor|nuvem|noite|ponte|torre|"
    "árvore|chave|mulher|mãe|pele|luz|cruz|neve|carne|fonte|ave|"
    "nave|serpente|cor|maçã|lã|rã|avelã|rede|parede|gente|semente|estante|noz|voz|colher|catedral|"
    "lente|corrente|sirene|mãos|flores|luzes|folhas|gaita|bengala|batata|caixa|superfície|"
    "espiral|meia-lua|cadeia|tigre-|mulheres|dor|imagem|garagem|viagem|bússola|supervilã|"
    "super-heroína|televisão|mansão|sessão|manhã|foto|moto|tribo|libido|seringa|múmia|lagosta|"
    "sereia|pelúcia|tuba|vespa|motocicleta|bike|boate|chaminé|maré|ré|base|classe|frase|"
    "rosquinha|notícia|van|cédula|íris|muda";

bool is_feminine(const std::string& text, const std::string& head, Language language) {
  const bool spanish = language == Language::es;
  const std::vector<std::string> words = split(text, " ");
  const bool of_somebody = words.size() > 2 && is_one_of(words[words.size() - 2], "de|e|y");
  if (!of_somebody && is_one_of(words.back(), "mujer|mulher|mujeres|mulheres")) return true;
  if (!of_somebody && is_one_of(words.back(), "hombre|homem|homens|hombres")) return false;
  std::string one = head;
  if (is_one_of(head, spanish ? kSpanishFeminine : kPortugueseFeminine)) return true;
  if (is_one_of(head, spanish ? kSpanishMasculine : kPortugueseMasculine)) return false;
  if (one.ends_with("s")) one.pop_back();
  if (one.ends_with("õe")) one.replace(one.size() - 3, 3, "ão");
  if (one.ends_with("ista")) return false;
  if (is_one_of(one, spanish ? kSpanishFeminine : kPortugueseFeminine)) return true;
  if (is_one_of(one, spanish ? kSpanishMasculine : kPortugueseMasculine)) return false;
  if (spanish) return ends_with_any(one, "a|ción|sión|dad|tad|umbre|cione");
  return ends_with_any(one, "a|ção|são|ssão|dade|gem|çõe");
}

std::string romance_plural(const std::string& word, Language language) {
  if (word.ends_with("bús")) return word.substr(0, word.size() - 3) + "uses";
  if (word == "juiz") return "juízes";
  if (ends_with_any(word, "s|x")) return word;
  if (!word.ends_with("ão") && ends_with_any(word, "a|e|i|o|u|á|é|ó|ê|ô|ã")) return word + "s";
  if (language == Language::es) {
    if (word.ends_with("z")) return word.substr(0, word.size() - 1) + "ces";
    constexpr std::pair<std::string_view, std::string_view> endings[] = {
        {"ón", "ones"}, {"án", "anes"}, {"ín", "ines"}, {"én", "enes"}, {"és", "eses"}};
    for (const auto& [one, many] : endings)
      if (word.ends_with(one)) return word.substr(0, word.size() - one.size()) + std::string(many);
    if (ends_with_any(word, "r|l|n|d|j|y|ch")) return word + "es";
    return word + "s";
  }
  if (is_one_of(word, "pão|cão")) return word.substr(0, 1) + "ães";
  if (is_one_of(word, "mão|irmão")) return word + "s";
  if (word.ends_with("ão")) return word.substr(0, word.size() - 3) + "ões";
  if (word.ends_with("m")) return word.substr(0, word.size() - 1) + "ns";
  if (word.ends_with("el")) return word.substr(0, word.size() - 2) + "éis";
  if (word.ends_with("ol")) return word.substr(0, word.size() - 2) + "óis";
  if (ends_with_any(word, "al|ul")) return word.substr(0, word.size() - 1) + "is";
  if (ends_with_any(word, "r|z")) return word + "es";
  return word + "s";
}

// Names that stand without an article in Spanish and Portuguese.
bool is_romance_bare(const std::string& text) {
  return is_one_of(text,
                   "Torre de Tokio|Torre de Tóquio|Estatua de la Libertad|Estátua da Liberdade|"
                   "Vía Láctea|via láctea|Papá Noel|Mamá Noel|Noel|noel|Papai Noel|Mamãe "
                   "Noel|camping|cocinar|esgrima|"
                   "lactancia materna|amamentando|monte Fuji|Monte Fuji|construcción|sal|bruma|"
                   "salir corriendo|rapidez|Kaaba|hielo|gelo");
}

Noun romance_noun(const std::string& text, Language language) {
  Noun noun;
  noun.text = text;
  const std::vector<std::string> words = split(text, " ");
  const std::string& head = words.front();
  noun.feminine = is_feminine(text, head, language);
  noun.plural =
      head.size() > 3 && head.ends_with("s") &&
      !is_one_of(
          head,
          "bíceps|lótus|paraguas|cactus|autobús|minibús|compás|tenis|paracaídas|ônibus|lápis|tênis|"
          "paraquedas|trolebús|trólebus|país|virus|sacacorchos|brócolis|ananás|"
          "arcoíris|arco-íris|jeans-|portapapeles|tranvías-|cutis|bus|pires|salvavidas|"
          "guardapolvos|mandarinas-|gás|gas|inglés|francés|marcapáginas|pintalabios|"
          "pintauñas|Estatus|praias|patas-|dos|dois|duas|três|minibus|menos");
  noun.plural = noun.plural || is_one_of(head, "dos|dois|duas");
  noun.bare = is_romance_bare(text) || is_one_of(head, "dos|dois|duas");
  const bool head_only =
      words.size() == 1 || is_one_of(words[1], "de|con|com|del|da|do|para|sin|sem|a|en|em");
  if (!noun.plural && !noun.bare && head_only)
    noun.many = romance_plural(head, language) + text.substr(head.size());
  return noun;
}

bool starts_with_vowel_sound(std::string_view phrase) {
  if (phrase.empty()) return false;
  if (phrase.starts_with("uni") || phrase.starts_with("ewe") || phrase.starts_with("eu") ||
      phrase.starts_with("one") || phrase.starts_with("ukulele") || phrase.starts_with("use"))
    return false;
  if (phrase.starts_with("hour") || phrase.starts_with("X-ray") || phrase.starts_with("x-ray") ||
      phrase.starts_with("SUV") || phrase.starts_with("MR"))
    return true;
  return std::string_view("aeiouAEIO").find(phrase.front()) != std::string_view::npos;
}

}  // namespace

std::vector<std::string> split(std::string_view text, std::string_view separator) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t at = text.find(separator);
    parts.emplace_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + separator.size());
  }
}

bool is_one_of(std::string_view word, std::string_view list) {
  if (word.empty()) return false;
  for (std::size_t from = 0; from <= list.size();) {
    const std::size_t to = std::min(list.find('|', from), list.size());
    if (list.substr(from, to - from) == word) return true;
    from = to + 1;
  }
  return false;
}

Noun make_noun(const std::string& text, Language language) {
  return language == Language::en ? english_noun(text) : romance_noun(text, language);
}

const std::string& agree(const Adjective& adjective, const Noun& noun) {
  if (noun.plural) return agree_many(adjective, noun);
  return noun.feminine ? adjective.feminine : adjective.masculine;
}

const std::string& agree_many(const Adjective& adjective, const Noun& noun) {
  return noun.feminine ? adjective.feminine_many : adjective.masculine_many;
}

std::string article_for(std::string_view phrase, const Noun& noun, Language language) {
  if (noun.bare) return "";
  if (language == Language::en)
    return noun.plural ? "" : (starts_with_vowel_sound(phrase) ? "an" : "a");
  if (language == Language::es) {
    // A feminine noun that starts with a stressed "a" takes "un".
    constexpr std::string_view stressed = "águila|ancla|hada|hacha|ánfora|arpa|ave|ala|arma|alga";
    const std::string head = split(noun.text, " ").front();
    if (noun.plural) return noun.feminine ? "unas" : "unos";
    return noun.feminine && !is_one_of(head, stressed) ? "una" : "un";
  }
  if (noun.plural) return noun.feminine ? "umas" : "uns";
  return noun.feminine ? "uma" : "um";
}

std::string without_article(const Noun& noun, const std::string& adjective, Language language) {
  if (adjective.empty()) return noun.text;
  return language == Language::en ? adjective + " " + noun.text : noun.text + " " + adjective;
}

std::string with_article(const Noun& noun, const std::string& adjective, Language language) {
  const std::string phrase = without_article(noun, adjective, language);
  const std::string article = article_for(phrase, noun, language);
  return article.empty() ? phrase : article + " " + phrase;
}

std::string count_word(int count, const Noun& noun, Language language) {
  constexpr PerLanguage<std::array<std::string_view, 5>> words = {{
      {"two", "three", "four", "five", "six"},
      {"dos", "tres", "cuatro", "cinco", "seis"},
      {"dois", "três", "quatro", "cinco", "seis"},
  }};
  if (language == Language::pt && count == 2 && noun.feminine) return "duas";
  return std::string(in(words, language)[static_cast<std::size_t>(count - 2)]);
}

std::string word_and(std::string_view next, Language language) {
  if (language == Language::en) return "and";
  if (language == Language::pt) return "e";
  const bool i_sound = next.starts_with("i") || next.starts_with("í") ||
                       (next.starts_with("hi") && !next.starts_with("hie"));
  return i_sound ? "e" : "y";
}

}  // namespace pincel
