"""Week 5: what the hidden tests run, on a submission and on the reference."""

import numpy as np
import torch

from autograder.judge import Impl, compare, verify

# == build_vocab ==

WORDS = [
    "the",
    "a",
    "film",
    "plot",
    "is",
    "not",
    "good",
    "bad",
    "funny",
    "dull",
    ",",
    ".",
    "it's",
    "never",
    "ever",
    "and",
    "but",
    "très",
    "café",
]


def random_texts(seed, n):
    rng = np.random.default_rng(seed)
    share = np.arange(len(WORDS), 0, -1.0) ** 2
    return [
        " ".join(rng.choice(WORDS, size=int(rng.integers(1, 9)), p=share / share.sum()))
        for _ in range(n)
    ]


@compare("build_vocab")
def words_and_counts(impl: Impl):
    "which words are in the vocabulary, for several min_count"
    texts = random_texts(11, 30)
    found = {}
    for k in (1, 2, 3, 7):
        words = impl("list(build_vocab(texts, k))", texts=texts, k=k)
        found[f"min_count = {k}"] = dict.fromkeys(words, "is in the vocabulary")
    return found


@compare("build_vocab")
def the_indices_have_no_gaps(impl: Impl):
    "the indices: <pad> and <unk>, then every whole number once"
    code = """
v = build_vocab(texts, k)
whole = all(isinstance(index, (int, np.integer)) for index in v.values())
found = {"<pad>": v["<pad>"], "<unk>": v["<unk>"], "all indices": sorted(v.values())}
{**found, "they are whole numbers": whole}
"""
    texts = ["rare film", "seldom once a a film", "plot dull a film plot", *random_texts(12, 9)]
    return {f"min_count = {k}": impl(code, texts=texts, k=k) for k in (1, 2, 3)}


@compare("build_vocab", points=0.5)
def the_order(impl: Impl):
    "the order of the words: by frequency, equals as they first appear"
    texts = random_texts(13, 25)
    return {f"index of each word, min_count = {k}": impl.build_vocab(texts, k) for k in (1, 3)}


@compare("build_vocab")
def every_kind_of_text(impl: Impl):
    "texts with upper case, tabs and empty lines; no text, and none with a word frequent enough"
    spaced = [" Straße\t a  film, film\n", "", " A\ta", "10 of 10"]
    one, other = impl(
        "one = build_vocab(texts, 1); other = build_vocab(texts[:1], 1); [one, other]",
        texts=["one two", "two three"],
    )
    return {
        "Good GOOD good": impl.build_vocab(["Good GOOD good", "Film"], 2),
        "white space of every kind, and numbers": impl.build_vocab(spaced, 1),
        "no text": impl.build_vocab([], 1),
        "no word twice": impl.build_vocab(["one two"], 2),
        "one vocabulary, when another has been made": one,
        "the other": other,
    }


@compare("build_vocab", points=0.5)
def many_words(impl: Impl):
    "a vocabulary of tens of thousands of words, and a sentence of thousands"
    code = "len(build_vocab([' '.join(map(str, range(60_000)))], 1))"
    words = [f"w{n}" for n in np.random.default_rng(15).permutation(500)]
    vocab = {"<pad>": 0, "<unk>": 1, **{word: i for i, word in enumerate(words, 2)}}
    return {
        "number of entries": impl(code),
        "indices": impl.sentence_to_indices(" ".join([*words, *words[::-1]] * 3), vocab),
    }


#: A vocabulary as exercise 1 makes it, but not made by it.
VOCAB = {"<pad>": 0, "<unk>": 1, **{word: i for i, word in enumerate(WORDS[:12], 2)}}


@compare("build_vocab", kind=True)
def looking_up(impl: Impl):
    "the indices of sentences whose words are known"
    rng = np.random.default_rng(14)
    sentences = [" ".join(rng.choice(WORDS[:12], size=n)) for n in (1, 5, 9)]
    sentences += ["THE Film\tis \n good", ". film , good ,"]
    return {s: impl.sentence_to_indices(s, VOCAB) for s in sentences}


@compare("build_vocab", kind=True)
def unknown_words(impl: Impl):
    "unknown words become <unk>, each in its place, also where there are no others"
    sentences = ["the zebra is good", "zebra", "a film a zebra a zebra", "Zebra yeti zebra"]
    found = {s: impl.sentence_to_indices(s, VOCAB) for s in sentences}
    smaller = {"<pad>": 0, "<unk>": 1, "good": 2, "zebra": 3}
    found["with another vocabulary"] = impl.sentence_to_indices(sentences[0], smaller)
    return found


@compare("build_vocab", points=0.5)
def no_word_at_all(impl: Impl):
    "the indices where there is nothing to look up, and where there is; a list of its own each time"
    code = """
first = sentence_to_indices(" ", vocab)
first.append(7)
[first, sentence_to_indices("", vocab)]
"""
    found = {s: impl.sentence_to_indices(s, VOCAB) for s in ("", "  \n", "a film")}
    first, second = impl(code, vocab=VOCAB)
    return {**found, "with a 7 behind it": first, "the next, without the 7": second}


# == collate ==


