"""Week 2: what the hidden tests run, on a submission and on the reference."""

import math
import random
from typing import Any

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
    "\n zyxwvutsrqponmlkjihgfedcba\t",
    "Größe — 10 €;\nñandú\t\\ Ärger 😀",
    "aaaa",
)


def coding_of(impl, text):
    "The methods encode and decode of a vocabulary; the vocabulary itself may be a dict or a list."
    return impl("vocab = CharVocab(text)\nvocab.encode, vocab.decode", text=text)


@compare("CharVocab", kind=True)
def the_size_of_the_vocabulary(impl: Impl):
    "len(vocab) and vocab.chars for four texts, some with many repeated characters"
    code = "[[len(vocab), vocab.chars] for vocab in list(map(CharVocab, texts))]"
    return impl(code, texts=list(TEXTS))


@compare("CharVocab", dtype=True, kind=True)
def ids_in_sorted_order(impl: Impl):
    "the ids of four texts, forwards and backwards: places among the sorted characters"
    found = []
    for text in TEXTS:
        encode, _ = coding_of(impl, text)
        found += [encode(text), encode(text[::-1]), encode(text[-1])]
    return found


@compare("CharVocab", kind=True)
def text_from_ids(impl: Impl):
    "the text that a list of ids and a tensor of ids stand for, also for no ids and for one"
    _, decode = coding_of(impl, TEXTS[2])
    lists: tuple[list[int], ...] = ([5, 0, 3, 3, 8, 1], [7], [])
    return [
        [decode(ids) for ids in lists],
        [decode(torch.tensor(ids, dtype=torch.long)) for ids in lists],
    ]


@compare("CharVocab", points=0.5, dtype=True)
def several_vocabularies(impl: Impl):
    "two vocabularies at a time, and one of 400 characters"
    codings = [coding_of(impl, text) for text in TEXTS[:2]]
    found = [part for encode, decode in codings for part in (encode("better"), decode([3, 1, 2]))]
    many = "".join(map(chr, range(500, 100, -1)))
    encode, decode = coding_of(impl, many)
    return [*found, encode(many), decode(list(range(400)))]


@verify("CharVocab")
def there_and_back_again(impl: Impl):
    "decode(encode(text)) is the text, for a text the vocabulary was not made from"
    encode, decode = coding_of(impl, TEXTS[0])
    text = "".join(random.choices(TEXTS[0], k=3000))
    back = decode(encode(text))
    assert isinstance(back, str), "decode must return one str"
    assert back == text, "decode(encode(text)) must give the text back, character by character"


@compare("CharVocab")
def an_unknown_character(impl: Impl):
    "a character that is not in the vocabulary raises a ValueError that names it, every time"
    known = "the cat sat on the mat and theß dog sat on the cat"
    unknown = ("Q", "Q", "#", "😀")
    places = (46, 46, 0, 50)
    texts = [known[:at] + char + known[at:] for at, char in zip(places, unknown, strict=True)]
    code = """
vocab = CharVocab(known + "☃")
outcomes = []
for text in texts:
    try:
        vocab.encode(text)
        outcomes.append((["no error"], ""))
    except Exception as error:
        outcomes.append(([kind.__name__ for kind in type(error).__mro__], str(error)))
outcomes, vocab.encode(known), len(vocab), list(vocab.chars)
"""
    outcomes, *unchanged = impl(code, known=known, texts=texts)
    for number, ((kinds, message), char, text) in enumerate(
        zip(outcomes, unknown, texts, strict=True)
    ):
        again = " the second time as well" if number == 1 else ""
        assert "ValueError" in kinds, (
            f"an unknown character must raise a ValueError{again}, found {kinds[0]}"
        )
        assert char in message, "the message of the ValueError must name the unknown character"
        assert char in message.replace(text, ""), (
            "the message of the ValueError must name the unknown character by itself: in a long "
            "text nobody finds it"
        )
        assert "☃" in message or "ß" not in message, (
            "the message of the ValueError must name the unknown character alone, and not every "
            "character of the text"
        )
    return unchanged


