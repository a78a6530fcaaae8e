// SPDX-License-Identifier: MIT
#include "scenes/colors.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace pincel {
namespace {

// es and pt: forms as "masculine,feminine,masculine plural,feminine plural", or one word for all.
Adjective forms(const std::string& text) {
  const std::vector<std::string> parts = split(text, ",");
  if (parts.size() < 4) return {parts[0], parts[0], parts[0], parts[0]};
  return {parts[0], parts[1], parts[2], parts[3]};
}

Color make_color(int rgb, const char* en, const char* es, const char* pt) {
  const auto channel = [rgb](int shift) {
    return static_cast<float>((rgb >> shift) & 255) / 255.0f;
  };
  return {{channel(16), channel(8), channel(0)}, {forms(en), forms(es), forms(pt)}, false};
}

std::vector<Color> make_colors() {
  std::vector<Color> all = {
      make_color(0xdc2323, "red", "rojo,roja,rojos,rojas", "vermelho,vermelha,vermelhos,vermelhas"),
      make_color(0xf58a1f, "orange", "naranja", "laranja"),
      make_color(0xf7d92e, "yellow", "amarillo,amarilla,amarillos,amarillas",
                 "amarelo,amarela,amarelos,amarelas"),
      make_color(0x2ea043, "green", "verde,verde,verdes,verdes", "verde,verde,verdes,verdes"),
      make_color(0x2457d6, "blue", "azul,azul,azules,azules", "azul,azul,azuis,azuis"),
      make_color(0x7a2fb8, "purple", "morado,morada,morados,moradas", "roxo,roxa,roxos,roxas"),
      make_color(0xf78fb9, "pink", "rosa", "rosa"),
      make_color(0x80502b, "brown", "marrón,marrón,marrones,marrones",
                 "marrom,marrom,marrons,marrons"),
      make_color(0x101012, "black", "negro,negra,negros,negras", "preto,preta,pretos,pretas"),
      make_color(0xfafafa, "white", "blanco,blanca,blancos,blancas",
                 "branco,branca,brancos,brancas"),
      make_color(0x8c8c90, "gray", "gris,gris,grises,grises", "cinza"),
      make_color(0x35c7c9, "turquoise", "turquesa", "turquesa"),
      make_color(0x8ec9f5, "light blue", "azul claro", "azul-claro"),
      make_color(0x16296e, "dark blue", "azul oscuro", "azul-escuro"),
      make_color(0x9fe08a, "light green", "verde claro", "verde-claro"),
      make_color(0x14562a, "dark green", "verde oscuro", "verde-escuro"),
      make_color(0x84151f, "dark red", "rojo oscuro", "vermelho-escuro"),
      make_color(0x7f7d25, "olive", "verde oliva", "verde-oliva"),
      make_color(0xe9dcc0, "beige", "beige", "bege"),
      make_color(0xc6a8ee, "lavender", "lavanda", "lavanda"),
      make_color(0xe0249c, "magenta", "magenta", "magenta"),
      make_color(0xd4a62a, "golden", "dorado,dorada,dorados,doradas",
                 "dourado,dourada,dourados,douradas"),
      make_color(0xfbf3cf, "cream", "crema", "creme"),
      make_color(0x47494f, "dark gray", "gris oscuro", "cinza-escuro"),
      make_color(0xf9866f, "salmon", "salmón", "salmão"),
      make_color(0xa8f0d4, "mint green", "verde menta", "verde-menta"),
  };
  for (std::size_t i = 0; i < 11; ++i) all[i].is_basic = true;
  return all;
}

}  // namespace

const std::vector<Color>& colors() {
  static const std::vector<Color> all = make_colors();
  return all;
}

int nearest_basic_color(const Rgb& rgb) {
  const float high = std::max({rgb[0], rgb[1], rgb[2]});
  const float low = std::min({rgb[0], rgb[1], rgb[2]});
  const float chroma = high - low;
  if (high < 0.22f) return 8;
  if (chroma < 0.12f) return high > 0.85f ? 9 : (high < 0.3f ? 8 : 10);
  float hue = 0;  // in sixths of a turn
  if (high == rgb[0]) {
    hue = (rgb[1] - rgb[2]) / chroma;
  } else if (high == rgb[1]) {
    hue = 2 + (rgb[2] - rgb[0]) / chroma;
  } else {
    hue = 4 + (rgb[0] - rgb[1]) / chroma;
  }
  if (hue < 0) hue += 6;
  const bool dark = high < 0.62f;
  if (hue < 0.22f || hue >= 5.75f)
    return high > 0.85f && low > 0.42f ? 6 : (dark && hue > 0.1f && hue < 1 ? 7 : 0);
  if (hue < 0.72f) return dark || (high < 0.78f && chroma < 0.45f) ? 7 : 1;
  if (hue < 1.12f) return dark ? 7 : 2;
  if (hue < 2.75f) return 3;
  if (hue < 4.15f) return 4;
  if (hue < 4.95f) return 5;
  return high > 0.75f ? 6 : 5;
}

float color_distance(const Rgb& a, const Rgb& b) {
  const float mean_red = (a[0] + b[0]) / 2;
  const float dr = a[0] - b[0], dg = a[1] - b[1], db = a[2] - b[2];
  return std::sqrt((2 + mean_red) * dr * dr + 4 * dg * dg + (3 - mean_red) * db * db) / 3;
}

bool names_a_color(const std::string& text, Language language) {
  constexpr PerLanguage<std::string_view> words = {
      "red|orange|yellow|green|blue|purple|pink|brown|black|white|gray|rainbow|gold|silver|blond",
      "rojo|roja|rojos|naranja|amarillo|amarilla|verde|azul|morado|morada|rosa|marrón|negro|negra|"
      "blanco|blanca|gris|oro|plata|pelirrojo|arcoíris",
      "vermelho|vermelha|laranja|amarelo|amarela|verde|azul|roxo|roxa|rosa|marrom|preto|preta|"
      "branco|branca|cinza|ouro|prata|arco-íris"};
  for (const std::string& word : split(text, " "))
    if (is_one_of(word, in(words, language))) return true;
  return false;
}

}  // namespace pincel