def random_batch(seed, sizes):
    rng = np.random.default_rng(seed)
    return [
        ([int(i) for i in rng.integers(1, 50, size=n)], int(label))
        for n, label in zip(sizes, rng.integers(0, 2, size=len(sizes)), strict=True)
    ]


def collate_named(result):
    """The three results under their names, so that a message can say which one is meant."""
    assert isinstance(result, (tuple, list)) and len(result) == 3, (
        "ids, lengths, labels must come back"
    )
    return dict(zip(("ids", "lengths", "labels"), result, strict=True))


@compare("collate", dtype=True, kind=True)
def a_batch_of_different_lengths(impl: Impl):
    "ids, lengths and labels of examples of different lengths, with their types"
    return collate_named(impl.collate(random_batch(21, [4, 9, 1, 6, 9, 2])))


@compare("collate")
def the_longest_of_each_batch(impl: Impl):
    "T is the longest of the batch at hand; the sizes rise, fall, or are all the same"
    tables = ([3, 12], [2, 2, 2], [3, 1, 3], [1, 2, 3], [5, 2, 1], [5, 30, 7])
    return {
        f"lengths {sizes}": collate_named(impl.collate(random_batch(seed, sizes)))
        for seed, sizes in enumerate(tables, 22)
    }


@compare("collate", dtype=True, kind=True)
def one_example(impl: Impl):
    "a batch of one example, and of examples of one word"
    return {
        "one example": collate_named(impl.collate(random_batch(26, [5]))),
        "examples of one word": collate_named(impl.collate(random_batch(27, [1, 1, 1]))),
        "one word, of either label": [
            collate_named(impl.collate([([3], label)])) for label in (1, 0)
        ],
    }


@compare("collate")
def unknown_words_and_zeros(impl: Impl):
    "<unk> is a word and counts, and so does an index 0"
    return {
        "unknown words": collate_named(impl.collate([([1, 1, 1], 0), ([1], 1)])),
        "zeros": collate_named(impl.collate([([5, 0], 1), ([0], 0), ([0, 4, 0, 0], 1), ([3], 1)])),
    }


@compare("collate", points=0.5)
def large_numbers(impl: Impl):
    "indices of any size, and a sentence of thousands of words"
    large = [([70_000, 2**24 + 1], 1), ([2**53 + 1], 0), ([300, 2**31, 5], 1)]
    return {
        "large indices": collate_named(impl.collate(large)),
        "a long sentence": collate_named(impl.collate(random_batch(28, [2, 2100, 3]))),
    }


@compare("collate", points=0.5)
def two_batches(impl: Impl):
    "a batch stays as it is when the next one is made"
    code = "first = collate(one); second = collate(other); [first, second]"
    one, other = random_batch(30, [2, 5, 3]), random_batch(31, [5, 4, 1])
    first, second = impl(code, one=one, other=other)
    return {"the first": collate_named(first), "the second": collate_named(second)}


@compare("collate")
def the_loss_takes_the_labels(impl: Impl):
    "the labels as a DataLoader hands them on, used in the loss"
    code = """
loader = DataLoader(batch, batch_size=3, collate_fn=collate)
found = []
for _, _, y in loader:
    loss = F.binary_cross_entropy_with_logits(torch.linspace(-1, 2, len(y)), y)
    found.append({"loss": loss.item(), "the labels want a gradient": loss.requires_grad})
found
"""
    return impl(code, batch=random_batch(29, [2, 5, 3, 4, 1]))


# == last_valid ==


def random_states(seed, sizes, T, H):
    """h (B, T, H), lengths (B,), and their mask (B, T)."""
    generator = torch.Generator().manual_seed(seed)
    h = torch.randn(len(sizes), T, H, generator=generator, dtype=torch.float64)
    lengths = torch.tensor(sizes)
    return h, lengths, torch.arange(T) < lengths[:, None]


def sizes_of(seed, B, T):
    """B lengths between 1 and T, one of them T, in any order."""
    generator = np.random.default_rng(seed)
    return generator.permutation([T, *generator.integers(1, T + 1, size=B - 1)]).tolist()


def both(impl, h, lengths, mask):
    return {
        "last_valid": impl.last_valid(h, lengths),
        "masked_mean": impl.masked_mean(h, mask),
    }


@compare("last_valid", dtypes=True, device=True, gradients=True)
def the_last_valid_state(impl: Impl, *, B, T, H):
    "last_valid on random states, its gradient, its type and its device"
    h, lengths, _ = random_states(31, sizes_of(32, B, T), T, H)
    return impl.last_valid(h, lengths)


@compare("last_valid", dtypes=True, device=True, gradients=True)
def the_masked_mean(impl: Impl, *, B, T, H):
    "masked_mean on random states, its gradient, its type and its device"
    h, _, mask = random_states(33, sizes_of(34, B, T), T, H)
    return impl.masked_mean(h, mask)


@compare("last_valid", gradients=True)
def all_shorter_than_the_batch(impl: Impl):
    "both, and their gradients, where no sentence fills the batch, where all do, and with B = T"
    tables = (
        ([2, 4, 3], 6),
        ([2], 5),
        ([1, 1], 1),
        ([5, 5], 5),
        ([3, 1, 2, 4], 4),
        ([3, 8, 1, 5, 7], 8),
    )
    return {
        f"T = {T}, lengths {sizes}": both(impl, *random_states(seed, sizes, T, H=3))
        for seed, (sizes, T) in enumerate(tables, 35)
    }


