"""Week 4: what the hidden tests run, on a submission and on the reference."""

import numpy as np
import torch
from torch import nn

from autograder.judge import Impl, compare, verify
from autograder.notebook.checks import expect_close

# == generate_sine_data ==


def fitted(waves):
    """Period, amplitude and largest misfit of each row, by least squares on three values."""
    before, middle, after = waves[:, :-2], waves[:, 1:-1], waves[:, 2:]
    cosine = ((before + after) * middle).sum(1) / (2 * (middle**2).sum(1))
    misfit = np.abs(after + before - 2 * cosine[:, None] * middle).max(1)
    angle = np.arccos(np.clip(cosine, -1, 1))
    sine = np.where(np.sin(angle) == 0, 1, np.sin(angle))
    quadrature = (waves[:, 1] - waves[:, 0] * np.cos(angle)) / sine
    return 2 * np.pi / np.maximum(angle, 1e-9), np.hypot(waves[:, 0], quadrature), misfit


def waves_of(impl, T, N, seed):
    X, Y = impl.generate_sine_data(T, N, impl(f"np.random.default_rng({seed})"))
    X, Y = np.asarray(X), np.asarray(Y)
    assert X.shape == (N, T), f"X must be (N, T) = {(N, T)}, found {X.shape}"
    assert Y.shape == (N, T), f"Y must be (N, T) = {(N, T)}, found {Y.shape}"
    return X, Y


@verify("generate_sine_data")
def targets_one_step_ahead(impl: Impl):
    "Y is X moved by one step, for every sequence and every step"
    X, Y = waves_of(impl, T=17, N=5, seed=11)
    expect_close(Y[:, :-1], X[:, 1:], "Y[:, t] must be X[:, t + 1]")


@verify("generate_sine_data")
def the_last_target(impl: Impl):
    "the last target goes on with the same wave"
    X, Y = waves_of(impl, T=25, N=40, seed=12)
    assert fitted(X)[2].max() < 1e-5, "every row of X must be one sine wave all along"
    misfit = fitted(np.concatenate([X, Y[:, -1:]], axis=1))[2]
    assert misfit.max() < 1e-5, "Y[:, -1] must be the next value of the wave, at time T"


@verify("generate_sine_data")
def periods_and_amplitudes(impl: Impl):
    "periods between 10 and 40 time steps, whatever the length; amplitude 1"
    for T, seed in ((20, 13), (90, 14)):
        X, _ = waves_of(impl, T, N=200, seed=seed)
        period, amplitude, misfit = fitted(X)
        assert misfit.max() < 1e-5, "every row of X must be one sine wave all along"
        inside = period.min() > 9.99 and period.max() < 40.01
        assert inside, f"periods must lie in 10 … 40 time steps, with T = {T} they do not"
        assert np.abs(amplitude - 1).max() < 1e-3, "the amplitude of every wave must be 1"
        spread = np.histogram(period, bins=3, range=(10, 40))[0]
        assert spread.min() > 30, f"periods must be uniform in 10 … 40, with T = {T} they are not"


@verify("generate_sine_data")
def phases_and_chance(impl: Impl):
    "phases from the whole circle, and rng decides all"
    X, _ = waves_of(impl, T=12, N=200, seed=15)
    again, other = waves_of(impl, T=12, N=200, seed=15), waves_of(impl, T=12, N=200, seed=16)
    for up in (True, False):
        for rising in (True, False):
            count = np.sum(((X[:, 0] > 0) == up) & ((X[:, 1] > X[:, 0]) == rising))
            assert count > 20, "phases must be uniform in 0 … 2π, all over the circle"
    assert np.array_equal(X, again[0]), "the same seed must give the same sequences"
    assert not np.array_equal(X, other[0]), "another seed must give other sequences"
    ahead = waves_of(impl, T=12, N=300, seed=15)[0]
    assert len(np.unique(ahead[:, 0].round(9))) == 300, "every sequence must have its own phase"


# == make_windows ==

OUTCOME = """
try:
    {call}
    outcome = "no exception"
except Exception as error:
    outcome = type(error).__name__
outcome
"""


def outcome_of(impl, call, **names):
    """The name of the exception that `call` raises, or "no exception"."""
    return impl(OUTCOME.format(call=call), **names)


