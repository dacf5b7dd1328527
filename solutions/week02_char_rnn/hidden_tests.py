"""Week 2: what the hidden tests run, on a submission and on the reference."""

import math
import random

import torch
from torch import nn

from autograder.judge import Impl, compare, verify
from autograder.notebook.checks import expect_close


def two(results, message):
    "The two results of a function, checked to be two."
    assert isinstance(results, tuple | list) and len(results) == 2, message
    return results


# == CharVocab ==

TEXTS = (
    "to be, or not to be: that is the question",
    "zyxwvutsrqponmlkjihgfedcba",
    "Größe — 10 €;\nñandú\t\\ Ärger",
    "aaaa",
)


@compare("CharVocab")
def the_size_of_the_vocabulary(impl: Impl):
    "len(vocab) for four texts, some with many repeated characters"
    return [len(impl.CharVocab(text)) for text in TEXTS]


@compare("CharVocab")
def ids_in_sorted_order(impl: Impl):
    "the ids of four texts: the place of each character among the sorted characters"
    return [impl.CharVocab(text).encode(text) for text in TEXTS]


@compare("CharVocab")
def text_from_ids(impl: Impl):
    "the text that a list of ids and a tensor of ids stand for"
    vocab = impl.CharVocab(TEXTS[2])
    ids = [5, 0, 3, 3, 8, 1]
    return [vocab.decode(ids), vocab.decode(torch.tensor(ids)), vocab.decode([])]


@verify("CharVocab")
def there_and_back_again(impl: Impl):
    "decode(encode(text)) is the text, for a text the vocabulary was not made from"
    vocab = impl.CharVocab(TEXTS[0])
    text = "".join(random.choices(TEXTS[0], k=200))
    back = vocab.decode(vocab.encode(text))
    assert isinstance(back, str), "decode must return one str"
    assert back == text, "decode(encode(text)) must give the text back, character by character"


@verify("CharVocab")
def an_unknown_character(impl: Impl):
    "a character that is not in the vocabulary raises a ValueError that names it"
    code = """
try:
    CharVocab("the cat sat on the mat").encode(text)
    outcome = ("no error", "")
except ValueError as error:
    outcome = ("ValueError", str(error))
except Exception as error:
    outcome = (type(error).__name__, "")
outcome
"""
    for unknown in "§X":
        kind, message = impl(code, text=f"the {unknown} sat")
        assert kind == "ValueError", f"an unknown character must raise a ValueError, found {kind}"
        assert unknown in message, "the message of the ValueError must name the unknown character"


@verify("CharVocab", points=0.5)
def the_type_of_ids(impl: Impl):
    "ids are a torch.long tensor (N,), also for an empty text"
    vocab = impl.CharVocab("abcabc")
    for text in ("cab", "a", ""):
        ids = vocab.encode(text)
        assert isinstance(ids, torch.Tensor), "encode must return a tensor"
        assert ids.dtype == torch.long, f"ids must be torch.long, found {ids.dtype}"
        assert ids.shape == (len(text),), f"a text of {len(text)} characters has as many ids"


# == embed ==


def embedding_problem(seed, B, T, V, E):
    generator = torch.Generator().manual_seed(seed)
    ids = torch.randint(V, (B, T), generator=generator)
    return ids, torch.randn(V, E, generator=generator, dtype=torch.float64)


@compare("embed")
def rows_of_a_random_matrix(impl: Impl):
    "the vectors of random ids, with B, T, V and E all different"
    return impl.embed(*embedding_problem(21, B=3, T=5, V=7, E=4))


@compare("embed")
def a_square_matrix(impl: Impl):
    "the same when V = E and B = T, where a transposed matrix or result goes unnoticed"
    return impl.embed(*embedding_problem(22, B=5, T=5, V=6, E=6))


@compare("embed", dtype=True)
def in_single_precision(impl: Impl):
    "the type of the result is that of W, for float32"
    ids, W = embedding_problem(23, B=1, T=6, V=9, E=2)
    return impl.embed(ids, W.float())