@compare("last_valid")
def masks_with_holes(impl: Impl):
    "masked_mean with a mask that is not a row of words from the left, and with H = T"
    h, _, _ = random_states(36, [1] * 4, T=6, H=6)
    mask = torch.tensor(
        [[0, 1, 1, 0, 1, 0], [1, 0, 0, 0, 0, 1], [0, 0, 0, 1, 0, 0], [1] * 6]
    ).bool()
    return impl.masked_mean(h, mask)


@compare("last_valid")
def states_of_zeros(impl: Impl):
    "a state of a word may be all zero: it counts as any other"
    h, lengths, mask = random_states(37, [4, 1, 5, 3], T=5, H=2)
    h[0, [0, 3]], h[1, 0], h[2, 2], h[3] = 0.0, 0.0, 0.0, 0.0
    return both(impl, h, lengths, mask)


@compare("last_valid", points=0.5)
def hundreds_of_steps(impl: Impl):
    "sentences of hundreds of words, hundreds of sentences, and large states"
    h, *where = random_states(40, sizes_of(40, 300, 3), T=3, H=2)
    return {
        "hundreds of words": both(impl, *random_states(38, [300, 129, 257, 2], T=300, H=2)),
        "hundreds of sentences, of large states": both(impl, 1e6 * h, *where),
    }


@compare("last_valid", dtype=True, rtol=2e-2, atol=2e-2, points=0.5)
def sixteen_bits(impl: Impl):
    "what comes back has the type of h, in 16 bits as well"
    h, lengths, mask = random_states(42, [4, 1, 3], T=5, H=3)
    return {
        str(dtype): both(impl, h.to(dtype), lengths, mask)
        for dtype in (torch.bfloat16, torch.float16)
    }


@compare("last_valid", points=0.5)
def another_layout(impl: Impl):
    "states that lie in memory with the time first"
    h, lengths, mask = random_states(39, [2, 5, 1], T=5, H=3)
    names = {"first": h.transpose(0, 1).contiguous(), "lengths": lengths, "mask": mask}
    code = "h = first.transpose(0, 1)\n[last_valid(h, lengths), masked_mean(h, mask)]"
    return dict(zip(("last_valid", "masked_mean"), impl(code, **names), strict=True))


@compare("last_valid")
def large_numbers_at_padding(impl: Impl):
    "whatever finite numbers stand at the padding, they have no say"
    h, lengths, mask = random_states(41, [6, 2, 4], T=6, H=3)
    h = h.float()
    return {
        f"padded with {filler}": both(impl, torch.where(mask[..., None], h, filler), lengths, mask)
        for filler in (-50.0, 1e6, 1e30)
    }


# == SentimentLSTM ==

V = 17

#: A model with given weights, whatever its layers are called.
LOAD = """
def load(model, weights):
    with torch.no_grad():
        if any(nn.parameter.is_lazy(own) for own in model.parameters()):
            model(torch.tensor([[0]]), torch.tensor([1]))  # so that it learns its sizes
        model.to(weights["Linear"][0])
        for kind, values in weights.items():
            for layer in model.modules():
                if isinstance(layer, getattr(nn, kind)):
                    for own, value in zip(layer.parameters(), values):
                        if own.shape == value.shape:
                            own.copy_(value)
    return model
"""


def random_weights(seed, E, H, times=1):
    """Weights of each kind of layer, in the order of its parameters; the row of <pad> is zero."""
    generator = torch.Generator().manual_seed(seed)

    def draw(*shapes):
        return [torch.randn(shape, generator=generator, dtype=torch.float64) for shape in shapes]

    weights = {
        "Embedding": [times * value for value in draw((V, E))],
        "LSTM": draw((4 * H, E), (4 * H, H), (4 * H,), (4 * H,)),
        "Linear": [20 * times * value for value in draw((1, H), (1,))],
    }
    weights["Embedding"][0][0] = 0
    return weights


def sentiment_lstm(impl, seed, E, H, times=1):
    """A model of the implementation, with weights that are drawn here."""
    code = LOAD + "load(SentimentLSTM(V, E, H), weights)"
    return impl(code, V=V, E=E, H=H, weights=random_weights(seed, E, H, times))


def random_ids(seed, sizes, T=None, behind=0):
    """ids (B, T), with this index behind the end of each sentence, and lengths (B,)."""
    rng = np.random.default_rng(seed)
    ids = torch.full((len(sizes), T or max(sizes)), behind)
    for row, n in zip(ids, sizes, strict=True):
        row[:n] = torch.tensor(rng.integers(1, V, size=n))
    return ids, torch.tensor(sizes)


@compare("SentimentLSTM")
def the_layers(impl: Impl):
    "which layers the model holds, and their sizes"
    code = """
model = SentimentLSTM(**sizes)
model(torch.tensor([[0]]), torch.tensor([1]))
found, held = {}, set()
for kind in (nn.Embedding, nn.LSTM, nn.Linear):
    layers = [m for m in model.modules() if isinstance(m, kind)]
    found["number of nn." + kind.__name__] = len(layers)
    shapes = {name: list(p.shape) for m in layers for name, p in m.named_parameters()}
    found["shapes in nn." + kind.__name__] = shapes
    held.update(id(p) for m in layers for p in m.parameters())
found["weights of other layers"] = sum(id(p) not in held for p in model.parameters())
found
"""
    return impl(code, sizes={"vocab_size": 30, "embedding_dim": 6, "hidden_dim": 9})


