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
{"<pad>": v["<pad>"], "<unk>": v["<unk>"], "all indices": sorted(v.values())}
"""
    texts = ["rare film", "seldom once a a film", "plot dull a film plot", *random_texts(12, 9)]
    return {f"min_count = {k}": impl(code, texts=texts, k=k) for k in (1, 2, 3)}


@compare("build_vocab", points=0.5)
def the_order(impl: Impl):
    "the order of the words: by frequency, equals as they first appear"
    texts = random_texts(13, 25)
    return {f"index of each word, min_count = {k}": impl.build_vocab(texts, k) for k in (1, 3)}


@verify("build_vocab")
def case_and_nothing_known(impl: Impl):
    "upper case counts as lower case; no text at all, or none frequent enough"
    vocab = impl.build_vocab(["Good GOOD good", "Film"], 2)
    assert set(vocab) == {"<pad>", "<unk>", "good"}, (
        "good, Good and GOOD are one word, seen three times"
    )
    for texts, k in (([], 1), (["one two"], 2)):
        vocab = impl.build_vocab(texts, k)
        assert vocab == {"<pad>": 0, "<unk>": 1}, (
            "where no word is frequent enough, two entries are left"
        )


#: A vocabulary as exercise 1 makes it, but not made by it.
VOCAB = {"<pad>": 0, "<unk>": 1, **{word: i for i, word in enumerate(WORDS[:12], 2)}}


@compare("build_vocab")
def looking_up(impl: Impl):
    "the indices of sentences whose words are known"
    rng = np.random.default_rng(14)
    sentences = [" ".join(rng.choice(WORDS[:12], size=n)) for n in (1, 5, 9)]
    sentences.append("THE Film\tis \n good")
    return {s: impl.sentence_to_indices(s, VOCAB) for s in sentences}


@compare("build_vocab")
def unknown_words(impl: Impl):
    "unknown words become <unk>, each in its place"
    sentences = ["the zebra is good", "zebra", "a film a zebra a zebra", "Zebra and but the"]
    return {s: impl.sentence_to_indices(s, VOCAB) for s in sentences}


@compare("build_vocab", points=0.5)
def no_word_at_all(impl: Impl):
    "the indices where there is nothing to look up"
    return {s: impl.sentence_to_indices(s, VOCAB) for s in ("", "  \n")}


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


@compare("collate", dtype=True)
def a_batch_of_different_lengths(impl: Impl):
    "ids, lengths and labels of examples of different lengths, with their types"
    return collate_named(impl.collate(random_batch(21, [4, 9, 1, 6, 9, 2])))


@verify("collate")
def the_longest_of_each_batch(impl: Impl):
    "T is the longest of the batch at hand"
    for seed, sizes in ((22, [3, 12]), (23, [2, 2, 2]), (24, [1, 1]), (25, [5, 30, 7])):
        result = collate_named(impl.collate(random_batch(seed, sizes)))
        for name, due in (
            ("ids", (len(sizes), max(sizes))),
            ("lengths", (len(sizes),)),
            ("labels", (len(sizes),)),
        ):
            found = tuple(result[name].shape)
            assert found == due, (
                f"{name} must be {'(B, T)' if name == 'ids' else '(B,)'}, T the largest length of "
                f"this batch: for the lengths {sizes} the shape {found} was found"
            )


@compare("collate", dtype=True)
def one_example(impl: Impl):
    "a batch of one example, and of examples of one word"
    return {
        "one example": collate_named(impl.collate(random_batch(26, [5]))),
        "examples of one word": collate_named(impl.collate(random_batch(27, [1, 1, 1]))),
    }


@compare("collate")
def unsorted_and_unknown(impl: Impl):
    "the order is kept; <unk> is a word and counts; the sizes fall, or rise"
    return {
        "unknown words": collate_named(impl.collate([([1, 1, 1], 0), ([1], 1)])),
        "sizes that rise": collate_named(impl.collate([([7], 1), ([8, 1], 0), ([9, 1, 1], 1)])),
        "sizes that fall": collate_named(impl.collate([([7, 7, 7], 0), ([8, 8], 0), ([9], 1)])),
    }


@verify("collate")
def the_examples_stay_as_they_are(impl: Impl):
    "the lists of the data set are not changed, and a second call gives the same"
    code = """