@compare("CharVocab", points=0.5, dtype=True, kind=True)
def the_type_of_ids(impl: Impl):
    "ids are a torch.long tensor (N,), also for an empty text and for one character"
    encode, _ = coding_of(impl, "abcabc")
    return [encode(text) for text in ("cab", "a", "")]


# == embed ==


def embedding_problem(seed, B, T, V, E):
    generator = torch.Generator().manual_seed(seed)
    ids = torch.randint(V, (B, T), generator=generator)
    return ids, torch.randn(V, E, generator=generator, dtype=torch.float64)


@compare("embed", kind=True)
def rows_of_a_random_matrix(impl: Impl):
    "the vectors of random ids, with B, T, V and E all different"
    return impl.embed(*embedding_problem(21, B=3, T=5, V=7, E=4))


@compare("embed", points=2, kind=True, dtypes=True, device=True, gradients=True)
def tables_of_every_size(impl: Impl, *, B, T, V, E):
    "vectors and the gradient of W: sizes of 1, all alike, all different; of W's type and device"
    return impl.embed(*embedding_problem(22, B, T, V, E))


@compare("embed", points=0.5, kind=True, gradients=True)
def a_few_of_many_ids(impl: Impl):
    "vectors and the gradient of W when few ids are read: one, the first, and never the last"
    _, W = embedding_problem(23, B=1, T=1, V=9, E=3)
    return [impl.embed(torch.tensor(ids), W) for ids in ([[0]], [[0, 0, 2], [2, 0, 2]], [[8, 0]])]


@compare("embed", points=0.5, kind=True)
def ids_and_table_transposed(impl: Impl):
    "the vectors of ids that are not contiguous, from a W that is not"
    ids, W = embedding_problem(24, B=4, T=3, V=6, E=5)
    return impl("embed(ids.t(), W.t())", ids=ids, W=W.t().contiguous())


# == CharRNN ==

FORWARD = "forward must return two things, the logits and the last state"


def char_rnn_weights(seed, V, H, dtype=torch.float64):
    generator = torch.Generator().manual_seed(seed)
    shapes = {
        "Embedding": [(V, H)],
        "RNN": [(H, H), (H, H), (H,), (H,)],
        "Linear": [(V, H), (V,)],
    }
    return {
        kind: [0.6 * torch.randn(s, generator=generator, dtype=dtype) for s in sizes]
        for kind, sizes in shapes.items()
    }


def char_rnn_of(impl, weights):
    "A model of the implementation with these weights, whatever its layers are called."
    V, H = weights["Embedding"][0].shape
    code = """
import torch
from torch import nn
model = CharRNN(V, H)
if any(isinstance(p, nn.parameter.UninitializedParameter) for p in model.parameters()):
    with torch.no_grad():
        model(torch.zeros((1, 1), dtype=torch.long))  # a lazy layer learns its sizes
for kind, values in weights.items():
    for layer in [m for m in model.modules() if isinstance(m, getattr(nn, kind))]:
        for p, value in zip(layer.parameters(), values):
            if p.shape == value.shape:
                p.data = value.cpu().clone()
model
"""
    model = impl(code, weights=weights, V=V, H=H)
    found = impl(
        """
from torch import nn
[[[tuple(p.shape) for p in m.parameters()] for m in model.modules() if isinstance(m, kind)]
 for kind in (nn.Embedding, nn.RNN, nn.Linear)]
""",
        model=model,
    )
    for (kind, values), layers in zip(weights.items(), found, strict=True):
        assert len(layers) == 1, f"CharRNN must hold one nn.{kind}, found {len(layers)}"
        shapes, want = list(map(tuple, layers[0])), [tuple(value.shape) for value in values]
        assert shapes == want, (
            f"the parameters of nn.{kind} must have the shapes {want}, found {shapes}"
        )
    return model