@compare("SentimentLSTM", points=0.5)
def the_row_of_padding(impl: Impl):
    "row 0 of a new model's table of vectors"
    code = """
model = SentimentLSTM(vocab_size=V, embedding_dim=6, hidden_dim=3)
tables = [m for m in model.modules() if isinstance(m, nn.Embedding)]
[[m.padding_idx, (m.weight == 0).all(dim=1).tolist()] for m in tables]
"""
    found = impl(code, V=11)
    assert len(found) == 1, "the model must hold one nn.Embedding"
    return dict(zip(("padding_idx", "rows that are zero"), found[0], strict=True))


@compare("SentimentLSTM", dtypes=True, device=True)
def the_logits(impl: Impl, *, B, T, H):
    "the logits of a batch of sentences, their type and their device"
    ids, lengths = random_ids(51, sizes_of(51, B, T), T)
    return sentiment_lstm(impl, 52, 3, H)(ids, lengths)


@compare("SentimentLSTM")
def all_shorter(impl: Impl):
    "no sentence is as long as T; words stand behind the end; long sentences, large weights"
    model = sentiment_lstm(impl, 53, 5, 6)
    found = {
        f"behind the end stands index {behind}": model(*random_ids(54, [4, 7, 1, 3, 7], 9, behind))
        for behind in (0, 1, 8)
    }
    found["large weights"] = sentiment_lstm(impl, 53, 5, 6, 20)(*random_ids(54, [2, 3]))
    return {**found, "a long sentence": model(*random_ids(55, [600, 3]))}


@compare("SentimentLSTM")
def padding_invariance(impl: Impl):
    "the logits of sentences in a batch, with more padding, alone, and again; <pad> inside"
    sizes = [5, 2, 9, 1]
    ids, lengths = random_ids(55, sizes)
    ids[0, 4], ids[2, 3:5] = 0, 0
    longer = torch.cat([ids, torch.zeros(4, 7, dtype=torch.long)], dim=1)
    model = sentiment_lstm(impl, 56, 5, 6)
    found = {"in a batch": model(ids, lengths), "with more padding": model(longer, lengths)}
    for n, k in enumerate(sizes):
        found[f"sentence {n} alone"] = model(ids[n : n + 1, :k], lengths[n : n + 1])
    return {**found, "a second time": model(ids, lengths)}


@compare("SentimentLSTM")
def either_mode(impl: Impl):
    "logits in training mode and in evaluation mode, and those of two models in turn"
    code = """
one, two = [load(SentimentLSTM(V, 4, 3), weights) for weights in both]
found = [one(ids, lengths), two(ids, lengths), one(ids, lengths)]
[*found, one.eval()(ids, lengths), two.eval()(ids, lengths)]
"""
    both = [random_weights(seed, 4, 3) for seed in (57, 58)]
    ids, lengths = random_ids(59, [3, 5, 2])
    found = impl(LOAD + code, V=V, both=both, ids=ids, lengths=lengths)
    names = ("model 1", "model 2", "model 1 again", "model 1, eval()", "model 2, eval()")
    return dict(zip(names, found, strict=True))


@compare("SentimentLSTM")
def sentiment_lstm_the_gradients(impl: Impl):
    "the gradients of all weights: words that were read get one, padding none"
    code = """
model = load(SentimentLSTM(V, 4, 5), weights)
F.binary_cross_entropy_with_logits(model(ids, lengths), labels).backward()
found = {}
for kind in (nn.Embedding, nn.LSTM, nn.Linear):
    layer = next(m for m in model.modules() if isinstance(m, kind))
    for name, p in layer.named_parameters():
        gradient = p.grad.to_dense() if p.grad is not None else None
        found[f"the gradient of the {name} of nn.{kind.__name__}"] = gradient
        found[f"its layout, {name} of nn.{kind.__name__}"] = str(getattr(p.grad, "layout", None))
found
"""
    ids, lengths = random_ids(60, [3, 6, 1, 4])
    ids[1, 2] = 0  # <pad> inside a sentence: read, but not trained
    ids[1, 3:5] = 7  # the same word twice
    labels = torch.tensor([1.0, 0.0, 1.0, 1.0], dtype=torch.float64)
    weights = random_weights(61, 4, 5)
    return impl(LOAD + code, V=V, weights=weights, ids=ids, lengths=lengths, labels=labels)


# == train_epoch ==

UNDER_AUTOCAST = (
    "the forward pass must run under autocast with the type amp_dtype, and without autocast "
    "for None"
)