before = copy.deepcopy(batch)
first = collate(batch)
same = batch == before
second = collate(batch)
[same, all(torch.equal(a, b) for a, b in zip(first, second))]
"""
    same, again = impl(code, batch=random_batch(28, [2, 5, 3]))
    assert same, "the lists of the examples must be left as they are: make new ones to pad"
    assert again, "the same examples must give the same batch again"


@compare("collate")
def the_loss_takes_the_labels(impl: Impl):
    "the labels as a DataLoader hands them on, used in the loss"
    code = """
loader = DataLoader(batch, batch_size=3, collate_fn=collate)
[float(F.binary_cross_entropy_with_logits(torch.linspace(-1, 2, len(y)), y)) for _, _, y in loader]
"""
    return impl(code, batch=random_batch(29, [2, 5, 3, 4, 1]))


# == last_valid ==


def random_states(seed, sizes, T, H, dtype=None):
    generator = torch.Generator().manual_seed(seed)
    h = torch.randn(len(sizes), T, H, generator=generator, dtype=torch.float64)
    lengths = torch.tensor(sizes)
    return h.to(dtype or torch.float64), lengths, torch.arange(T) < lengths[:, None]


@compare("last_valid")
def the_last_valid_state(impl: Impl):
    "last_valid on random states of different lengths"
    h, lengths, _ = random_states(31, [3, 8, 1, 5, 7], T=8, H=4)
    return impl.last_valid(h, lengths)


@compare("last_valid")
def all_shorter_than_the_batch(impl: Impl):
    "last_valid where no sentence fills the batch, where all do, and with B = T"
    found = {}
    for seed, sizes, T in ((32, [2, 4, 3], 6), (33, [5, 5], 5), (34, [3, 1, 2, 4], 4)):
        h, lengths, _ = random_states(seed, sizes, T, H=3)
        found[f"T = {T}, lengths {sizes}"] = impl.last_valid(h, lengths)
    return found


@compare("last_valid")
def the_masked_mean(impl: Impl):
    "masked_mean on random states of different lengths"
    h, _, mask = random_states(35, [3, 8, 1, 5, 7], T=8, H=4)
    return impl.masked_mean(h, mask)


@compare("last_valid")
def masks_with_holes(impl: Impl):
    "masked_mean with a mask that is not a row of words from the left, and with H = T"
    h, _, _ = random_states(36, [1] * 4, T=6, H=6)
    mask = torch.tensor(
        [[0, 1, 1, 0, 1, 0], [1, 0, 0, 0, 0, 1], [0, 0, 0, 1, 0, 0], [1] * 6]
    ).bool()
    return impl.masked_mean(h, mask)


@compare("last_valid")
def last_valid_one_sentence(impl: Impl):
    "B = 1, and H = 1"
    h, lengths, mask = random_states(37, [3], T=5, H=4)
    g, shorter, other = random_states(38, [2, 4], T=4, H=1)
    return {
        "last_valid, B = 1": impl.last_valid(h, lengths),
        "masked_mean, B = 1": impl.masked_mean(h, mask),
        "last_valid, H = 1": impl.last_valid(g, shorter),
        "masked_mean, H = 1": impl.masked_mean(g, other),
    }


@compare("last_valid")
def last_valid_the_gradients(impl: Impl):
    "the gradients with respect to h: none at padding"
    code = """
found = {}
for name, read, where in (("last_valid", last_valid, lengths), ("masked_mean", masked_mean, mask)):
    h = start.clone().requires_grad_()
    (read(h, where) * weights).sum().backward()
    found[name] = h.grad