def walk_of(seed, N):
    return np.random.default_rng(seed).normal(size=N).cumsum()


@compare("make_windows")
def one_step_windows(impl: Impl):
    "inputs and targets on a random series, one step ahead (k = 1)"
    X, Y = impl.make_windows(walk_of(21, 30), 7, 1)
    return {"X": X, "Y": Y}


@compare("make_windows")
def windows_of_several_targets(impl: Impl):
    "inputs and targets on a random series with k = 5"
    X, Y = impl.make_windows(walk_of(22, 26), 4, 5)
    return {"X": X, "Y": Y}


@verify("make_windows")
def the_number_of_windows(impl: Impl):
    "shapes: N = T + k gives one window, one value less a ValueError"
    for N, T, k in ((9, 6, 3), (10, 6, 3), (12, 1, 1), (40, 8, 4)):
        X, Y = impl.make_windows(walk_of(23, N), T, k)
        M = N - T - k + 1
        for name, found, due in (("X", np.shape(X), (M, T, 1)), ("Y", np.shape(Y), (M, k))):
            assert found == due, f"N = {N}, T = {T}, k = {k}: {name} must be {due}, found {found}"
    outcome = outcome_of(impl, "make_windows(series, 6, 3)", series=walk_of(24, 8))
    assert outcome == "ValueError", f"too short a series must raise a ValueError, found: {outcome}"


@compare("make_windows")
def three_parts(impl: Impl):
    "the three parts of a random series"
    return list(impl.chronological_split(walk_of(25, 50), 9, 13))


@compare("make_windows")
def empty_parts(impl: Impl):
    "the lengths and sums of the parts when validation, test or both are empty"
    parts = [impl.chronological_split(walk_of(26, 12), *n) for n in ((0, 4), (3, 0), (0, 0))]
    return [[(len(part), float(np.sum(part))) for part in three] for three in parts]


@verify("make_windows")
def nothing_left(impl: Impl):
    "a ValueError when nothing is left for training; one value is enough; series unchanged"
    series = walk_of(27, 10)
    for sizes in ((5, 5), (0, 10), (8, 4)):
        call = "chronological_split(series, *sizes)"
        outcome = outcome_of(impl, call, series=series, sizes=sizes)
        assert outcome == "ValueError", f"sizes {sizes} of 10 must raise a ValueError: {outcome}"
    code = "parts = chronological_split(series, 4, 5)\n[len(parts[0]), series]"
    length, after = impl(code, series=series)
    assert length == 1, "10 values with n_valid = 4, n_test = 5 must leave one for training"
    expect_close(after, series, "chronological_split must leave the series as it was", 0)


# == Scaler ==


def parts_of(seed):
    rng = np.random.default_rng(seed)
    return rng.gamma(2, 30, size=37), rng.normal(-40, 9, size=(5, 4, 1))


@compare("Scaler")
def what_fit_keeps(impl: Impl):
    "mean and std of the values that fit has seen"
    scaler = impl.Scaler()
    scaler.fit(parts_of(31)[0])
    return {"mean": scaler.mean, "std": scaler.std}


@compare("Scaler")
def scaling_later_values(impl: Impl):
    "values that fit has not seen, scaled"
    train, later = parts_of(32)
    scaler = impl.Scaler()
    scaler.fit(train)
    return scaler.transform(later)


@compare("Scaler")
def scaling_back(impl: Impl):
    "scaled values, brought back"
    train, _ = parts_of(33)
    scaler = impl.Scaler()
    scaler.fit(train)
    return scaler.inverse(np.random.default_rng(34).normal(size=(3, 6)))


@verify("Scaler")
def the_future_has_no_say(impl: Impl):
    "scaling other data changes neither the scaler nor the data; fitting again starts anew"
    train, later = parts_of(35)
    code = """
scaler = Scaler().fit(train)
kept = scaler.mean, scaler.std
z = scaler.transform(later)
given = z.copy()
back = scaler.inverse(z)
again = scaler.transform(train)
after = scaler.mean, scaler.std
(kept, after, train, later, again, back, scaler.fit(later.ravel()).mean, z, given)
"""
    kept, after, train_after, later_after, again, back, second, z, given = impl(
        code, train=train.copy(), later=later.copy()
    )
    assert kept == after, "transform and inverse must leave mean and std as they were"
    expect_close(train_after, train, "fit and transform must leave their arguments as they were", 0)
    expect_close(later_after, later, "transform must leave its argument as it was", 0)
    want = (train - train.mean()) / train.std()
    what = "the training part must be scaled by its own mean and std, also later"
    expect_close(again, want, what)
    expect_close(back, later, "inverse must undo transform", 1e-9)
    expect_close(second, later.mean(), "a second fit must forget the first")
    expect_close(z, given, "inverse must leave its argument as it was", 0)