#: A linear classifier on the sum of fixed features, which notes how it is called.
CLASSIFIER = """
def autocast_type():
    on = torch.is_autocast_enabled("cpu")
    return str(torch.get_autocast_dtype("cpu")) if on else "none"


class Classifier(nn.Module):
    def __init__(self, *between):
        super().__init__()
        self.register_buffer("table", table)
        self.between = nn.Sequential(*between)
        self.out = nn.Linear(table.shape[1], 1)
        with torch.no_grad():
            self.out.weight.copy_(0.1 * torch.arange(1.0, table.shape[1] + 1)[None] - 0.2)
            self.out.bias.fill_(0.05)
        self.calls = []

    def forward(self, ids, lengths):
        modes = [m.training for m in self.modules()]
        self.calls.append([modes, torch.is_grad_enabled(), autocast_type(), ids[:, 0].tolist()])
        mask = torch.arange(ids.shape[1], device=lengths.device) < lengths[:, None]
        total = (F.embedding(ids, self.table) * mask[..., None]).sum(1)
        return self.out(self.between(total)).squeeze(-1)
"""

#: A model that gives these logits, under autocast in its type.
GIVEN = """
class Given(nn.Module):
    def __init__(self, logits):
        super().__init__()
        self.logits = nn.Parameter(logits.clone())

    def forward(self, ids, lengths):
        on = torch.is_autocast_enabled("cpu")
        return self.logits.to(torch.get_autocast_dtype("cpu")) if on else 1.0 * self.logits
"""

#: The classifier, its optimizer, and a scaler that notes its calls.
TRAINING = (
    CLASSIFIER
    + """
def noting(name):
    real = getattr(torch.amp.GradScaler, name)

    def method(self, *args, **kwargs):
        if not self.busy:
            found = [p.grad.norm() for p in self.model.parameters() if p.grad is not None]
            self.log.append([name, float(torch.stack(found).norm()) if found else 0.0])
        outer, self.busy = self.busy, True
        try:
            return real(self, *args, **kwargs)
        finally:
            self.busy = outer

    return method


class Spy(torch.amp.GradScaler):
    scale, unscale_, step, update = map(noting, ("scale", "unscale_", "step", "update"))

    def __init__(self, model, factor):
        self.model, self.log, self.busy = model, [], False
        super().__init__("cpu", init_scale=factor)


def weights(model):
    return {name: p.detach().clone() for name, p in model.named_parameters()}


off = torch.amp.GradScaler("cpu", enabled=False)
model = Classifier()
optimizer = torch.optim.SGD(model.parameters(), lr=lr)
"""
)

#: Batches that stay on the CPU, and autocast as on a real device, for a model that is elsewhere.
ELSEWHERE = """
from unittest import mock

at, here = table.device, [tuple(part.cpu() for part in batch) for batch in batches]
begin = torch.autocast.__init__


asked = []


def on_the_cpu(self, device_type, *args, **kwargs):
    asked.append(device_type)
    begin(self, "cpu" if device_type == at.type else device_type, *args, **kwargs)


there = mock.patch.object(torch.autocast, "__init__", on_the_cpu)
"""


def problem(seed, sizes, D=3, V=10, longest=6):
    """A table of features (V, D) and batches of these sizes."""
    rng = np.random.default_rng(seed)
    table = torch.tensor(rng.normal(size=(V, D)), dtype=torch.float32)
    batches = []
    for B in sizes:
        lengths = rng.integers(1, longest + 1, size=B)
        ids = np.zeros((B, int(lengths.max())), dtype=int)
        for row, n in zip(ids, lengths, strict=True):
            row[:n] = rng.integers(1, V, size=n)
        labels = torch.tensor(rng.integers(0, 2, size=B), dtype=torch.float32)
        batches.append((torch.tensor(ids), torch.tensor(lengths), labels))
    return {"table": table, "batches": batches}


@compare("train_epoch", rtol=1e-4, points=1.5)
def clipping_the_true_gradient(impl: Impl):
    "the weights after steps with a clipping that bites, with a scale of 1024 and without"
    code = """
scaler = torch.amp.GradScaler("cpu", init_scale=1024.0, enabled=enabled)
train_epoch(model, batches, optimizer, scaler, **norm)
weights(model)
"""
    tables = {
        "after one batch": (61, [5], 0.5, {"max_norm": 0.2}, True),
        "after three batches": (62, [4, 1, 3], 0.5, {"max_norm": 0.1}, True),
        "with the scaler off": (63, [6, 2], 0.3, {"max_norm": 0.25}, False),
        "with max_norm as it is unless given": (60, [3], 1.0, {}, False),
    }
    found = {}
    for name, (seed, sizes, lr, norm, enabled) in tables.items():
        data = problem(seed, sizes)
        data["table"] *= 4 if not norm else 1  # a gradient above 1
        found[name] = impl(TRAINING + code, **data, lr=lr, norm=norm, enabled=enabled)
    return found


@compare("train_epoch", rtol=1e-4)
def several_batches_without_scaling(impl: Impl):
    "the weights after several uneven batches, twice; the scaler switched off, nothing to clip"
    code = """
train_epoch(model, batches, optimizer, off, max_norm=100.0)
first = weights(model)
train_epoch(model, batches, optimizer, off, max_norm=100.0)
{"after one epoch": first, "after another": weights(model)}
"""
    return impl(TRAINING + code, **problem(63, [6, 1, 6, 2]), lr=0.3)