found
"""
    start, lengths, mask = random_states(39, [2, 5, 1, 4], T=5, H=3)
    weights = random_states(40, [1] * 4, T=1, H=3)[0][:, 0]
    return impl(code, start=start, lengths=lengths, mask=mask, weights=weights)


@verify("last_valid", points=0.5)
def the_type_of_h(impl: Impl):
    "what comes back has the type of h, in 64, 32 and 16 bits"
    for dtype in (torch.float64, torch.float32, torch.bfloat16, torch.float16):
        h, lengths, mask = random_states(42, [4, 1, 3], T=5, H=3, dtype=dtype)
        for name, got in (
            ("last_valid", impl.last_valid(h, lengths)),
            ("masked_mean", impl.masked_mean(h, mask)),
        ):
            assert torch.is_tensor(got), f"{name} must return a tensor"
            assert got.dtype == dtype, (
                f"{name} must return the type of h: for {dtype} it returned {got.dtype}"
            )


@verify("last_valid")
def padding_and_arguments(impl: Impl):
    "large numbers at the padding change nothing; the arguments stay as they were"
    h, lengths, mask = random_states(41, [6, 2, 4], T=6, H=3, dtype=torch.float32)
    filled = torch.where(mask[..., None], h, torch.tensor(-50.0))
    for name, other in (("last_valid", lengths), ("masked_mean", mask)):
        code = f"g, o = h.clone(), other.clone(); r = {name}(g, o); [r, g, o]"
        got, after, unchanged = impl(code, h=h, other=other)
        again, *_ = impl(code, h=filled, other=other)
        assert torch.is_tensor(got) and torch.is_tensor(again), f"{name} must return a tensor"
        assert torch.equal(after, h), f"{name} must leave h as it was"
        assert torch.equal(unchanged, other), f"{name} must leave its second argument as it was"
        assert got.shape == again.shape and torch.allclose(got, again, atol=1e-4), (
            f"{name} must not depend on what stands at the padded steps"
        )


# == SentimentLSTM ==

#: A model with weights that do not depend on the order in which its layers were made.
MAKE = """
def make(V, E, H, seed):
    model = SentimentLSTM(V, E, H).double()
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for kind in (nn.Embedding, nn.LSTM, nn.Linear):
            for layer in model.modules():
                if isinstance(layer, kind):
                    for p in layer.parameters():
                        p.copy_(torch.randn(p.shape, generator=generator, dtype=torch.float64))
                    if kind is nn.Embedding and layer.padding_idx is not None:
                        layer.weight[layer.padding_idx] = 0
    return model
"""


def random_ids(seed, sizes, V, T=None):
    rng = np.random.default_rng(seed)
    ids = torch.zeros(len(sizes), T or max(sizes), dtype=torch.long)
    for row, n in zip(ids, sizes, strict=True):
        row[:n] = torch.tensor(rng.integers(1, V, size=n))
    return ids, torch.tensor(sizes)


@compare("SentimentLSTM")
def the_layers(impl: Impl):
    "which layers the model holds, and their sizes"
    code = """
found = {}
for kind in (nn.Embedding, nn.LSTM, nn.Linear):
    layers = [m for m in model.modules() if isinstance(m, kind)]
    found["number of nn." + kind.__name__] = len(layers)
    shapes = {name: list(p.shape) for m in layers for name, p in m.named_parameters()}
    found["shapes in nn." + kind.__name__] = shapes
found
"""
    return impl(code, model=impl.SentimentLSTM(vocab_size=30, embedding_dim=6, hidden_dim=9))


@verify("SentimentLSTM", points=0.5)
def the_row_of_padding(impl: Impl):
    "row 0 of a new model's table of vectors"
    code = """
model = SentimentLSTM(vocab_size=11, embedding_dim=6, hidden_dim=3)
tables = [m for m in model.modules() if isinstance(m, nn.Embedding)]
[[m.padding_idx, bool(m.weight[0].any()), bool(m.weight[1:].any())] for m in tables]
"""
    found = impl(code)
    assert len(found) == 1, "the model must hold one nn.Embedding"
    assert found[0][0] == 0, "the embedding must know that index 0 is padding"
    assert not found[0][1], "row 0 of the table, the vector of <pad>, must be zero"
    assert found[0][2], "the vectors of words must not be zero"


@compare("SentimentLSTM")
def the_logits(impl: Impl):
    "the logits of a batch of sentences of different lengths, none of them as long as T"
    found = {}
    for seed, sizes, T in ((51, [4, 7, 1, 3, 7, 2], 9), (52, [6, 2, 3], 6)):
        ids, lengths = random_ids(seed, sizes, 20, T)
        got = impl(
            MAKE + "\nmake(20, 5, 6, seed)(ids, lengths)", ids=ids, lengths=lengths, seed=seed
        )
        found[f"logits, T = {T}, lengths {sizes}"] = got
    return found


@compare("SentimentLSTM")
def sentiment_lstm_one_sentence(impl: Impl):
    "the logit of one sentence, and of one word"
    found = {}
    for seed, sizes in ((53, [6]), (54, [1])):
        ids, lengths = random_ids(seed, sizes, 15)
        got = impl(
            MAKE + "\nmake(15, 4, 3, seed)(ids, lengths)", ids=ids, lengths=lengths, seed=seed
        )
        found[f"logits of one sentence of length {sizes[0]}"] = got
    return found


@verify("SentimentLSTM")
def padding_invariance(impl: Impl):
    "the logit of a sentence does not depend on the others in its batch, nor on the padding"
    sizes = [5, 2, 9, 1]
    ids, lengths = random_ids(55, sizes, 20)
    code = """