@verify("Scaler", points=0.5)
def tensors_and_equal_values(impl: Impl):
    "tensors stay tensors; equal values are scaled to 0, not to NaN"
    train, later = parts_of(36)
    code = """
scaler = Scaler().fit(train)
z = scaler.transform(x)
back = scaler.inverse(z)
(z, back, torch.is_tensor(z) and torch.is_tensor(back))
"""
    z, back, are_tensors = impl(code, train=train, x=torch.tensor(later))
    assert are_tensors, "a tensor, scaled or brought back, must be a tensor"
    expect_close(z, (later - train.mean()) / train.std(), "a tensor must be scaled like an array")
    expect_close(back, later, "a tensor must be brought back like an array")
    for value, n in ((-3.5, 6), (0.1, 7)):
        z = impl("Scaler().fit(np.full(n, value)).transform(np.full(4, value))", value=value, n=n)
        expect_close(z, np.zeros(4), "equal values must be scaled to 0")


# == LSTMPredictor ==

#: Fill the LSTM and the linear layer with known numbers and hand them back.
FILL = """
lstms = [m for m in model.modules() if isinstance(m, nn.LSTM)]
linears = [m for m in model.modules() if isinstance(m, nn.Linear)]
generator = torch.Generator().manual_seed(seed)
with torch.no_grad():
    for layer in (*lstms, *linears):
        for p in layer.parameters():
            p.copy_(0.5 * torch.randn(p.shape, generator=generator))
[[dict(m.state_dict()) for m in lstms], [dict(m.state_dict()) for m in linears]]
"""


def predictor_of(impl, seed, D, H, layers):
    """The implementation's network with known weights, and a judge's own of the same weights."""
    model = impl.LSTMPredictor(D, H, layers)
    lstms, linears = impl(FILL, model=model, seed=seed)
    found = f"{len(lstms)} nn.LSTM and {len(linears)} nn.Linear"
    assert len(lstms) == len(linears) == 1, f"one nn.LSTM and one nn.Linear are due, found {found}"
    lstm, linear = nn.LSTM(D, H, layers, batch_first=True), nn.Linear(H, 1)
    for what, mine, theirs in (("nn.LSTM", lstm, lstms[0]), ("nn.Linear", linear, linears[0])):
        due = {name: tuple(p.shape) for name, p in mine.state_dict().items()}
        shapes = {name: tuple(p.shape) for name, p in theirs.items()}
        sizes = f"D = {D}, H = {H}, {layers} layers, one direction, 1 output"
        assert shapes == due, f"the parameters of the {what} must have the sizes of {sizes}"
        mine.load_state_dict(theirs)

    def run(x, state=None):
        with torch.no_grad():
            states, state = lstm(x, state)
            return linear(states), state

    return model, run


def batch_of(seed, *shape):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


@verify("LSTMPredictor")
def the_outputs_of_every_step(impl: Impl):
    "outputs (B, T, 1) for known weights, two layers"
    model, run = predictor_of(impl, 41, D=1, H=6, layers=2)
    x = batch_of(42, 4, 9, 1)
    expect_close(model(x), run(x)[0], "outputs must be Linear(LSTM(x)) for every step", 1e-5)


@verify("LSTMPredictor")
def many_features(impl: Impl):
    "D = 3, one layer, one series, one step"
    model, run = predictor_of(impl, 43, D=3, H=5, layers=1)
    for B, T in ((1, 7), (2, 1)):
        x = batch_of(44, B, T, 3)
        expect_close(model(x), run(x)[0], f"outputs for B = {B}, T = {T}, D = 3 differ", 1e-5)