def ids_and_start(seed, B, T, V, H, dtype=torch.float64):
    generator = torch.Generator().manual_seed(seed)
    ids = torch.randint(V, (B, T), generator=generator)
    return ids, torch.randn(1, B, H, generator=generator, dtype=dtype)


@compare("CharRNN", kind=True)
def logits_from_zero(impl: Impl):
    "the logits of every step, without a start state, for given weights; some logits are large"
    ids, _ = ids_and_start(31, B=3, T=6, V=8, H=5)
    weights = char_rnn_weights(32, V=8, H=5)
    weights["Linear"] = [30 * value for value in weights["Linear"]]
    return two(char_rnn_of(impl, weights)(ids), FORWARD)[0]


@compare("CharRNN", kind=True)
def the_last_state(impl: Impl):
    "the state that comes back, without a start state, for given weights"
    ids, _ = ids_and_start(33, B=4, T=3, V=6, H=7)
    return two(char_rnn_of(impl, char_rnn_weights(34, V=6, H=7))(ids), FORWARD)[1]


@compare("CharRNN", kind=True)
def from_a_given_state(impl: Impl):
    "logits and last state when a start state is given, also for ids that are not contiguous"
    ids, start = ids_and_start(35, B=3, T=5, V=9, H=3)
    model = char_rnn_of(impl, char_rnn_weights(36, V=9, H=3))
    code = "model(ids.t(), start)"
    turned = impl(code, model=model, ids=ids.t().contiguous(), start=start)
    return [tuple(two(results, FORWARD)) for results in (model(ids, start), turned)]


@compare("CharRNN", kind=True, dtypes=True, gradients=True)
def models_of_every_size(impl: Impl, *, B, T, V, H):
    "both results and all gradients: sizes of 1, all alike, all different; of the weights' type"
    ids, start = ids_and_start(41, B, T, V, H)
    model = char_rnn_of(impl, char_rnn_weights(42, V, H))
    with_start, without = model(ids, hidden=start), model(ids)
    return [tuple(two(results, FORWARD)) for results in (with_start, without)]


@verify("CharRNN", points=0.5)
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


@compare("CharRNN", points=0.5, kind=True)
def every_call_starts_from_zeros(impl: Impl):
    "calls without a start state do not know of each other, whatever their batch"
    model = char_rnn_of(impl, char_rnn_weights(47, V=6, H=5))
    (one, start), (other, _) = (ids_and_start(seed, B=3, T=4, V=6, H=5) for seed in (45, 46))
    model(other, start)
    batches = (one, other, one[:2], one)
    return [two(model(batch), FORWARD)[0] for batch in batches]


def expect_start(hidden, shape, dtype):
    assert isinstance(hidden, torch.Tensor), "init_hidden must return a tensor"
    what = f"init_hidden({shape[1]}) with H = {shape[2]} must be zeros {shape}"
    expect_close(hidden, torch.zeros(shape), what)
    assert hidden.dtype == dtype, (
        f"init_hidden must be of the parameters' type {dtype}, found {hidden.dtype}"
    )


@verify("CharRNN", points=0.5, device=True)
def a_start_of_zeros(impl: Impl, *, H):
    "init_hidden: zeros (1, B, H) for several B, on the device of the parameters"
    model = impl.CharRNN(4, H)
    for batch in (1, 3, 2):
        expect_start(model.init_hidden(batch), (1, batch, H), torch.float32)


@verify("CharRNN", points=0.5)
def a_start_of_another_type(impl: Impl):
    "init_hidden of a model that has become float64, and float32 again"
    model = impl("CharRNN(6, 5)")
    for kind, dtype in (("double", torch.float64), ("float", torch.float32)):
        model = impl(f"model.{kind}()", model=model)
        expect_start(model.init_hidden(3), (1, 3, 5), dtype)