@verify("embed")
def the_gradient_of_the_matrix(impl: Impl):
    "the gradient of W: for each id the sum over all places where it was read"
    B, T, V, E = 4, 6, 8, 5
    ids, W = embedding_problem(24, B, T, V, E)
    ids[ids == 2] = 3
    d_out = torch.randn(B, T, E, generator=torch.Generator().manual_seed(25), dtype=torch.float64)
    code = """
W = W.clone().requires_grad_(True)
out = embed(ids, W)
if out.requires_grad:
    out.backward(d_out)
W.grad
"""
    got = impl(code, ids=ids, W=W, d_out=d_out)
    assert got is not None, "autograd does not reach W: is the result a new tensor, or detached?"
    want = torch.zeros_like(W).index_add(0, ids.flatten(), d_out.reshape(B * T, E))
    expect_close(got, want, "Row i of dW must be the sum of the gradients wherever id i was read")


# == CharRNN ==

FORWARD = "forward must return two things, the logits and the last state"


def char_rnn_weights(seed, V, H):
    generator = torch.Generator().manual_seed(seed)
    shapes = {
        "Embedding": [(V, H)],
        "RNN": [(H, H), (H, H), (H,), (H,)],
        "Linear": [(V, H), (V,)],
    }
    return {
        kind: [0.6 * torch.randn(s, generator=generator, dtype=torch.float64) for s in sizes]
        for kind, sizes in shapes.items()
    }


def char_rnn_of(impl, weights):
    "A model of the implementation with these weights, in float64, whatever its layers are called."
    V, H = weights["Embedding"][0].shape
    model = impl.CharRNN(V, H)
    find = "[m for m in model.modules() if type(m).__name__ == kind]"
    for kind, values in weights.items():
        shapes = impl(
            f"[[tuple(p.shape) for p in m.parameters()] for m in {find}]", model=model, kind=kind
        )
        assert len(shapes) == 1, f"CharRNN must hold one nn.{kind}, found {len(shapes)}"
        want = [tuple(value.shape) for value in values]
        assert list(map(tuple, shapes[0])) == want, (
            f"the parameters of nn.{kind} must have the shapes {want}, found {shapes[0]}"
        )
        code = f"for p, v in zip({find}[0].parameters(), values): p.data = v.clone()"
        impl(code, model=model, kind=kind, values=values)
    return model


def ids_and_start(seed, B, T, V, H):
    generator = torch.Generator().manual_seed(seed)
    ids = torch.randint(V, (B, T), generator=generator)
    return ids, torch.randn(1, B, H, generator=generator, dtype=torch.float64)


@compare("CharRNN")
def logits_from_zero(impl: Impl):
    "the logits of every step, without a start state, for given weights"
    ids, _ = ids_and_start(31, B=3, T=6, V=8, H=5)
    return two(char_rnn_of(impl, char_rnn_weights(32, V=8, H=5))(ids), FORWARD)[0]


@compare("CharRNN")
def the_last_state(impl: Impl):
    "the state that comes back, without a start state, for given weights"
    ids, _ = ids_and_start(33, B=4, T=3, V=6, H=7)
    return two(char_rnn_of(impl, char_rnn_weights(34, V=6, H=7))(ids), FORWARD)[1]


@compare("CharRNN")
def from_a_given_state(impl: Impl):
    "logits and last state when a start state is given"
    ids, start = ids_and_start(35, B=3, T=5, V=9, H=3)
    results = two(char_rnn_of(impl, char_rnn_weights(36, V=9, H=3))(ids, start), FORWARD)
    return {"logits": results[0], "hidden": results[1]}


@verify("CharRNN")
def carried_over_two_cuts(impl: Impl):
    "a text read in three parts, with the state carried, gives the logits of one long pass"
    V, H = 10, 5
    weights = char_rnn_weights(37, V, H)
    ids, _ = ids_and_start(38, 3, 12, V, H)
    model = char_rnn_of(impl, weights)
    parts, hidden = [], None
    for start, stop in ((0, 4), (4, 5), (5, 12)):
        logits, hidden = two(model(ids[:, start:stop], hidden), FORWARD)
        parts.append(logits)
    rnn = nn.RNN(H, H, batch_first=True).double()
    for parameter, value in zip(rnn.parameters(), weights["RNN"], strict=True):
        parameter.data.copy_(value)
    states = rnn(weights["Embedding"][0][ids])[0]
    want = states @ weights["Linear"][0].T + weights["Linear"][1]
    expect_close(
        torch.cat(parts, dim=1),
        want,
        "Three parts, with the state carried, must equal one long pass",
    )