@verify("LSTMPredictor")
def from_a_given_state(impl: Impl):
    "outputs and new state of run, from zeros and from a given state, three layers"
    model, run = predictor_of(impl, 45, D=1, H=4, layers=3)
    x = batch_of(46, 2, 5, 1)
    given = (batch_of(47, 3, 2, 4), batch_of(48, 3, 2, 4))
    for state, what in ((None, "zeros"), (given, "a given state")):
        got = model.run(x, state)
        assert isinstance(got, tuple | list) and len(got) == 2, "run must return outputs and state"
        want, (h, c) = run(x, state)
        expect_close(got[0], want, f"the outputs of run from {what} differ", 1e-5)
        assert len(got[1]) == 2, "the state must be the pair (h, c)"
        expect_close(got[1][0], h, f"h after the last step, from {what}, differs", 1e-5)
        expect_close(got[1][1], c, f"c after the last step, from {what}, differs", 1e-5)


@verify("LSTMPredictor")
def unrelated_calls(impl: Impl):
    "nothing is remembered from one call to the next, also with another batch size"
    model, run = predictor_of(impl, 49, D=1, H=4, layers=1)
    for B in (3, 3, 5):
        x = batch_of(50 + B, B, 6, 1)
        expect_close(model(x), run(x)[0], "a call must not depend on the calls before it", 1e-5)
        model.run(x)


@verify("LSTMPredictor")
def series_do_not_mix(impl: Impl):
    "each series by itself gives what it gives in the batch"
    model, _ = predictor_of(impl, 59, D=1, H=5, layers=2)
    x = batch_of(60, 4, 6, 1)
    together = model(x)
    for n in range(4):
        alone = model(x[n : n + 1])
        expect_close(alone, together[n : n + 1], "a series must not depend on its batch", 1e-5)


@verify("LSTMPredictor")
def every_parameter_learns(impl: Impl):
    "a gradient reaches every parameter, and the inputs"
    model, _ = predictor_of(impl, 61, D=2, H=4, layers=2)
    code = """
x = x.clone().requires_grad_()
model(x).pow(2).sum().backward()
[float(p.grad.abs().sum()) if p.grad is not None else 0.0 for p in (*model.parameters(), x)]
"""
    sums = impl(code, model=model, x=batch_of(62, 3, 5, 2))
    assert min(sums) > 0, "no gradient reaches some parameter: is something detached on the way?"


# == fit ==

#: A network with one weight that climbs by lr in each epoch, and a validation loss that is read
#: off a list by that weight.
SCRIPTED = """
class Climber(nn.Module):
    def __init__(self):
        super().__init__()
        self.height = nn.Parameter(torch.zeros(1, dtype=torch.float64))

    def forward(self, x):
        return self.height + 0 * x


def loss_fn(outputs, y):
    if float(y.detach().flatten()[0]) < 0:
        place = int(torch.round(outputs.detach().mean() / 0.125)) - 1
        return torch.tensor(script[place] if 0 <= place < len(script) else 99.0) + 0 * outputs.sum()
    return (1000 - outputs).mean()


model = Climber()
x = torch.zeros(3, 2, 1, dtype=torch.float64)
history = fit(
    model, (x, x), (x, x - 1), epochs=epochs, batch_size=3, lr=0.125, patience=patience,
    loss_fn=loss_fn,
)
{
    "validation losses": [float(v) for v in history["valid"]],
    "number of training losses": len(history["train"]),
    "best epoch": int(history["best_epoch"]),
    "epoch of the weights": float(model.height.detach()) / 0.125 - 1,
}
"""

#: Networks that write down how they are called.
SPY = """
class Spy(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))
        self.calls = []

    def forward(self, x):
        first = [round(v) for v in x[:, 0, 0].tolist()]
        self.calls.append([bool(self.training), torch.is_grad_enabled(), first])
        return self.weight * x


def watch(n, n_valid, batch_size, epochs, generator=None, patience=99):
    x = torch.arange(float(n)).reshape(n, 1, 1).expand(n, 2, 1)
    v = 1000 + torch.arange(float(n_valid)).reshape(n_valid, 1, 1).expand(n_valid, 2, 1)
    model = Spy()
    fit(
        model, (x, 0 * x), (v, 0 * v), epochs=epochs, batch_size=batch_size, lr=0.0,
        patience=patience, generator=generator,
    )
    return model.calls
"""