@verify("CharRNN", points=0.5)
def results_on_another_device(impl: Impl):
    "results are where the model is, when that is not the CPU"
    code = """
import torch
model = CharRNN(6, 5)
with torch.no_grad():
    x = torch.zeros((1, 1), dtype=torch.long)
    model(x, model.init_hidden(1))  # a lazy layer learns its sizes
model = model.to("meta")  # a device of torch's own that keeps shapes, and no numbers
ids = torch.zeros((2, 3), dtype=torch.long, device="meta")
[one.device.type for one in (*model(ids), *model(ids, model.init_hidden(2)))]
"""
    assert impl(code) == ["meta"] * 4, "logits and state must be on the device of the model"


@verify("CharRNN", points=0.5)
def weights_as_pytorch_draws_them(impl: Impl):
    "a new model's weights: a normal embedding, the others uniform within 1/√H; anew each time"
    V, H = 150, 100
    code = """
from torch import nn
models = [CharRNN(V, H), CharRNN(V, H)]
[{kind: [p.detach() for m in model.modules() if isinstance(m, getattr(nn, kind))
         for p in m.parameters() if not isinstance(p, nn.parameter.UninitializedParameter)]
  for kind in ("Embedding", "RNN", "Linear")} for model in models]
"""
    model, other = impl(code, V=V, H=H)
    (table,) = model["Embedding"]
    assert not torch.equal(table, other["Embedding"][0]), (
        "two models must not have the same weights"
    )
    far = float((table.abs() > 2).double().mean())
    normal = abs(float(table.std()) - 1) < 0.05 and 0.03 < far < 0.06
    assert normal, "nn.Embedding draws from a normal distribution: leave its weights as they are"
    for kind in ("RNN", "Linear"):
        for values in model[kind]:
            largest = float(values.abs().max()) * math.sqrt(H)
            assert 0.8 < largest < 1 + 1e-6, (
                f"nn.{kind} draws uniformly within 1/√H: leave its weights as they are"
            )


# == make_streams ==

STREAMS = "make_streams must return two tensors, x and y"


def random_ids(seed, length):
    return torch.randint(1 << 40, (length,), generator=torch.Generator().manual_seed(seed))


@compare("make_streams", dtype=True, kind=True)
def the_inputs(impl: Impl):
    "x, for a text that leaves a rest"
    return two(impl.make_streams(random_ids(41, 4115), 4, 5), STREAMS)[0]


@compare("make_streams", dtype=True, kind=True)
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


@verify("make_streams", points=0.5)
def every_target_follows_its_input(impl: Impl):
    "each target is the next id of the text, and no id is read twice"
    x, y = map(torch.as_tensor, two(impl.make_streams(torch.arange(131), 6, 7), STREAMS))
    assert torch.equal(y, x + 1), "the target of every input must be the id that follows it"
    assert x.unique().numel() == x.numel(), "every id may be read once only: chunks do not overlap"


@compare("make_streams", dtype=True, kind=True, device=True)
def streams_of_every_size(impl: Impl, *, B, T, N):
    "x and y for a text that fits exactly, and for one that lacks one id for a chunk more"
    fits = B * T * N + 1
    texts = (random_ids(43, fits), random_ids(44, fits + B * T - 1))
    return [tuple(two(impl.make_streams(ids, B, T), STREAMS)) for ids in texts]


@compare("make_streams", points=0.5, dtype=True, kind=True)
def every_second_id(impl: Impl):
    "x and y for ids that are not contiguous: every second one of a text"
    ids = random_ids(45, 70)
    return tuple(two(impl("make_streams(ids[3::2], 4, 2)", ids=ids), STREAMS))


