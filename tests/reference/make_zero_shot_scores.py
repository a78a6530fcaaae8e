# SPDX-License-Identifier: MIT
"""Writes fixtures/zero_shot_scores.safetensors: what CLIP_benchmark says of random embeddings, which the C++ test
makes again (packages: clip-benchmark 1.6.2, its requirements aside scikit-learn alone).

    venv/bin/python tests/reference/make_zero_shot_scores.py
"""
import pathlib

import torch
from clip_benchmark.metrics import zeroshot_classification, zeroshot_retrieval
from random_weights import signal
from safetensors.torch import save_file

OUTPUT = pathlib.Path(__file__).parent / "fixtures" / "zero_shot_scores.safetensors"
CLASSES, PICTURES, DIMENSION = 7, 200, 16
CAPTIONED, CAPTIONS = 60, 3


def unit(rows):
    return rows / rows.norm(dim=-1, keepdim=True)


class Rows(torch.nn.Module):
    """A model whose pictures and texts are embedded already."""

    def encode_image(self, rows):
        return rows

    def encode_text(self, rows):
        return rows


def classification(classes):
    """Pictures lean to their class; the last class has none, the others unlike many."""
    classifier = unit(signal("classifier", [classes, DIMENSION]))
    target = torch.tensor([(i * i) % (classes - 1) for i in range(PICTURES)])
    pictures = unit(signal("pictures", [PICTURES, DIMENSION]) + 0.6 * classifier[target])
    loader = [(pictures[i:i + 50], target[i:i + 50]) for i in range(0, PICTURES, 50)]
    pred, true = zeroshot_classification.run_classification(Rows(), classifier.T, loader, "cpu", amp=False)
    top = (1, 5) if classes >= 5 else (1,)
    shares = zeroshot_classification.accuracy(pred, true, topk=top)
    recall = zeroshot_classification.balanced_accuracy_score(true, pred.argmax(axis=1))
    return torch.tensor(([*shares, float("nan")])[:2] + [recall], dtype=torch.float64)


def retrieval():
    pictures = unit(signal("captioned", [CAPTIONED, DIMENSION]))
    noise = signal("captions", [CAPTIONED, CAPTIONS, DIMENSION])
    texts = unit(0.8 * noise + 0.8 * pictures.unsqueeze(1))
    # Of every fourth picture one caption is left out.
    lists = [[text for k, text in enumerate(of) if k > 0 or i % 4 != 0] for i, of in enumerate(texts)]
    loader = [(pictures[i:i + 20], lists[i:i + 20]) for i in range(0, CAPTIONED, 20)]
    figures = zeroshot_retrieval.evaluate(Rows(), loader, torch.stack, "cpu", amp=False, recall_k_list=[1, 5, 10])
    names = [f"{kind}_retrieval_recall@{k}" for k in (1, 5, 10) for kind in ("image", "text")]
    return torch.tensor([figures[name] for name in names], dtype=torch.float64)


def main():
    with torch.no_grad():
        made = {"seven_classes": classification(CLASSES), "four_classes": classification(4), "retrieval": retrieval()}
    for name, figures in made.items():
        print(name, figures.tolist())
    save_file(made, OUTPUT)


if __name__ == "__main__":
    main()