#: A linear layer of known weights.
LINE = """
def line_of(weights, bias):
    line = nn.Linear(len(weights), 1).double()
    with torch.no_grad():
        line.weight.copy_(torch.tensor([weights]))
        line.bias.fill_(bias)
    return line

"""


def climb_of(impl, script, epochs, patience):
    script = [float(value) for value in script]
    return impl(SCRIPTED, script=script, epochs=epochs, patience=patience)


@compare("fit", rtol=1e-4, atol=1e-4)
def stopping_early(impl: Impl):
    "when training stops, and which weights are back: the validation loss falls, then rises"
    script = [5, 4, 3, 3.5, 3.6, 3.7, 3.8, 3.9, 4, 4.1, 4.2]
    return [climb_of(impl, script, epochs=11, patience=p) for p in (1, 3, 5)]


@compare("fit", rtol=1e-4, atol=1e-4)
def patience_starts_anew(impl: Impl):
    "a better epoch resets the waiting"
    script = [5, 4, 4.5, 4.6, 3, 3.5, 3.6, 2.9, 4, 4, 4, 4, 1]
    return climb_of(impl, script, epochs=13, patience=3)


@compare("fit", rtol=1e-4, atol=1e-4)
def all_epochs_run(impl: Impl):
    "the best weights are back also when training is not stopped early"
    script = [6, 2, 3, 4, 3.5, 3.4]
    return [climb_of(impl, script[:n], epochs=n, patience=50) for n in (6, 1)]


@compare("fit", rtol=1e-4, atol=1e-4, points=0.5)
def an_equal_loss(impl: Impl):
    "a validation loss that is equal to the lowest is no improvement"
    return [
        climb_of(impl, [5, 4, 4], epochs=3, patience=9),
        climb_of(impl, [5, 4, 4, 4, 3.9, 3], epochs=6, patience=2),
    ]


@verify("fit")
def modes_and_gradients(impl: Impl):
    "training in training mode in every epoch; validation in evaluation mode, without gradients"
    calls = impl(SPY + "\nwatch(6, 4, 3, 3)")
    trained = [call for call in calls if call[2] and call[2][0] < 1000 and call[1]]
    validated = [call for call in calls if call[2] and call[2][0] >= 1000]
    assert trained, "no batch of training examples was computed with gradients"
    assert all(mode for mode, _, _ in trained), "a training batch was computed in evaluation mode"
    seen = sorted(code for _, _, first in validated for code in first)
    due = sorted(1000 + code for code in range(4) for _ in range(3))
    assert seen == due, "each epoch must validate on every validation example once"
    modes = [mode for mode, _, _ in validated]
    assert not any(modes), "validation must be in evaluation mode: model.eval()"
    gradients = [grad for _, grad, _ in validated]
    assert not any(gradients), "validation must be without gradients: torch.no_grad()"


@verify("fit")
def batches_and_order(impl: Impl):
    "every example once an epoch, the last batch too, in a new order that generator decides"
    make = "\nwatch(11, 2, 4, 4, torch.Generator().manual_seed(seed))"
    runs = []
    for seed, other in ((1, 10), (1, 11), (2, 10)):
        impl(f"torch.manual_seed({other}); np.random.seed({other})")
        calls = impl(SPY + make, seed=seed)
        runs.append([first for _, grad, first in calls if first[0] < 1000 and grad])
    sizes = [len(first) for first in runs[0]]
    assert sizes == [4, 4, 3] * 4, "11 examples in batches of 4 must give 4, 4 and 3 in each epoch"
    orders = [[code for first in runs[0][3 * e : 3 * e + 3] for code in first] for e in range(4)]
    for order in orders:
        assert sorted(order) == list(range(11)), "each epoch must show every example exactly once"
    assert list(range(11)) not in orders, "the examples must be in a random order"
    assert len({tuple(order) for order in orders}) == 4, "each epoch must have a new order"
    assert runs[0] == runs[1], "the same generator must give the same order: use it for randperm"
    assert runs[0] != runs[2], "another generator must give another order"