@compare("train_epoch", rtol=1e-4)
def other_optimizers(impl: Impl):
    "old gradients; groups of parameters; one without a gradient, or frozen, gets no step"
    code = """
class Rare(Classifier):
    def __init__(self):
        super().__init__()
        self.rare = nn.Parameter(torch.ones(2))

    def forward(self, ids, lengths):
        logits = super().forward(ids, lengths)
        return logits + self.rare.sum() if len(self.calls) == 1 else logits


model = Rare()
for p in model.parameters():
    p.grad = torch.full_like(p, 9.0)
model.out.bias.requires_grad_(False)
groups = [{"params": [p], "lr": lr / n} for n, p in enumerate(model.parameters(), 1)]
optimizer = torch.optim.SGD(groups, momentum=0.9, weight_decay=0.1)
train_epoch(model, batches, optimizer, off, max_norm=0.3)
weights(model)
"""
    return impl(TRAINING + code, **problem(71, [4, 5, 3]), lr=0.4)


@compare("train_epoch", rtol=1e-5, kind=True)
def the_mean_loss(impl: Impl):
    "the returned loss: a mean over examples when batches are uneven, with and without a scale"
    code = """
scaler = torch.amp.GradScaler("cpu", init_scale=256.0, enabled=enabled)
loss = train_epoch(model, loader(batches), optimizer, scaler)
{"loss": loss, "it is a float": isinstance(loss, float)}
"""
    found = {}
    for seed, sizes, lr, enabled, loader in (
        (64, [7, 7, 1], 0.0, False, "list"),
        (65, [2, 9], 0.0, True, "list"),
        (66, [5, 5, 2], 0.4, True, "iter"),
    ):
        here = code.replace("loader(", f"{loader}(")
        name = f"batches of {sizes}, scaler {'on' if enabled else 'off'}"
        found[name] = impl(TRAINING + here, **problem(seed, sizes), lr=lr, enabled=enabled)
    return found


@compare("train_epoch", rtol=1e-4)
def large_logits_and_sixteen_bits(impl: Impl):
    "loss and weights where logits are large, and the loss, in 32 bits, of logits in 16"
    code = """
model = Given(logits)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
loss = train_epoch(model, batches, optimizer, off, amp_dtype=amp_dtype)
{"loss": loss} if amp_dtype else {"loss": loss, "weights": weights(model)}
"""
    large = torch.tensor([1.5e4, -1.5e4, 9.5e3, -9.5e3, 1.0, -2.0])
    small = torch.tensor([3.25, -0.5, 0.75, 2.5, -1.5, 6.5])
    return {
        name: impl(
            TRAINING + GIVEN + f"amp_dtype = {amp_dtype}" + code,
            **problem(72, [6]),
            logits=logits,
            lr=1.0,
        )
        for name, logits, amp_dtype in (
            ("large logits", large, "None"),
            ("logits in bf16", small, "torch.bfloat16"),
            ("logits in fp16", small, "torch.float16"),
        )
    }


@verify("train_epoch")
def the_order_of_the_steps(impl: Impl):
    "scale, unscale_, step and update once for each batch; clipped between unscale_ and step"
    code = """
scaler = Spy(model, 4096.0)
train_epoch(model, batches, optimizer, scaler, max_norm=0.05)
scaler.log
"""
    calls = impl(TRAINING + code, **problem(67, [5, 5, 3]), lr=0.1)
    names = [name for name, _ in calls]
    for name in ("scale", "unscale_", "step", "update"):
        assert names.count(name) == 3, f"3 batches: the scaler's {name} must be called 3 times"
    assert names == ["scale", "unscale_", "step", "update"] * 3, (
        "the scaler's methods must be called in the order scale, unscale_, step, update"
    )
    for name, norm in calls:
        if name == "unscale_":
            assert norm > 10, (
                "when unscale_ is called, the gradients must be scaled and not clipped yet"
            )
        if name == "step":
            assert norm < 0.0501, "when step is called, the gradients must be clipped to max_norm"


@compare("train_epoch", rtol=1e-4)
def a_batch_that_overflows(impl: Impl):
    "a batch whose scaled gradients are infinite is left out, and the scale is halved"
    code = """
scaler = torch.amp.GradScaler("cpu", init_scale=2.0**120)
train_epoch(model, batches, optimizer, scaler, max_norm=100.0)
{"weights": weights(model), "power of two of the scale": math.log2(scaler.get_scale())}
"""
    data = problem(68, [4, 4, 4])
    data["table"][9] = 2e4
    for ids, _, _ in data["batches"]:
        ids[ids == 9] = 8
    data["batches"][1][0][:, 0] = 9
    only = {**data, "batches": data["batches"][1:2]}
    return {
        "one of three batches overflows": impl(TRAINING + code, **data, lr=0.5),
        "the only batch overflows": impl(TRAINING + code, **only, lr=0.5),
    }