model = make(20, 5, 6, 55)
longer = torch.cat([ids, torch.zeros(4, 7, dtype=torch.long)], dim=1)
whole = model(ids, lengths).flatten().tolist()
padded = model(longer, lengths).flatten().tolist()
alone = [model(ids[n : n + 1, :k], lengths[n : n + 1]) for n, k in enumerate(sizes)]
single = [z.flatten().tolist()[0] for z in alone]
[whole, padded, single, model(ids, lengths).flatten().tolist()]
"""
    whole, padded, single, again = (
        np.asarray(v, dtype=float) for v in impl(MAKE + code, ids=ids, lengths=lengths, sizes=sizes)
    )
    assert whole.shape == (4,), "4 sentences must give 4 logits"
    assert np.allclose(whole, single, atol=1e-8), (
        "alone and in a batch a sentence must get the same logit"
    )
    assert np.allclose(whole, padded, atol=1e-8), "more padding must not change the logits"
    assert np.allclose(whole, again, atol=1e-12), (
        "a second call must give the same: no state may be kept"
    )


@compare("SentimentLSTM")
def sentiment_lstm_the_gradients(impl: Impl):
    "the gradients of the table of vectors: words that were read get one, padding none"
    code = """
model = make(14, 4, 5, 56)
F.binary_cross_entropy_with_logits(model(ids, lengths), labels).backward()
table = next(m for m in model.modules() if isinstance(m, nn.Embedding))
{"gradient of the table": table.weight.grad, "padding_idx": table.padding_idx}
"""
    ids, lengths = random_ids(56, [3, 6, 1, 4], 14)
    ids[1, 2] = 0  # <pad> inside a sentence: read, but not trained
    labels = torch.tensor([1.0, 0.0, 1.0, 1.0], dtype=torch.float64)
    return impl(MAKE + code, ids=ids, lengths=lengths, labels=labels)


# == train_epoch ==

UNDER_AUTOCAST = (
    "the forward pass must run under autocast with the type amp_dtype, and without autocast "
    "for None"
)

#: A linear classifier on the sum of fixed features, which notes how it is called.
CLASSIFIER = """
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
        amp = torch.is_autocast_enabled("cpu")
        kind = str(torch.get_autocast_dtype("cpu")) if amp else "none"
        self.calls.append([bool(self.training), torch.is_grad_enabled(), kind, ids[:, 0].tolist()])
        mask = torch.arange(ids.shape[1]) < lengths[:, None]
        total = (self.table[ids] * mask[..., None]).sum(1)
        return self.out(self.between(total)).squeeze(-1)
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


model = Classifier()
optimizer = torch.optim.SGD(model.parameters(), lr=lr)
"""
)


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
train_epoch(model, batches, optimizer, scaler, max_norm=max_norm)
weights(model)
"""
    return {
        "after one batch": impl(
            TRAINING + code, **problem(61, [5]), lr=0.5, max_norm=0.2, enabled=True
        ),
        "after three batches": impl(
            TRAINING + code, **problem(62, [4, 4, 3]), lr=0.5, max_norm=0.1, enabled=True
        ),
        "with the scaler off": impl(
            TRAINING + code, **problem(63, [6, 2]), lr=0.3, max_norm=0.25, enabled=False
        ),
    }