@compare("fit", rtol=1e-5)
def the_training_loss(impl: Impl):
    "the training loss: a mean over examples when the last batch is smaller, before each step"
    code = """
line = line_of([0.5], -1.0)
one = [fit(line, (x, y), (x, y), epochs=2, batch_size=size, lr=0.0)["train"] for size in (4, 7, 50)]
one + [fit(line, (x, y), (x, y), epochs=3, batch_size=50, lr=0.05)["train"]]
"""
    rng = np.random.default_rng(51)
    x = torch.tensor(rng.normal(size=(9, 1, 1)))
    return impl(LINE + code, x=x, y=torch.tensor(3 * rng.normal(size=(9, 1, 1))))


@compare("fit", rtol=1e-5)
def the_gradients_at_each_step(impl: Impl):
    "the gradients that the optimizer gets, step by step, clipped to different norms"
    code = """
from torch.optim.optimizer import register_optimizer_step_pre_hook

line = line_of([0.3, -0.2], 0.1)
seen = []
hook = register_optimizer_step_pre_hook(
    lambda optimizer, *_: seen.append(
        [None if p.grad is None else p.grad.flatten().tolist() for p in line.parameters()]
    )
)
try:
    fit(line, (x, y), (x, y), epochs=4, batch_size=20, lr=0.1, max_norm=max_norm, patience=9)
finally:
    hook.remove()
seen
"""
    rng = np.random.default_rng(52)
    x = torch.tensor(rng.normal(size=(20, 3, 2)))
    y = torch.tensor(4 + 5 * rng.normal(size=(20, 3, 1)))
    return [impl(LINE + code, x=x, y=y, max_norm=norm) for norm in (0.7, 5.0, 1e6)]


@compare("fit", rtol=1e-4)
def the_weights_after_training(impl: Impl):
    "the weights after some epochs of Adam: all examples at once, another loss, and in batches"
    code = """
results = []
for loss in (nn.functional.mse_loss, nn.functional.l1_loss):
    line = line_of([0.3, -0.2], 0.1)
    fit(line, (x, y), (x, y), epochs=12, batch_size=30, lr=0.2, max_norm=2.0, loss_fn=loss)
    results.append([p.detach().clone() for p in line.parameters()])
results
"""
    # Ten times the same example: the order does not matter, the number of steps does.
    same = """
line = line_of([0.5], 0.0)
x = torch.ones(10, 2, 1, dtype=torch.float64)
fit(line, (x, 9 * x), (x, 9 * x), epochs=2, batch_size=4, lr=0.1)
[p.detach().clone() for p in line.parameters()]
"""
    rng = np.random.default_rng(53)
    x = torch.tensor(rng.normal(size=(30, 3, 2)))
    y = x @ torch.tensor([[2.0], [-1.0]], dtype=torch.float64) + 3
    return {"all at once": impl(LINE + code, x=x, y=y), "in batches": impl(LINE + same)}


@verify("fit")
def a_small_network_learns(impl: Impl):
    "a small recurrent network learns to predict waves; it is left in evaluation mode"
    code = """
class Tiny(nn.Module):
    def __init__(self):
        super().__init__()
        self.recurrent = nn.GRU(1, 8, batch_first=True)
        self.out = nn.Linear(8, 1)

    def forward(self, x):
        return self.out(self.recurrent(x)[0])


torch.manual_seed(0)
model = Tiny()
history = fit(
    model, (X[:120], Y[:120]), (X[120:], Y[120:]), epochs=12, batch_size=20, lr=0.02,
    generator=torch.Generator().manual_seed(0),
)
with torch.no_grad():
    now = float(nn.functional.mse_loss(model(X[120:]), Y[120:]))
[bool(model.training), [float(v) for v in history["valid"]], now, int(history["best_epoch"])]
"""
    rng = np.random.default_rng(54)
    angle = 2 * np.pi * np.arange(21) / rng.uniform(10, 40, (160, 1))
    waves = np.sin(angle + rng.uniform(0, 6.28, (160, 1)))[..., None]
    waves = torch.tensor(waves, dtype=torch.float32)
    training, losses, now, best = impl(code, X=waves[:, :-1], Y=waves[:, 1:])
    assert not training, "fit must leave the model in evaluation mode"
    assert min(losses) < 0.3 * losses[0], "the validation loss must fall by far in 12 epochs"
    assert losses[best] == min(losses), "best_epoch must be the epoch of the lowest validation loss"
    kept = abs(now - min(losses)) < 1e-6
    assert kept, "afterwards the model must have its lowest validation loss"