@compare("make_streams", points=0.5)
def a_text_that_is_too_short(impl: Impl):
    "a text too short for one chunk raises a ValueError, also an empty one; one that fits does not"
    fits = [*two(impl.make_streams(torch.arange(16), 3, 5), STREAMS)]
    for length, B, T in ((15, 3, 5), (4, 3, 5), (1, 3, 5), (0, 3, 5), (1, 1, 1), (0, 1, 1)):
        found = "no error"
        try:
            impl.make_streams(torch.arange(length), B, T)
        except ValueError:
            continue
        except Exception as error:
            found = str(error)
        raise AssertionError(
            f"{length} ids are too few for B = {B}, T = {T}: a ValueError is due, found: {found}"
        )
    return fits


# == clip_gradients ==

CLIP = """
import torch
parameters = []
for value, gradient in zip(values, gradients):
    p = value.clone().requires_grad_(True)
    p.grad = None if gradient is None else gradient.clone()
    parameters.append(p)
norm = clip_gradients(parameters, max_norm)
norm, [p.grad for p in parameters], [p.detach() for p in parameters]
"""
NORM = "clip_gradients must return the norm"


def clip(impl, gradients, max_norm, code=CLIP):
    "The norm as a tensor; the gradients after clipping; the parameters, which stay as they are."
    generator = torch.Generator().manual_seed(50)
    values = [
        torch.randn((3,) if g is None else g.shape, generator=generator, dtype=torch.float64)
        for g in gradients
    ]
    norm, after, parameters = impl(code, values=values, gradients=gradients, max_norm=max_norm)
    assert norm is not None, NORM
    return torch.as_tensor(norm).double(), after, parameters


def random_gradients(seed, norm):
    "Gradients of several shapes, of this global norm."
    generator = torch.Generator().manual_seed(seed)
    shapes = ((4, 3), (5,), (2, 3, 2), ())
    found = [torch.randn(s, generator=generator, dtype=torch.float64) for s in shapes]
    length = math.sqrt(sum(float((gradient**2).sum()) for gradient in found))
    return [norm / length * gradient for gradient in found]


@compare("clip_gradients", rtol=1e-5)
def long_gradients(impl: Impl):
    "gradients and parameters after clipping, when the norm is too large"
    return [clip(impl, random_gradients(51, norm), 2.0)[1:] for norm in (60.0, 1e30)]


@compare("clip_gradients", rtol=1e-5)
def the_norm_before(impl: Impl):
    "the norm that is returned, a number: when it is too large, and when it is not"
    return [clip(impl, random_gradients(52, norm), 1.5)[0] for norm in (1e30, 4000.0, 0.5)]


@compare("clip_gradients", rtol=1e-12)
def short_gradients(impl: Impl):
    "gradients below the limit stay as they are, and any gradients for max_norm = inf"
    cases = ((0.1, 5.0), (0.5, 0.6), (2.0, 3.0), (60.0, 3000.0), (90.0, math.inf))
    return [clip(impl, random_gradients(53, norm), limit)[1:] for norm, limit in cases]


@compare("clip_gradients", points=0.5, rtol=1e-5, dtypes=True, device=True)
def limits_around_one(impl: Impl):
    "gradients after clipping when their norm and the limit are both below 1, both above, and close"
    cases = ((0.5, 0.3), (1.2, 1.199), (1.5, 0.5))
    return [clip(impl, random_gradients(54, norm), limit)[1] for norm, limit in cases]


@compare("clip_gradients", rtol=1e-5)
def a_recurrent_network(impl: Impl):
    "norm and gradients of a recurrent network's model.parameters(), a generator"
    generator = torch.Generator().manual_seed(55)
    weights = [
        torch.randn(shape, generator=generator, dtype=torch.float64)
        for shape in ((5, 3), (5, 5), (5,), (5,))
    ]
    x = torch.randn(2, 20, 3, generator=generator, dtype=torch.float64)
    code = """
import torch
rnn = torch.nn.RNN(3, 5, batch_first=True).double()
for p, weight in zip(rnn.parameters(), weights):
    p.data = weight.clone()
rnn(x)[0].pow(2).sum().backward()
norm = clip_gradients(rnn.parameters(), 0.25)
norm, [p.grad for p in rnn.parameters()]
"""
    norm, after = impl(code, weights=weights, x=x)
    assert norm is not None, NORM
    return torch.as_tensor(norm).double(), after