@compare("train_epoch", rtol=1e-4)
def several_batches_without_scaling(impl: Impl):
    "the weights after several uneven batches, the scaler switched off, nothing to clip"
    code = """
scaler = torch.amp.GradScaler("cpu", enabled=False)
train_epoch(model, batches, optimizer, scaler, max_norm=max_norm)
weights(model)
"""
    return {
        f"lr = {lr}": impl(TRAINING + code, **problem(63, [6, 6, 6, 2]), lr=lr, max_norm=100.0)
        for lr in (0.05, 0.3)
    }


@compare("train_epoch", rtol=1e-4)
def the_mean_loss(impl: Impl):
    "the returned loss: a mean over examples when batches are uneven, with and without a scale"
    code = """
scaler = torch.amp.GradScaler("cpu", init_scale=256.0, enabled=enabled)
train_epoch(model, loader(batches), optimizer, scaler)
"""
    found = {}
    for seed, sizes, lr, enabled, loader in (
        (64, [7, 7, 1], 0.0, False, "list"),
        (65, [2, 9], 0.0, True, "list"),
        (66, [5, 5, 2], 0.4, True, "iter"),
    ):
        here = code.replace("loader(", f"{loader}(")
        name = f"loss, batches of {sizes}, scaler {'on' if enabled else 'off'}"
        found[name] = impl(TRAINING + here, **problem(seed, sizes), lr=lr, enabled=enabled)
    return found


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
model.eval()
scaler = torch.amp.GradScaler("cpu", enabled=False)
dtype = {"none": None, "bf16": torch.bfloat16, "fp16": torch.float16}[kind]
train_epoch(model, batches, optimizer, scaler, amp_dtype=dtype)
[model.calls, torch.is_autocast_enabled("cpu"), [str(p.dtype) for p in model.parameters()]]
"""
    data = problem(69, [3, 3, 2])
    for kind, due in (("none", "none"), ("bf16", "torch.bfloat16"), ("fp16", "torch.float16")):
        calls, left_on, types = impl(TRAINING + code, **data, lr=0.1, kind=kind)
        seen = [first for _, _, _, first in calls]
        assert seen == [ids[:, 0].tolist() for ids, _, _ in data["batches"]], (
            "each batch must go through the model once, in the loader's order"
        )
        assert all(mode for mode, _, _, _ in calls), "training must be in training mode"
        assert all(grad for _, grad, _, _ in calls), "training needs gradients"
        assert {found for _, _, found, _ in calls} == {due}, UNDER_AUTOCAST
        assert set(types) == {"torch.float32"}, "the weights must stay in 32 bits"
        assert not left_on, "autocast must be switched off again after the forward pass"


@compare("train_epoch", rtol=0.03, atol=0.01)
def train_epoch_bf16_is_near_fp32(impl: Impl):
    "losses and weights in bf16, within what 8 bits of precision allow"
    code = """