# == rollout ==

#: A linear map with a state, and a count of its calls.
MEMORY = """
class Memory(nn.Module):
    # y[t] = a x[t] + m[t], m[t + 1] = b m[t] + c x[t]
    def __init__(self, a, b, c):
        super().__init__()
        numbers = torch.tensor([a, b, c], dtype=torch.float64)
        self.a, self.b, self.c = (nn.Parameter(number) for number in numbers)
        self.dropout = nn.Dropout(0.5)
        self.calls = []

    def forward(self, x):
        return self.run(x)[0]

    def run(self, x, state=None):
        self.calls.append([bool(self.training), torch.is_grad_enabled()])
        m = torch.zeros_like(x[:, :1]) if state is None else state
        outputs = []
        for t in range(x.shape[1]):
            outputs.append(self.a * x[:, t : t + 1] + m)
            m = self.b * m + self.c * x[:, t : t + 1]
        return self.dropout(torch.cat(outputs, dim=1)), m


model = Memory(a, b, c)
"""


def roll_of(impl, numbers, seed, n, more="rollout(model, seed, n)"):
    a, b, c = numbers
    return impl(MEMORY + more, a=a, b=b, c=c, seed=torch.tensor(seed), n=n)


def seeds_of(number, B, T):
    return np.random.default_rng(number).normal(size=(B, T, 1))


@compare("rollout")
def forecasts_by_persistence(impl: Impl):
    "persistence one, three and eleven steps ahead"
    series = np.random.default_rng(61).normal(size=30).cumsum()
    return [impl.persistence(series, k) for k in (1, 3, 11)]


@verify("rollout")
def persistence_at_the_edges(impl: Impl):
    "N = k + 1 gives one forecast; k = 0, k = N and k = N + 2 a ValueError; the series is unchanged"
    series = np.random.default_rng(62).normal(size=7)
    code = """
outcomes = []
for k in (0, -1, 7, 9):
    try:
        persistence(series, k)
        outcomes.append("no exception")
    except Exception as error:
        outcomes.append(type(error).__name__)
[outcomes, list(persistence(series, 6)), series]
"""
    outcomes, last, after = impl(code, series=series)
    assert outcomes[2] == outcomes[3] == "ValueError", "k = N and above must raise a ValueError"
    assert outcomes[0] == outcomes[1] == "ValueError", "k below 1 must raise a ValueError"
    expect_close(last, series[:1], "N = k + 1 must give one forecast, the first value")
    expect_close(after, series, "persistence must leave the series as it was", 0)


@compare("rollout")
def a_map_without_memory(impl: Impl):
    "a linear map without a state: each forecast is the one before, times a number"
    return roll_of(impl, (0.9, 0.0, 0.0), seeds_of(63, 4, 3), 6)


@compare("rollout")
def a_map_with_memory(impl: Impl):
    "a linear map with a state, which must go from step to step"
    return roll_of(impl, (0.5, 0.8, -0.6), seeds_of(64, 3, 8), 12)


@compare("rollout")
def the_first_forecast(impl: Impl):
    "n = 1 and n = 2, and a seed of a single value"
    sizes = ((5, 1), (5, 2), (1, 4))
    return [roll_of(impl, (0.7, 0.6, 0.4), seeds_of(65, 2, T), n) for T, n in sizes]


@verify("rollout")
def evaluation_without_gradients(impl: Impl):
    "evaluation mode and no gradients, in every call of the model; the seed is unchanged"
    seed = seeds_of(66, 2, 4)
    more = "forecast = rollout(model.train(), seed, n)\n[model.calls, forecast.requires_grad, seed]"
    calls, requires_grad, after = roll_of(impl, (0.5, 0.5, 0.5), seed, 4, more)
    assert calls, "rollout must call the model"
    assert not any(mode for mode, _ in calls), "a rollout must be in evaluation mode: model.eval()"
    assert not requires_grad, "the forecasts must be without gradients: torch.no_grad()"
    assert not any(grad for _, grad in calls), "a rollout must be under torch.no_grad()"
    expect_close(after, seed, "rollout must leave the seed as it was", 0)