@verify("CharRNN")
def nothing_is_cut(impl: Impl):
    "the gradient of the loss after a cut reaches every parameter and the first start state"
    ids, start = ids_and_start(39, B=3, T=6, V=5, H=6)
    model = char_rnn_of(impl, char_rnn_weights(40, V=5, H=6))
    code = """
import torch
start = start.clone().requires_grad_(True)
state = model(ids[:, :3], start)[1]
logits = model(ids[:, 3:], state)[0]
if logits.requires_grad:
    logits.sin().sum().backward()
lost = [name for name, p in model.named_parameters() if p.grad is None]
lost, start.grad is None, logits
"""
    lost, cut, _ = impl(code, model=model, ids=ids, start=start)
    assert not lost, f"no gradient reaches {lost}: every layer must be part of the graph"
    assert not cut, "the gradient must reach the start state: forward must not detach it"


@verify("CharRNN", points=0.5)
def every_call_starts_from_zeros(impl: Impl):
    "calls without a start state do not know of each other"
    model = char_rnn_of(impl, char_rnn_weights(47, V=6, H=5))
    texts = [ids_and_start(seed, B=3, T=4, V=6, H=5)[0] for seed in (45, 46)]
    first, _, again = (two(model(texts[number]), FORWARD)[0] for number in (0, 1, 0))
    expect_close(
        again,
        first,
        "The same text without hidden must give the same logits again: keep no state in self",
    )


@verify("CharRNN", points=0.5)
def a_start_of_zeros(impl: Impl):
    "init_hidden: zeros (1, B, H), of the type of the parameters"
    model = impl("CharRNN(6, 5)")
    for kind, dtype in (("float", torch.float32), ("double", torch.float64)):
        model = impl(f"model.{kind}()", model=model)
        hidden = model.init_hidden(3)
        assert isinstance(hidden, torch.Tensor), "init_hidden must return a tensor"
        expect_close(
            hidden, torch.zeros(1, 3, 5), "init_hidden(3) with H = 5 must be zeros (1, 3, 5)"
        )
        assert hidden.dtype == dtype, (
            f"init_hidden must be of the parameters' type {dtype}, found {hidden.dtype}"
        )


# == make_streams ==

STREAMS = "make_streams must return two tensors, x and y"


def random_ids(seed, length):
    return torch.randint(1000, (length,), generator=torch.Generator().manual_seed(seed))


@compare("make_streams")
def the_inputs(impl: Impl):
    "x, for a text that leaves a rest"
    return two(impl.make_streams(random_ids(41, 115), 4, 5), STREAMS)[0]


@compare("make_streams")
def the_targets(impl: Impl):
    "y, for a text that leaves a rest"
    return two(impl.make_streams(random_ids(42, 98), 3, 4), STREAMS)[1]


@verify("make_streams")
def the_state_may_be_carried(impl: Impl):
    "in every stream the first input of a chunk is the last target of the chunk before"
    for length, B, T in ((241, 4, 6), (100, 5, 3), (61, 2, 10)):
        x, y = map(torch.as_tensor, two(impl.make_streams(torch.arange(length), B, T), STREAMS))
        assert x.ndim == 3 and x.shape == y.shape, "x and y must both be (N, B, T)"
        N = (length - 1) // (B * T)
        assert x.shape == (N, B, T), f"x must be (N, B, T) = {(N, B, T)}, found {tuple(x.shape)}"
        assert torch.equal(x[1:, :, 0], y[:-1, :, -1]), (
            "in every stream the first input of a chunk must be the last target before it"
        )
        assert (torch.diff(x, dim=-1) == 1).all(), "a chunk must be a contiguous piece of the text"


@verify("make_streams")
def every_target_follows_its_input(impl: Impl):
    "each target is the next id of the text, and no id is read twice"
    x, y = map(torch.as_tensor, two(impl.make_streams(torch.arange(131), 6, 7), STREAMS))
    assert torch.equal(y, x + 1), "the target of every input must be the id that follows it"
    assert x.unique().numel() == x.numel(), "every id may be read once only: chunks do not overlap"


@compare("make_streams")
def lengths_at_the_edge(impl: Impl):
    "the shapes of x and y when the text fits exactly, and when one character is missing"
    pairs = [two(impl.make_streams(torch.arange(n), 3, 5), STREAMS) for n in (46, 45, 16)]
    return [[tuple(torch.as_tensor(part).shape) for part in parts] for parts in pairs]


@compare("make_streams", points=0.5)
def one_stream_and_single_steps(impl: Impl):
    "B = 1, and T = 1"
    one = two(impl.make_streams(random_ids(43, 20), 1, 6), STREAMS)
    single = two(impl.make_streams(random_ids(44, 20), 4, 1), STREAMS)
    return [one[0], one[1], single[0], single[1]]