@compare("clip_gradients", points=0.5, rtol=1e-5)
def gradients_that_are_missing_or_zero(impl: Impl):
    "parameters without a gradient among others, gradients that are all zero, none at all"
    some = random_gradients(56, 12.0)
    zero = torch.zeros(2, 2, dtype=torch.float64)
    cases: list[list[Any]] = [[None, *some[:2], None, some[2]], [zero, None], [None, None], []]
    return [clip(impl, gradients, 1.0)[:2] for gradients in cases]


@compare("clip_gradients", points=0.5, rtol=1e-5)
def gradients_that_are_not_contiguous(impl: Impl):
    "gradients that are transposed in memory"
    code = CLIP.replace("gradient.clone()", "gradient.t().contiguous().t()")
    generator = torch.Generator().manual_seed(57)
    gradients = [torch.randn(s, generator=generator, dtype=torch.float64) for s in ((3, 4), (2, 5))]
    return [clip(impl, gradients, limit, code)[:2] for limit in (0.5, 500.0)]


@compare("clip_gradients", points=0.5, rtol=5e-6)
def one_long_among_many_short(impl: Impl):
    "one long gradient and 1000 short ones, which together count"
    gradients = torch.cat([torch.ones(1), torch.full((1000,), 1.7e-4)]).double()
    code = """
import torch
parameters = []
for gradient in gradients:
    p = torch.zeros_like(gradient).requires_grad_(True)
    p.grad = gradient.clone()
    parameters.append(p)
norm = clip_gradients(parameters, 0.5)
norm, torch.stack([p.grad for p in parameters])
"""
    norm, after = impl(code, gradients=gradients)
    assert norm is not None, NORM
    return torch.as_tensor(norm).double(), after


@verify("clip_gradients", points=0.5)
def written_by_hand(impl: Impl):
    "clip_gradients clips, and does the work itself"
    watched = """
import sys
called = []
def watch(frame, event, argument):
    if event == "call" and frame.f_code.co_filename.endswith("clip_grad.py"):
        called.append(frame.f_code.co_name)
before = sys.getprofile()
sys.setprofile(watch)
try:
    norm = clip_gradients(parameters, max_norm)
finally:
    sys.setprofile(before)
"""
    code = CLIP.replace("norm = clip_gradients(parameters, max_norm)", watched.strip())
    code = code.replace("[p.detach() for p in parameters]", "called")
    _, after, called = clip(impl, random_gradients(59, 12.0), 1.0, code)
    length = math.sqrt(sum(float((gradient**2).sum()) for gradient in after))
    assert length < 1.001, "the gradients are longer than max_norm after clipping"
    used = [name for name in called if "clip_grad" in name]
    assert not used, f"write it yourself: your function uses torch's own {used[0].strip('_')}_"


# == sample ==


def seeded(impl, seed):
    return impl(f"import torch\ntorch.Generator().manual_seed({seed})")


def bigram_table(seed):
    return 2 * torch.randn(10, 10, generator=torch.Generator().manual_seed(seed))


def seed_globally(impl, seed):
    impl(f"import torch\ntorch.manual_seed({seed})")


LOGITS = torch.tensor([0.3, 1.8, -1.2, -0.4, 1.2, -1.8, 0.8, 0.0, 2.1, -0.8])


def memoryless(impl, scale=1.0):
    "A model that gives LOGITS, scaled, after every character."
    return impl.Bigrams((scale * LOGITS).expand(10, 10).clone())