scaler = torch.amp.GradScaler("cpu", enabled=False)
losses = [
    train_epoch(model, batches, optimizer, scaler, max_norm=100.0, amp_dtype=torch.bfloat16)
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


@compare("evaluate", rtol=1e-4)
def loss_and_accuracy(impl: Impl):
    "loss and accuracy of even batches, of one batch, and of a loader that can be read once"
    code = EVALUATION + "evaluate(model, batches)"
    once = EVALUATION + "evaluate(model, iter(batches))"
    return {
        "three batches of 6": evaluate_named(impl(code, **problem(81, [6, 6, 6]))),
        "one batch": evaluate_named(impl(code, **problem(82, [9]))),
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


@compare("evaluate", rtol=1e-4, points=0.5)
def small_logits(impl: Impl):
    "the accuracy when all logits are small, of either sign, or 0; and when all are right or wrong"
    code = """
class Given(nn.Module):
    def __init__(self):
        super().__init__()
        self.unused = nn.Parameter(torch.zeros(1))

    def forward(self, ids, lengths):
        return logits + 0 * self.unused


results = []
labels = torch.tensor([1.0, 0, 1, 0, 1, 1])
for logits in (small, -small, torch.zeros(6)):
    results.append(evaluate(Given(), [(ids, lengths, labels)]))
results
"""
    ids, lengths, _ = problem(87, [6])["batches"][0]
    small = torch.tensor([0.3, -0.2, 0.1, -0.4, 0.45, 0.2])
    found = impl(code, ids=ids, lengths=lengths, small=small)
    names = ("all right", "all wrong", "all logits exactly 0")
    return dict(zip(names, map(evaluate_named, found), strict=True))


@verify("evaluate")
def the_mode(impl: Impl):
    "evaluation mode and no gradients inside; afterwards the mode that was there"
    code = """
model.train(mode)
evaluate(model, batches)
enabled = torch.is_grad_enabled()
torch.set_grad_enabled(True)
[model.calls, [bool(m.training) for m in model.modules()], enabled]
"""
    data = problem(88, [4, 4, 1])
    for mode in (True, False):
        calls, after, enabled = impl(EVALUATION + code, **data, mode=mode)
        assert len(calls) == 3, "each batch must go through the model once"
        assert not any(m for m, _, _, _ in calls), "evaluation must be in evaluation mode"
        assert not any(g for _, g, _, _ in calls), "evaluation must be without gradients"
        assert enabled, "gradients must be on again afterwards: use torch.no_grad() as a block"
        assert all(m == mode for m in after), (
            "a model that was in training mode must be so afterwards, with all its layers, and one "
            "in evaluation mode as well"
        )


@verify("evaluate")
def the_random_state(impl: Impl):
    "PyTorch's random state is as it was, with a list and with a DataLoader"
    code = """
examples = [tuple(part[n] for part in batches[0]) for n in range(4)]
loaders = [
    batches,
    DataLoader(examples, batch_size=3),
    DataLoader(examples, batch_size=2, shuffle=True),
]
same = []
for seed, loader in enumerate(loaders, 5):
    torch.manual_seed(seed)
    torch.rand(seed)
    before = torch.get_rng_state()
    evaluate(model, loader)
    same.append(bool(torch.equal(before, torch.get_rng_state())))
same
"""
    plain, loader, shuffled = impl(EVALUATION + code, **problem(89, [4]))
    assert plain, "the random state must be as it was"
    assert loader and shuffled, (
        "the random state must be as it was, with a DataLoader as well: it draws a number when "
        "its loop starts"
    )


@verify("evaluate")
def weights_and_gradients(impl: Impl):
    "weights, buffers and gradients are as they were; a second call gives the same"
    code = """
for p in model.parameters():
    p.grad = torch.full_like(p, 3.0)
before = copy.deepcopy(model.state_dict())
first = [float(v) for v in evaluate(model, batches)]
second = [float(v) for v in evaluate(model, batches)]
same = all(torch.equal(before[k], v) for k, v in model.state_dict().items())
grads = all(p.grad is not None and bool((p.grad == 3.0).all()) for p in model.parameters())
[first, second, same, grads]
"""
    first, second, same, grads = impl(EVALUATION + code, **problem(90, [5, 3]))
    assert same, "weights and buffers must be as they were"
    assert grads, "gradients that are there must be as they were"
    assert first == second, "a second evaluation must give the same numbers"


@verify("evaluate")
def autocast(impl: Impl):
    "the type under which the model is called: amp_dtype, and 32 bits for None"
    code = """
dtype = {"none": None, "torch.bfloat16": torch.bfloat16, "torch.float16": torch.float16}[due]
evaluate(model, batches, amp_dtype=dtype)
[[kind for _, _, kind, _ in model.calls], torch.is_autocast_enabled("cpu")]
"""
    for due in ("none", "torch.bfloat16", "torch.float16"):
        kinds, left_on = impl(EVALUATION + code, **problem(91, [6, 2]), due=due)
        assert set(kinds) == {due}, UNDER_AUTOCAST
        assert not left_on, "autocast must be switched off again afterwards"


@compare("evaluate", rtol=0.03, atol=0.01, points=0.5)
def evaluate_bf16_is_near_fp32(impl: Impl):
    "the loss in bf16, within what 8 bits of precision allow"
    code = EVALUATION + "evaluate(model, batches, amp_dtype=torch.bfloat16)[0]"
    return impl(code, **problem(91, [6, 2]))