@verify("make_streams", points=0.5)
def a_text_that_is_too_short(impl: Impl):
    "a text too short for one chunk raises a ValueError"
    code = """
try:
    make_streams(ids, 3, 5)
    outcome = "no error"
except Exception as error:
    outcome = type(error).__name__
outcome
"""
    for length in (4, 15):
        outcome = impl(code, ids=torch.arange(length))
        assert outcome == "ValueError", (
            f"{length} ids are too few for B = 3, T = 5: a ValueError is due, found: {outcome}"
        )


# == clip_gradients ==

CLIP = """
import torch
parameters = []
for g in gradients:
    p = torch.zeros(3 if g is None else g.shape, dtype=torch.float64, requires_grad=True)
    p.grad = None if g is None else g.clone()
    parameters.append(p)
norm = clip_gradients(parameters, max_norm)
norm, [p.grad for p in parameters]
"""


def random_gradients(seed, scale):
    generator = torch.Generator().manual_seed(seed)
    shapes = ((4, 3), (5,), (2, 3, 2), ())
    return [scale * torch.randn(s, generator=generator, dtype=torch.float64) for s in shapes]


@compare("clip_gradients", rtol=1e-5)
def long_gradients(impl: Impl):
    "the gradients after clipping, when their norm is too large"
    return impl(CLIP, gradients=random_gradients(51, 10.0), max_norm=2.0)[1]


@compare("clip_gradients", rtol=1e-5)
def the_norm_before(impl: Impl):
    "the norm that is returned, when it is too large and when it is not"
    norms = [
        impl(CLIP, gradients=random_gradients(52, scale), max_norm=1.5)[0] for scale in (7.0, 0.01)
    ]
    return [torch.as_tensor(n).reshape(-1)[:1] if n is not None else None for n in norms]


@compare("clip_gradients", rtol=1e-12)
def short_gradients(impl: Impl):
    "gradients below the limit stay as they are, and any gradients for max_norm = inf"
    small = impl(CLIP, gradients=random_gradients(53, 0.02), max_norm=5.0)[1]
    return [*small, *impl(CLIP, gradients=random_gradients(57, 20.0), max_norm=math.inf)[1]]


@verify("clip_gradients")
def agrees_with_pytorch(impl: Impl):
    "a recurrent network's model.parameters(), a generator, against torch's clip_grad_norm_"
    code = """
import torch
torch.manual_seed(54)
rnn = torch.nn.RNN(3, 5, batch_first=True).double()
rnn(torch.randn(2, 20, 3).double())[0].pow(2).sum().backward()
before = [p.grad.clone() for p in rnn.parameters()]
norm = clip_gradients(rnn.parameters(), 0.25)
before, norm, [p.grad for p in rnn.parameters()]
"""
    before, norm, after = impl(code)
    twins = [torch.zeros_like(g, requires_grad=True) for g in before]
    for twin, gradient in zip(twins, before, strict=True):
        twin.grad = gradient.clone()
    want = nn.utils.clip_grad_norm_(twins, 0.25)
    assert norm is not None, "clip_gradients must return the norm"
    expect_close(norm, want, "The norm must be that of clip_grad_norm_", 1e-5)
    for gradient, twin in zip(after, twins, strict=True):
        expect_close(gradient, twin.grad, "Every gradient must be that of clip_grad_norm_", 1e-5)


@compare("clip_gradients", points=0.5, rtol=1e-5)
def gradients_that_are_missing_or_zero(impl: Impl):
    "parameters without a gradient among others, gradients that are all zero, none at all"
    some = random_gradients(55, 3.0)
    mixed = impl(CLIP, gradients=[None, *some[:2], None, some[2]], max_norm=1.0)
    zero = impl(CLIP, gradients=[torch.zeros(2, 2, dtype=torch.float64), None], max_norm=1.0)
    none = impl(CLIP, gradients=[None, None], max_norm=1.0)
    norm = None if none[0] is None else float(none[0])
    return [*mixed[1], *zero[1], *none[1], norm]