@verify("train_epoch")
def modes_and_autocast(impl: Impl):
    "training mode, every batch once, autocast with the type that is asked for, or switched off"
    code = """
model = Classifier(nn.Dropout(0.0)).eval()
optimizer = torch.optim.SGD(model.parameters(), lr=lr)
dtype = {"none": None, "bf16": torch.bfloat16, "fp16": torch.float16}[kind]
train_epoch(model, batches, optimizer, off, amp_dtype=dtype)
[model.calls, [m.training for m in model.modules()], [str(p.dtype) for p in model.parameters()]]
"""
    data = problem(69, [3, 3, 2])
    for kind, due in (("none", "none"), ("bf16", "torch.bfloat16"), ("fp16", "torch.float16")):
        calls, after, types = impl(TRAINING + code, **data, lr=0.1, kind=kind)
        seen = [first for _, _, _, first in calls]
        assert seen == [ids[:, 0].tolist() for ids, _, _ in data["batches"]], (
            "each batch must go through the model once, in the loader's order"
        )
        assert all(all(modes) for modes, _, _, _ in calls), (
            "training must be in training mode, with all layers"
        )
        assert all(after), "afterwards the model must be in training mode"
        assert all(grad for _, grad, _, _ in calls), "training needs gradients"
        assert {found for _, _, found, _ in calls} == {due}, UNDER_AUTOCAST
        assert set(types) == {"torch.float32"}, "the weights must stay in 32 bits"


@verify("train_epoch")
def after_the_forward_pass(impl: Impl):
    "the backward pass is outside of autocast, and no graph is kept until the end"
    code = """
import weakref

class Mark:
    def __call__(self, gradient):
        types.append(autocast_type())


class Marked(Classifier):
    def forward(self, ids, lengths):
        logits = super().forward(ids, lengths)
        alive.append(sum(mark() is not None for mark in marks))
        mark = Mark()
        marks.append(weakref.ref(mark))
        logits.register_hook(mark)
        return logits


marks, alive, types = [], [], []
model = Marked()
optimizer = torch.optim.SGD(model.parameters(), lr=lr)
train_epoch(model, batches, optimizer, off, amp_dtype=torch.bfloat16)
[types, alive]
"""
    types, alive = impl(TRAINING + code, **problem(73, [2] * 6), lr=0.1)
    assert types == ["none"] * 6, (
        "the backward pass must stand outside of autocast: only the forward pass and the loss "
        "belong into the block"
    )
    assert alive[-1] <= 2, (
        "the graph of every batch is kept to the end, and memory with it: add up loss.item(), a "
        "number, not the tensor"
    )


@compare("train_epoch", rtol=1e-4, device=True)
def train_epoch_on_another_device(impl: Impl):
    "a model that is not on the CPU, and batches that are"
    code = """
model = Classifier().to(at)
optimizer = torch.optim.SGD(model.parameters(), lr=lr)
with there:
    loss, after = train_epoch(model, here, optimizer, off), weights(model)
    asked.clear()
    train_epoch(model, here[:1], optimizer, off, amp_dtype=torch.bfloat16)
{
    "loss": loss,
    "weights": after,
    "it stays where it is": model.out.weight.device == at,
    "autocast is for the model's device": {kind == at.type for kind in asked} == {True},
}
"""
    return impl(TRAINING + ELSEWHERE + code, **problem(74, [4, 2]), lr=0.3)


@compare("train_epoch", rtol=0.03, atol=0.01)
def train_epoch_bf16_is_near_fp32(impl: Impl):
    "losses and weights in bf16, within what 8 bits of precision allow"
    code = """
losses = [
    train_epoch(model, batches, optimizer, off, max_norm=100.0, amp_dtype=torch.bfloat16)
    for _ in range(3)
]
{"losses of three epochs": losses, "weights": weights(model)}
"""
    return impl(TRAINING + code, **problem(70, [8, 8, 5]), lr=0.3)


# == evaluate ==

#: The classifier with a batch norm and dropout.
EVALUATION = (
    CLASSIFIER
    + """
torch.manual_seed(1)
model = Classifier(nn.BatchNorm1d(table.shape[1]), nn.Dropout(0.5))
"""
)


def evaluate_named(result):
    """Both results under their names, so that a message can say which one is meant."""
    assert isinstance(result, (tuple, list)) and len(result) == 2, (
        "loss and accuracy must come back"
    )
    return dict(zip(("loss", "accuracy"), result, strict=True))


@compare("evaluate", rtol=1e-5, kind=True)
def loss_and_accuracy(impl: Impl):
    "loss and accuracy of even batches, of one batch, and of a loader that can be read once"
    code = EVALUATION + "evaluate(model, batches)"
    once = EVALUATION + "evaluate(model, iter(batches))"
    return {
        "three batches of 6": evaluate_named(impl(code, **problem(81, [6, 6, 6]))),
        "one batch": evaluate_named(impl(code, **problem(82, [9]))),
        "one example": evaluate_named(impl(code, **problem(96, [1]))),
        "a loader that can be read once": evaluate_named(impl(once, **problem(83, [3, 3]))),
    }


@compare("evaluate", rtol=1e-4)
def uneven_batches(impl: Impl):
    "loss and accuracy when the last batch is smaller: every example counts the same"
    code = EVALUATION + "evaluate(model, batches)"
    return {
        f"batches of {sizes}": evaluate_named(impl(code, **problem(seed, sizes)))
        for seed, sizes in ((84, [8, 8, 1]), (85, [2, 7, 5]), (86, [1, 11]))
    }