def expect_shares(text, logits, what):
    """How often each digit comes, by Pearson's chi-squared, and how often one comes twice running.

    What is rare counts as one. A right text fails once in about 100,000 times.
    """
    assert isinstance(text, str), "sample must return a str"
    p = torch.softmax(logits.double(), dim=0)
    due = len(text) * p
    found = torch.tensor([text.count(char) for char in "0123456789"]).double()
    rare = due < 5
    due = torch.cat([due[~rare], due[rare].sum()[None]])
    found = torch.cat([found[~rare], found[rare].sum()[None]])
    distance = float(((found - due) ** 2 / due.clamp(min=1)).sum())
    assert distance < 40, f"{what} must come as often as softmax(logits / temperature) says"
    twice = sum(map(str.__eq__, text, text[1:]))
    square, cube = float((p**2).sum()), float((p**3).sum())
    spread = math.sqrt(len(text) * (square + 2 * cube - 3 * square**2))
    assert abs(twice - len(text) * square) < 5 * spread + 1, (
        f"{what} must come whatever came before: how often does one come twice running?"
    )


@compare("sample", points=1.5, kind=True)
def what_is_fed(impl: Impl):
    "what the model reads: the whole prefix, then each new character once, with the state"
    vocab, counter = impl.Digits(), impl.Counter()
    return [
        impl.sample(counter, vocab, prefix, n, 1.0, seeded(impl, 61))
        for prefix, n in (("5", 120), ("90210", 7), ("31", 0), ("4444", 1))
    ]


@compare("sample", kind=True)
def the_most_likely_path(impl: Impl):
    "temperature 0: the most likely character after each one, for a model in evaluation mode"
    model = impl("Bigrams(table).eval()", table=bigram_table(62))
    return [impl.sample(model, impl.Digits(), prefix, 15, 0, None) for prefix in ("0", "27", "9")]


@verify("sample")
def the_shares_at_a_temperature(impl: Impl):
    "how often each character comes at the temperatures 0.5 and 8"
    model = memoryless(impl)
    for temperature in (0.5, 8.0):
        text = impl.sample(model, impl.Digits(), "48", 400, temperature, seeded(impl, 63))
        what = f"temperature {temperature}: each character"
        expect_shares(text[2:], LOGITS / temperature, what)
        # Together the six are due in 3 of 100 draws at the lower temperature.
        assert set(text[2:]) & set("023579"), f"{what} must come, the unlikely ones as well"


@verify("sample", points=0.5)
def a_low_temperature_and_an_unsure_model(impl: Impl):
    "how often each character comes at the temperature 1e-9, when all logits are nearly equal"
    model = memoryless(impl, 1e-9)
    text = impl.sample(model, impl.Digits(), "48", 300, 1e-9, seeded(impl, 66))
    expect_shares(text[2:], LOGITS, "temperature 1e-9: each character")


@verify("sample", points=0.5)
def the_first_and_the_last_new_character(impl: Impl):
    "how often each character comes first, and how often last: 150 texts of two new characters"
    code = """
import torch
generator = torch.Generator().manual_seed(67)
[sample(model, vocab, "48", 2, 2.0, generator) for _ in range(150)]
"""
    texts = impl(code, model=memoryless(impl), vocab=impl.Digits())
    assert set(map(len, texts)) == {4}, "for n = 2 the text must be two characters longer"
    for place, name in ((2, "first"), (3, "last")):
        what = f"the {name} new character"
        expect_shares("".join(text[place] for text in texts), LOGITS / 2, what)


@verify("sample", points=0.5)
def no_character_is_left_out(impl: Impl):
    "64 characters that are about equally likely: each of them comes"
    letters = """
import torch
class Letters:
    chars = [chr(32 + i) for i in range(64)]
    def __len__(self):
        return 64
    def encode(self, text):
        return torch.tensor([ord(char) - 32 for char in text], dtype=torch.long)
    def decode(self, ids):
        return "".join(chr(32 + i) for i in torch.as_tensor(ids).reshape(-1).tolist())
Letters()
"""
    logits = 0.02 * torch.randn(64, generator=torch.Generator().manual_seed(72))
    model = impl.Bigrams(logits.expand(64, 64).clone())
    text = impl.sample(model, impl(letters), " A ", 1000, 1.0, seeded(impl, 68))
    right = isinstance(text, str) and len(text) == 1003 and text.startswith(" A ")
    assert right, "the text must be the prefix, blanks included, and 1000 characters behind it"
    left_out = 64 - len(set(text[3:]))
    assert not left_out, (
        f"of 64 about equally likely characters {left_out} never come: none may be left out"
    )