@verify("clip_gradients", points=0.5)
def written_by_hand(impl: Impl):
    "clip_gradients clips, and does the work itself"
    norm, after = impl(CLIP, gradients=random_gradients(56, 5.0), max_norm=1.0)
    assert norm is not None, "clip_gradients must return the norm"
    length = math.sqrt(sum(float((gradient**2).sum()) for gradient in after))
    assert length < 1.001, "the gradients are longer than max_norm after clipping"
    names = impl("list(getattr(getattr(clip_gradients, '__code__', None), 'co_names', ()))")
    used = [name for name in names if name.startswith(("clip_grad_", "clip_grads_"))]
    assert not used, f"write it yourself: your function uses torch's own {used[0]}"


# == sample ==


def seeded(impl, seed):
    return impl(f"import torch\ntorch.Generator().manual_seed({seed})")


def bigram_table(seed):
    return 2 * torch.randn(10, 10, generator=torch.Generator().manual_seed(seed))


def seed_globally(impl, seed):
    impl(f"import torch\ntorch.manual_seed({seed})")


LOGITS = torch.tensor([0.3, 1.8, -1.2, -0.4, 1.2, -1.8, 0.8, 0.0, 2.1, -0.8])


def memoryless(impl):
    "A model that gives LOGITS after every character."
    return impl.Bigrams(LOGITS.expand(10, 10).clone())


@compare("sample", points=1.5)
def what_is_fed(impl: Impl):
    "what the model reads: the whole prefix, then each new character once, with the state"
    vocab = impl.Digits()
    return [
        impl.sample(impl.Counter(), vocab, prefix, n, 1.0, seeded(impl, 61))
        for prefix, n in (("5", 12), ("90210", 7), ("31", 0), ("444", 1))
    ]


@compare("sample")
def the_most_likely_path(impl: Impl):
    "temperature 0: the most likely character after each one"
    model = impl.Bigrams(bigram_table(62))
    return [impl.sample(model, impl.Digits(), prefix, 15, 0, None) for prefix in ("0", "27", "9")]


@verify("sample", points=1.5)
def the_shares_at_a_temperature(impl: Impl):
    "how often each character comes at the temperatures 0.5 and 2.5"
    model = memoryless(impl)
    for temperature in (0.5, 2.5):
        text = impl.sample(model, impl.Digits(), "48", 1200, temperature, seeded(impl, 63))
        assert isinstance(text, str), "sample must return a str"
        found = torch.tensor([text[2:].count(char) / 1200 for char in "0123456789"])
        want = torch.softmax(LOGITS / temperature, dim=0)
        worst = float((found - want).abs().max())
        assert worst < 0.07, (
            f"temperature {temperature}: the share of a character is off by {worst:.2f} in a text "
            "of 1200; the shares must be softmax(logits / temperature)"
        )


@verify("sample", points=0.5)
def the_generator_decides(impl: Impl):
    "the same seed gives the same text, whatever torch's global generator does; another does not"
    model = memoryless(impl)
    texts = []
    for own, everybody in ((1, 10), (1, 20), (2, 10)):
        seed_globally(impl, everybody)
        texts.append(impl.sample(model, impl.Digits(), "12", 80, 1.0, seeded(impl, own)))
    assert texts[0] == texts[1], "the generator that is given must make the draws, and no other"
    assert texts[0] != texts[2], "generators with different seeds must give different texts"


@verify("sample", points=0.5)
def without_a_generator(impl: Impl):
    "without a generator torch's global one decides: two torch.manual_seed, two texts"
    model = memoryless(impl)
    texts = []
    for seed in (3, 4):
        seed_globally(impl, seed)
        texts.append(impl.sample(model, impl.Digits(), "12", 80, 1.0, None))
    for text in texts:
        right = isinstance(text, str) and len(text) == 82 and text.startswith("12")
        assert right, "without a generator: return the prefix and 80 characters behind it, a str"
    assert texts[0] != texts[1], (
        "without a generator, two different torch.manual_seed must be able to give different texts"
    )


@compare("sample", points=0.5)
def a_small_temperature(impl: Impl):
    "logits of hundreds at the temperature 0.02: still the most likely path, and no overflow"
    model = impl.Bigrams(100 * bigram_table(64))
    return impl.sample(model, impl.Digits(), "6", 12, 0.02, seeded(impl, 65))


@verify("sample", points=0.5)
def no_graph_is_kept(impl: Impl):
    "the model is run without gradients"
    counter = impl.Counter()
    text = impl.sample(counter, impl.Digits(), "12", 3, 1.0, None)
    assert len(text) == 5, "prefix and new characters must be 5 here"
    assert not counter.ran_with_gradients, "sampling needs no gradients: use torch.no_grad()"
