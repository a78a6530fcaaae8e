#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# models_test.sh PROGRAM   classify, embed, reconstruct and models, with shipped and public models
set -u
program=$1
home=${PINCEL_HOME:?}
if [ ! -f "$home/guidance/weights/guide.safetensors" ]; then
  echo "skipped: no shipped weights"
  exit 0
fi
public=$home/tests/reference/fixtures/public
# shellcheck source=tests/commands/checks.sh
. "$(dirname -- "$0")/checks.sh"
export OMP_WAIT_POLICY=passive PINCEL_DATA=$folder/data

# expect CODE PART arguments...: the exit code, and one line that holds PART
expect() {
  local code=$1 part=$2
  shift 2
  "$program" "$@" >out.txt 2>err.txt
  check "$* ends with $code" test $? = "$code"
  check "$* says '$part'" grep -qF -- "$part" err.txt
  check "$* says it in one line" test "$(wc -l <err.txt)" -le 1
}

"$program" scenes --count 2 --seed 3 --output scenes >out.txt 2>err.txt
picture=$(find scenes -name '*.png' | sort | head -n 1)
check "there is a picture to look at" test -f "$picture"

"$program" classify "$picture" --labels apple,dog,house >out.txt 2>err.txt
check "classify names three labels" test "$(grep -c %  out.txt)" = 3
"$program" classify "$picture" "$picture" --labels apple,dog --json >out.txt 2>err.txt
check "its JSON has both pictures" test "$(grep -o '"best"' out.txt | wc -l)" = 2
expect 64 "no {} where the label goes" classify "$picture" --labels a,b --templates plain
expect 2 "--labels is missing" classify "$picture"
expect 66 "did you mean 'judge'" classify "$picture" --labels a,b --clip judg

"$program" embed --text "a dog|a cat" --output words.npy >out.txt 2>err.txt
check "words are embedded" grep -qa "'shape': (2, " words.npy
"$program" embed "$picture" --clip "$public/hugging_face" --output picture.npy >out.txt 2>err.txt
check "a Hugging Face folder embeds" grep -qa "'shape': (1, 24" picture.npy
expect 2 "one of them" embed --output both.npy

"$program" reconstruct "$picture" --output back.png --codes codes.npy >out.txt 2>err.txt
check "a picture goes through the codes" test -s back.png
check "its codes are kept" grep -qa "'descr': '<i8'" codes.npy
"$program" reconstruct "$picture" --vqgan "$public/taming/last.ckpt" --output taming.png >out.txt 2>err.txt
check "a taming checkpoint reconstructs" test -s taming.png

"$program" reconstruct "$picture" --vqgan "$public/dalle" --output dalle.png --codes dalle.npy >out.txt 2>err.txt
check "DALL-E's two files reconstruct" test -s dalle.png
cp "$public/dalle/decoder.pkl" .
expect 66 "decoder alone" reconstruct "$picture" --vqgan decoder.pkl --output dalle.png
"$program" models inspect "$public/dalle" >out.txt 2>err.txt
check "inspect knows DALL-E's" grep -q "DALL-E's dVAE, encoder and decoder" out.txt
"$program" models inspect "$public/clip_cpp/ggml-model-q5_1.gguf" >out.txt 2>err.txt
check "inspect knows clip.cpp's" grep -q "family        clip.cpp" out.txt
"$program" classify "$picture" --labels cat,red --clip "$public/clip_cpp/ggml-model-q4_0.gguf" >out.txt 2>err.txt
check "a CLIP in GGUF classifies" test "$(grep -c % out.txt)" = 2

"$program" models inspect "$public/open_clip_siglip2" >out.txt 2>err.txt
check "inspect knows a SigLIP2" grep -q "activation    GELU by tanh" out.txt
"$program" classify "$picture" --labels cat,red --clip "$public/hugging_face_siglip" >first.txt 2>err.txt
check "a SigLIP classifies" test "$(grep -c % first.txt)" = 2
"$program" models convert "$public/hugging_face_siglip" siglip.safetensors >out.txt 2>err.txt
"$program" classify "$picture" --labels cat,red --clip siglip.safetensors >out.txt 2>err.txt
check "a converted SigLIP keeps its vocabulary" cmp -s first.txt out.txt
"$program" classify "$picture" --labels cat,red --clip "$public/slip/slip_base_25ep.pt" >out.txt 2>err.txt
check "a SLIP classifies" test "$(grep -c % out.txt)" = 2

"$program" models inspect "$public/openai_vit/model.pt" >out.txt 2>err.txt
check "inspect knows TorchScript" grep -q "TorchScript archive" out.txt
check "inspect knows OpenAI's activation" grep -q QuickGELU out.txt
"$program" models add rn50 "$public/openai_resnet/model.pt" >out.txt 2>err.txt
"$program" models list >out.txt 2>err.txt
check "an added model is listed" grep -q "rn50 .*added, $public" out.txt
cp "$public/openai_resnet/bpe_simple_vocab_16e6.txt.gz" data/
"$program" classify "$picture" --labels a,b --clip rn50 >out.txt 2>err.txt
check "a name finds the model" test "$(grep -c % out.txt)" = 2
"$program" models convert "$public/open_clip" own.safetensors >out.txt 2>err.txt
"$program" embed --text "the cat" --clip own.safetensors --output own.npy >out.txt 2>err.txt
"$program" embed --text "the cat" --clip "$public/open_clip" --output theirs.npy >out.txt 2>err.txt
check "a converted model embeds the same" cmp own.npy theirs.npy
"$program" models verify own.safetensors >out.txt 2>err.txt
check "it is sound" grep -q "all sound" out.txt
"$program" models verify "$public/taming/last.ckpt" >out.txt 2>err.txt
check "a zip with its checksums is sound" grep -q "all sound" out.txt
python3 - "$public/taming/last.ckpt" >broken.txt <<'PYTHON'
import sys, zipfile
whole = bytearray(open(sys.argv[1], "rb").read())
entry = max(zipfile.ZipFile(sys.argv[1]).infolist(), key=lambda entry: entry.file_size)
names = len(entry.filename) + int.from_bytes(whole[entry.header_offset + 28:][:2], "little")
whole[entry.header_offset + 30 + names] ^= 1  # the lowest bit of a value
open("broken.ckpt", "wb").write(whole)
print(entry.filename)
PYTHON
expect 65 "'$(cat broken.txt)' is damaged: its checksum is wrong" models verify broken.ckpt
head -c 5000 "$public/taming/last.ckpt" >short.ckpt
expect 65 "short.ckpt" models inspect short.ckpt
expect 66 "get RN101.pt" embed --text a --clip rn101 --output a.npy

small=(--size 32x32 --steps 2 --cutouts.count 2 --threads 1 --seed 1)
"$program" paint "the red cat" "${small[@]}" --clip "$public/openai_vit/model.pt" --vqgan "$public/taming/last.ckpt" \
  --output painted >out.txt 2>err.txt
check "public models paint" test -s painted/picture.png
"$program" paint --from painted/picture.png --clip "$public/openai_vit/model.pt" --vqgan "$public/taming/last.ckpt" \
  --output again >out.txt 2>err.txt
check "and paint the same again" cmp painted/picture.png again/picture.png
"$program" paint "the red cat" "${small[@]}" --clip "$public/clip_cpp/ggml-model-q8_0.gguf" --vqgan "$public/dalle" \
  --output one_hot >out.txt 2>err.txt
check "DALL-E's codes are painted" test -s one_hot/picture.png
expect 65 "last.ckpt" train vqgan --output trained --steps 2 --size 32 --perceptual "$public/taming/last.ckpt"
report