@verify("sample", points=0.5)
def the_generator_decides(impl: Impl):
    "the same seed gives the same text, whatever torch's global generator does; another does not"
    model = memoryless(impl)
    code = """
import torch
torch.manual_seed(seed)
sample(model, vocab, "12", 40, 1.0, generator), torch.rand(3)
"""
    texts = []
    for own, everybody in ((1, 10), (1, 20), (2, 10)):
        generator = seeded(impl, own)
        names = {"model": model, "vocab": impl.Digits(), "generator": generator}
        text, drawn = impl(code, seed=everybody, **names)
        texts.append(text)
        untouched = torch.rand(3, generator=torch.Generator().manual_seed(everybody))
        assert torch.equal(drawn, untouched), (
            "where a generator is given, torch's global generator must stay as it is"
        )
    assert texts[0] == texts[1], "the generator that is given must make the draws, and no other"
    assert texts[0] != texts[2], "generators with different seeds must give different texts"
    another = impl.sample(model, impl.Digits(), "12", 40, 1.0, generator)
    assert another != texts[2], "a generator goes on where it stopped: its next text is another one"


@verify("sample", points=0.5)
def without_a_generator(impl: Impl):
    "without a generator torch's global one decides: one torch.manual_seed, one text"
    model = memoryless(impl)
    texts = []
    for seed in (3, 4, 3):
        seed_globally(impl, seed)
        texts.append(impl.sample(model, impl.Digits(), "12", 40, 1.0, None))
    for text in texts:
        right = isinstance(text, str) and len(text) == 42 and text.startswith("12")
        assert right, "without a generator: return the prefix and 40 characters behind it, a str"
    assert texts[0] != texts[1], (
        "without a generator, two different torch.manual_seed must be able to give different texts"
    )
    assert texts[0] == texts[2], (
        "without a generator, the same torch.manual_seed must give the same text: make no generator"
    )


@compare("sample", points=0.5, kind=True, dtypes=True, device=True)
def a_small_temperature(impl: Impl):
    "logits of thousands at the temperature 0.02: still the most likely path, and no overflow"
    table, vocab = bigram_table(64), impl.Digits()
    large = impl.Bigrams(1000 * table)
    warm = impl.sample(large, vocab, "6", 7, 0.02, seeded(impl, 65))
    cold = impl.sample(impl.Bigrams(table), vocab, "2", 6, 1e-9)  # from the global generator
    return [warm, cold, impl.sample(large, vocab, "31", 2, 0)]


@compare("sample", points=0.5)
def what_cannot_be_sampled(impl: Impl):
    "no prefix, or a temperature below 0, raise a ValueError; one character is enough"
    model, vocab = impl.Bigrams(bigram_table(71)), impl.Digits()
    fine = impl.sample(model, vocab, "4", 3, 0, None)
    for prefix, temperature in (("", 1.0), ("4", -0.5)):
        try:
            impl.sample(model, vocab, prefix, 3, temperature, None)
        except ValueError:
            continue
        raise AssertionError(
            f"the prefix {prefix!r} at the temperature {temperature} must raise a ValueError"
        )
    return fine


@verify("sample", points=0.5)
def no_graph_is_kept(impl: Impl):
    "the model is run without gradients"
    counter = impl.Counter()
    text = impl.sample(counter, impl.Digits(), "12", 3, 1.0, None)
    assert len(text) == 5, "prefix and new characters must be 5 here"
    assert not counter.ran_with_gradients, "sampling needs no gradients: use torch.no_grad()"