@compare("evaluate", rtol=1e-4)
def small_and_large_logits(impl: Impl):
    "logits that are small, of either sign, or 0, in 32 and in 16 bits; and large ones"
    code = "[evaluate(Given(logits), batches), evaluate(Given(logits), batches, amp_dtype=bf16)]"
    ids, lengths, _ = problem(87, [6])["batches"][0]
    labels = torch.tensor([1.0, 0, 1, 0, 1, 1])
    small = torch.tensor([0.3, -0.2, 0.1, -0.4, 0.45, 0.2])
    found = {}
    for name, logits in {
        "all right": small,
        "all wrong": -small,
        "nearly 0, all right": small / 512,
        "nearer to 0, all right": small / 2**15,
        "exactly 0": 0 * small,
        "large": torch.tensor([1.5e4, 1.5e4, -9.5e3, -9.5e3, 1.0, -2.0]),
    }.items():
        names = {"logits": logits, "batches": [(ids, lengths, labels)]}
        plain, half = impl(GIVEN + "bf16 = torch.bfloat16\n" + code, **names)
        found[name] = evaluate_named(plain)
        found[f"{name}, in bf16"] = evaluate_named(half)
    return found


@verify("evaluate")
def the_mode(impl: Impl):
    "evaluation mode and no gradients inside; afterwards the mode that was there"
    code = """
model.train(mode)
evaluate(model, batches)
[model.calls, [m.training for m in model.modules()]]
"""
    data = problem(88, [4, 4, 1])
    for mode in (True, False):
        calls, after = impl(EVALUATION + code, **data, mode=mode)
        assert len(calls) == 3, "each batch must go through the model once"
        assert not any(any(modes) for modes, _, _, _ in calls), (
            "evaluation must be in evaluation mode, with all layers"
        )
        assert not any(g for _, g, _, _ in calls), "evaluation must be without gradients"
        assert all(m == mode for m in after), (
            "a model that was in training mode must be so afterwards, with all its layers, and one "
            "in evaluation mode as well"
        )


@compare("evaluate")
def the_random_state(impl: Impl):
    "what is drawn after an evaluation, of a list and of a DataLoader"
    code = """
examples = [tuple(part[n] for part in batches[0]) for n in range(4)]
loaders = {
    "a list": batches,
    "a DataLoader": DataLoader(examples, batch_size=3),
    "a DataLoader that shuffles": DataLoader(examples, batch_size=2, shuffle=True),
}
drawn = {}
for mode in (True, False):
    for seed, (name, loader) in enumerate(loaders.items(), 5):
        torch.manual_seed(seed)
        torch.rand(seed)
        evaluate(model.train(mode), loader)
        kind = 'training' if mode else 'evaluation'
        drawn[f"drawn after {name}, a model in {kind} mode"] = torch.rand(3)
drawn
"""
    return impl(EVALUATION + code, **problem(89, [4]))


@compare("evaluate", rtol=1e-4)
def weights_and_gradients(impl: Impl):
    "weights, buffers, gradients and mode afterwards; a second evaluation, of layers in eval()"
    code = """
for p in model.parameters():
    p.grad = torch.full_like(p, 3.0)
model.out.bias.requires_grad_(False)
first = evaluate(model, batches)
for layer in model.children():
    layer.eval()
second = evaluate(model, batches)
with torch.no_grad():
    evaluate(model, batches)
    still_off = not torch.is_grad_enabled()
{
    "weights and buffers": model.state_dict(),
    "gradients": {name: p.grad for name, p in model.named_parameters()},
    "requires_grad": [p.requires_grad for p in model.parameters()],
    "no_grad of the caller": still_off,
    "the layers": str(model),
    "the model is in training mode": model.training,
    "the first": first,
    "the second": second,
}
"""
    return impl(EVALUATION + code, **problem(90, [5, 3]))


@verify("evaluate")
def autocast(impl: Impl):
    "the type under which the model is called: amp_dtype, and 32 bits for None"
    code = """
dtype = {"none": None, "torch.bfloat16": torch.bfloat16, "torch.float16": torch.float16}[due]
evaluate(model, batches, amp_dtype=dtype)
[[kind for _, _, kind, _ in model.calls], [str(p.dtype) for p in model.parameters()]]
"""
    for due in ("none", "torch.bfloat16", "torch.float16"):
        kinds, types = impl(EVALUATION + code, **problem(91, [6, 2]), due=due)
        assert set(kinds) == {due}, UNDER_AUTOCAST
        assert set(types) == {"torch.float32"}, "the weights must stay in 32 bits"


@compare("evaluate", rtol=1e-4, device=True)
def evaluate_on_another_device(impl: Impl):
    "a model that is not on the CPU, and batches that are"
    code = """
model = Classifier().to(at)
with there:
    result = evaluate(model, here)
    asked.clear()
    evaluate(model, here[:1], amp_dtype=torch.bfloat16)
[result, model.out.weight.device == at, {kind == at.type for kind in asked} == {True}]
"""
    result, stays, fits = impl(CLASSIFIER + ELSEWHERE + code, **problem(92, [4, 2]))
    found = {"the model stays where it is": stays, "autocast is for the model's device": fits}
    return {**evaluate_named(result), **found}


@compare("evaluate", rtol=0.03, atol=0.01, points=0.5)
def evaluate_bf16_is_near_fp32(impl: Impl):
    "the loss in bf16, within what 8 bits of precision allow"
    code = EVALUATION + "evaluate(model, batches, amp_dtype=torch.bfloat16)[0]"
    return impl(code, **problem(91, [6, 2]))
