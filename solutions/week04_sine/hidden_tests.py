"""Week 4: what the hidden tests run, on a submission and on the reference."""

import numpy as np
import torch

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


@compare("generate_sine_data")
def one_sequence(impl: Impl):
    "one sequence alone, short and long, from its period and its phase"
    return {f"T = {T}": waves_of(impl, T, 1, seed=11) for T in (1, 2, 25, 300)}


@compare("generate_sine_data", kind=True)
def the_order_of_the_draws(impl: Impl, *, T, N):
    "all periods are drawn first, then all phases; a second call goes on with the generator"
    rng = impl("np.random.default_rng(12)")
    return [impl.generate_sine_data(T, N, rng) for _ in range(2)]


@verify("generate_sine_data")
def targets_one_step_ahead(impl: Impl):
    "every row is one sine wave, and Y goes on with it, one step ahead"
    X, Y = waves_of(impl, T=25, N=40, seed=13)
    expect_close(Y[:, :-1], X[:, 1:], "Y[:, t] must be X[:, t + 1]")
    assert fitted(X)[2].max() < 1e-5, "every row of X must be one sine wave all along"
    misfit = fitted(np.concatenate([X, Y[:, -1:]], axis=1))[2]
    assert misfit.max() < 1e-5, "Y[:, -1] must be the next value of the wave, at time T"


@verify("generate_sine_data")
def periods_and_amplitudes(impl: Impl):
    "periods between 10 and 40 time steps, whatever the length; amplitude 1; any phase"
    for T, seed in ((20, 14), (90, 15)):
        X, _ = waves_of(impl, T, N=200, seed=seed)
        period, amplitude, misfit = fitted(X)
        assert misfit.max() < 1e-5, "every row of X must be one sine wave all along"
        inside = period.min() > 9.99 and period.max() < 40.01
        assert inside, f"periods must lie in 10 … 40 time steps, with T = {T} they do not"
        whole = np.abs(period - period.round()).max() < 0.01
        assert not whole, "periods must be real numbers, not whole ones"
        assert np.abs(amplitude - 1).max() < 1e-3, "the amplitude of every wave must be 1"
        spread = np.histogram(period, bins=3, range=(10, 40))[0]
        assert spread.min() > 30, f"periods must be uniform in 10 … 40, with T = {T} they are not"
    for up in (True, False):
        for rising in (True, False):
            count = np.sum(((X[:, 0] > 0) == up) & ((X[:, 1] > X[:, 0]) == rising))
            assert count > 20, "phases must be uniform in 0 … 2π, all over the circle"
    assert len(np.unique(X[:, 0].round(9))) == 200, "every sequence must have its own phase"


# == make_windows ==


def walk_of(seed, N):
    return np.random.default_rng(seed).normal(size=N).cumsum()


def outcome_of(call, *arguments):
    """The name of the built-in exception that a call raises, or what it gives."""
    try:
        return call(*arguments)
    except ValueError:
        return "ValueError"
    except Exception as error:
        return f"another exception: {type(error).__mro__[1].__name__}"


@compare("make_windows", dtype=True, kind=True, rtol=0, atol=0)
def one_step_windows(impl: Impl):
    "inputs and targets one step ahead (k = 1), of 64 and 32 bits and of whole numbers"
    series = 9 * walk_of(21, 30)
    return {
        kind: list(impl.make_windows(series.astype(kind), 7, 1))
        for kind in ("float64", "float32", "int64")
    }


@compare("make_windows", dtype=True, kind=True, rtol=0, atol=0)
def windows_of_all_sizes(impl: Impl, *, M, T, k):
    "inputs and targets on a random series, for any number of windows, inputs and targets"
    X, Y = impl.make_windows(walk_of(22, M + T + k - 1), T, k)
    return {"X": X, "Y": Y}


@compare("make_windows")
def the_number_of_windows(impl: Impl):
    "N = T + k gives one window, fewer values a ValueError"
    return {
        f"N = {N}, T = {T}, k = {k}": outcome_of(impl.make_windows, walk_of(23, N), T, k)
        for N, T, k in ((9, 6, 3), (8, 6, 3), (2, 1, 1), (1, 1, 1), (3, 6, 1), (40, 8, 4))
    }


@compare("make_windows", dtype=True, kind=True, rtol=0, atol=0)
def three_parts(impl: Impl):
    "the three parts of a random series, each as an array"
    found: dict[str, np.ndarray] = {}
    for N, n_valid, n_test in ((50, 9, 13), (50, 13, 9), (12, 5, 6), (12, 1, 1)):
        train, valid, test = impl.chronological_split(walk_of(25, N), n_valid, n_test)
        parts = {"train": train, "valid": valid, "test": test}
        found |= {f"{name}, {(N, n_valid, n_test)}": part for name, part in parts.items()}
    for kind in ("float32", "int64"):
        parts = impl.chronological_split((9 * walk_of(25, 12)).astype(kind), 3, 4)
        found |= {f"{name}, {kind}": part for name, part in zip("123", parts, strict=True)}
    return found


@compare("make_windows", kind=True)
def empty_parts(impl: Impl):
    "the parts when validation, test or both are empty"
    return {
        f"n_valid = {n[0]}, n_test = {n[1]}": list(impl.chronological_split(walk_of(26, 12), *n))
        for n in ((0, 4), (3, 0), (0, 0))
    }


@compare("make_windows")
def nothing_left(impl: Impl):
    "one value is enough for training, none is a ValueError"
    series = walk_of(27, 10)
    return {
        f"n_valid = {n[0]}, n_test = {n[1]}": outcome_of(impl.chronological_split, series, *n)
        for n in ((4, 5), (5, 5), (0, 9), (0, 10), (10, 0), (8, 4), (0, 12), (12, 0))
    }


# == Scaler ==


def parts_of(seed):
    rng = np.random.default_rng(seed)
    return rng.gamma(2, 30, size=37), rng.normal(-40, 9, size=(5, 4, 1))


def scaler_of(impl, train):
    scaler = impl.Scaler()
    scaler.fit(train)
    return scaler


@compare("Scaler", kind=True)
def what_fit_keeps(impl: Impl):
    "mean and std of the values that fit has seen, which scale them and later ones; fit again"
    train, later = parts_of(31)
    scaler, found = impl.Scaler(), []
    for values in (train, later.ravel(), np.arange(7), train[:1]):
        itself = impl("scaler.fit(values) is scaler", values=values, scaler=scaler)
        kept = {"returns itself": itself, "mean": scaler.mean, "std": scaler.std}
        found.append({**kept, "scaled": scaler.transform(train)})
    code = "scaler.fit(values)\n[isinstance(value, float) for value in (scaler.mean, scaler.std)]"
    plain = impl(code, values=train.astype(np.float32), scaler=scaler)
    return {"fitted": found, "plain floats of 32-bit values": plain}


@compare("Scaler", dtype=True, kind=True)
def scaling_later_values(impl: Impl):
    "values that fit has not seen, scaled, and the first ones after them"
    train, later = parts_of(32)
    scaler = scaler_of(impl, train)
    whole = np.arange(-6, 6).reshape(3, 4)
    return [scaler.transform(values) for values in (later, train, whole)]


@compare("Scaler", dtype=True, kind=True)
def scaling_back(impl: Impl):
    "scaled values, brought back"
    train, _ = parts_of(33)
    scaler = scaler_of(impl, train)
    values = np.random.default_rng(34).normal(size=(3, 6))
    whole = np.arange(-6, 6).reshape(3, 4)
    return [scaler.inverse(values), scaler.inverse(scaler.transform(train)), scaler.inverse(whole)]


@compare("Scaler")
def any_unit(impl: Impl):
    "series in large and in tiny units, or far from 0, two scalers at a time"
    train, later = parts_of(35)
    far = scaler_of(impl, 1e6 + train / 1e3)
    scalers = {unit: scaler_of(impl, unit * train) for unit in (1e9, 1.0, 1e-3, 1e-9, 1e-12, 1e-30)}
    return {"far from 0": [far.std, far.transform(1e6 + later)]} | {
        f"in units of {unit}": [
            scaler.std / unit,
            scaler.transform(unit * later),
            scaler.inverse(later),
        ]
        for unit, scaler in scalers.items()
    }


@compare("Scaler", points=0.5, dtypes=True, gradients=True, kind=True)
def tensors(impl: Impl):
    "tensors stay tensors, of their type, with their gradient"
    train, later = parts_of(36)
    scaler = scaler_of(impl, train)
    return [scaler.transform(torch.tensor(later)), scaler.inverse(torch.tensor(later / 9))]


@compare("Scaler", points=0.5)
def equal_values(impl: Impl):
    "equal values are scaled to 0, others by their distance from them"
    found = {}
    for value, n in ((-3.5, 6), (0.1, 7), (0.0, 3), (1e6 + 0.1, 11)):
        scaler = scaler_of(impl, np.full(n, value))
        values = np.array([value, value + 2])
        found[f"{n} times {value}"] = [scaler.transform(values), scaler.inverse(values - value)]
    return found


# == LSTMPredictor ==

#: A network that has read once, so that lazy layers are made.
MAKE = """
model = LSTMPredictor(D, H, layers)
with torch.no_grad():
    model(torch.zeros(1, 1, D))
model
"""
#: The nn.LSTM and the nn.Linear in it.
LAYERS = """
lstms = [m for m in model.modules() if isinstance(m, nn.LSTM)]
linears = [m for m in model.modules() if isinstance(m, nn.Linear)]
"""
SIZES = """
[[{n: list(p.shape) for n, p in m.named_parameters()} for m in ms] for ms in (lstms, linears)]
"""
FILL = """
for layers, state in ((lstms, lstm_weights), (linears, linear_weights)):
    layers[0].to(state[next(iter(state))].dtype).load_state_dict(state)
"""
#: Where dropout is at work.
DROPPED = """
dropped = [m for m in model.modules() if isinstance(m, nn.modules.dropout._DropoutNd) and m.p > 0]
bool(dropped) or lstms[0].dropout > 0
"""
GRADIENTS = """
first, state = model.run(x[:, :2])
second, state = model.run(x[:, 2:], state)
total = first.sin().sum() + second.cos().sum() + sum(s.pow(2).sum() for s in state)
total = total + model(x).exp().sum()
leaves = [*lstms[0].named_parameters(), *linears[0].named_parameters(), ("x", x)]
found = torch.autograd.grad(total, [leaf for _, leaf in leaves], allow_unused=True)
{name: gradient for (name, _), gradient in zip(leaves, found)}
"""


def predictor_of(impl, seed, D, H, layers):
    """The implementation's network, filled with known weights."""
    shapes: dict[str, list[int]] = {}
    for k in range(layers):
        shapes |= {f"weight_ih_l{k}": [4 * H, H if k else D], f"weight_hh_l{k}": [4 * H, H]}
        shapes |= {f"bias_ih_l{k}": [4 * H], f"bias_hh_l{k}": [4 * H]}
    due = shapes, {"weight": [1, H], "bias": [1]}
    model = impl(MAKE, D=D, H=H, layers=layers)
    lstms, linears = impl(LAYERS + SIZES, model=model)
    found = f"{len(lstms)} nn.LSTM and {len(linears)} nn.Linear"
    assert len(lstms) == len(linears) == 1, f"one nn.LSTM and one nn.Linear are due, found {found}"
    for what, sizes, right in (("LSTM", lstms[0], due[0]), ("Linear", linears[0], due[1])):
        same = sizes == right
        words = f"D = {D}, H = {H}, {layers} layers, one direction, 1 output"
        assert same, f"the parameters of the nn.{what} must have the sizes of {words}"
    generator = torch.Generator().manual_seed(seed)
    weights = [
        {name: 0.5 * torch.randn(size, generator=generator) for name, size in part.items()}
        for part in due
    ]
    names = {"lstm_weights": weights[0], "linear_weights": weights[1]}
    dropped = impl(LAYERS + FILL + DROPPED, model=model, **names)
    assert not dropped, (
        "nothing may be dropped at random: no dropout, neither in nn.LSTM nor after it"
    )
    return model


def series_of(seed, *shape):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


@compare("LSTMPredictor")
def the_outputs_of_every_step(impl: Impl, *, B, T, H):
    "outputs (B, T, 1) for known weights, at many sizes"
    return predictor_of(impl, 41, 3, H, 2)(series_of(42, B, T, 3))


@compare("LSTMPredictor", dtypes=True)
def from_a_given_state(impl: Impl):
    "outputs and new state of run, from a given state, three layers and one, in either type"
    found = []
    for B, layers in ((2, 3), (3, 1), (1, 1)):
        model = predictor_of(impl, 45, D=1, H=4, layers=layers)
        given = series_of(47, layers, B, 4), series_of(48, layers, B, 4)
        x = series_of(46, B, 5, 1)
        outputs, (h, c) = model.run(x, given)
        found.append({"outputs": outputs, "h": h, "c": c})
    return found


@compare("LSTMPredictor", dtype=True)
def from_zeros(impl: Impl):
    "run without a state and with None, and forward, three layers and one"
    found, x = [], series_of(46, 2, 5, 1)
    for layers in (3, 1):
        model = predictor_of(impl, 45, D=1, H=4, layers=layers)
        found += [[outputs, h, c] for outputs, (h, c) in (model.run(x), model.run(x, None))]
        found.append([model(x)])
    return found


@compare("LSTMPredictor", points=0.5, device=True)
def on_any_device(impl: Impl):
    "outputs and new state of run on a device that is not the CPU, from zeros"
    outputs, (h, c) = predictor_of(impl, 46, D=2, H=3, layers=1).run(series_of(47, 2, 3, 2))
    return {"outputs": outputs, "h": h, "c": c}


@compare("LSTMPredictor")
def unrelated_calls(impl: Impl):
    "nothing is remembered from one call to the next, also with another batch size"
    model = predictor_of(impl, 49, D=1, H=4, layers=1)
    found = []
    for B in (3, 3, 5, 1, 1):
        if B == 1:
            impl("model.eval()", model=model)
        x = series_of(50 + B, B, 6, 1)
        found.append([model(x), model.run(x)[0]])
    return found


@compare("LSTMPredictor")
def series_do_not_mix(impl: Impl):
    "a batch, then each of its series by itself"
    model = predictor_of(impl, 59, D=1, H=5, layers=2)
    x = 6 * series_of(60, 4, 6, 1)
    return [model(x), *(model(x[n : n + 1]) for n in range(4))]


@compare("LSTMPredictor")
def every_parameter_learns(impl: Impl):
    "the gradients of all parameters and inputs, through forward and over a state that is handed on"
    model = predictor_of(impl, 61, D=2, H=4, layers=2)
    x = series_of(62, 3, 5, 2)
    return impl(LAYERS + "x.requires_grad_()" + GRADIENTS, model=model, x=x)


# == fit ==

#: A network with one weight that climbs by lr in each epoch, and a validation loss that is read
#: off a list by that weight.
SCRIPTED = """
class Climber(nn.Module):
    def __init__(self):
        super().__init__()
        self.height = nn.Parameter(torch.full((1,), start, dtype=torch.float64))

    def forward(self, x):
        return self.height + 0 * x


def loss_fn(outputs, y):
    if float(y.detach().flatten()[0]) < 0:
        place = int(torch.round(outputs.detach().mean() / lr)) - 1
        value = script[place] if 0 <= place < len(script) else 99.0
        return torch.tensor(value, dtype=torch.float64) + 0 * outputs.sum()
    return (1000 - outputs).mean()


model = Climber()
x = torch.zeros(3, 2, 1, dtype=torch.float64)
history = fit(model, (x, x), (x, x - 1), loss_fn=loss_fn, **options)
{
    "validation losses": history["valid"],
    "number of training losses": len(history["train"]),
    "best epoch": history["best_epoch"],
    "epoch of the weights": float(model.height.detach()) / lr - 1,
}
"""

#: Networks that write down how they are called.
SPY = """
class Spy(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))
        self.unused = nn.Parameter(torch.ones(2))
        self.calls = []

    def forward(self, x):
        first = [round(v) for v in x[:, 0, 0].tolist()]
        self.calls.append([bool(self.training), torch.is_grad_enabled(), first])
        return self.weight * x


def watch(n, n_valid, batch_size, epochs, generator=None, patience=99, mode=True):
    x = torch.arange(float(n)).reshape(n, 1, 1).expand(n, 2, 1)
    v = 1000 + torch.arange(float(n_valid)).reshape(n_valid, 1, 1).expand(n_valid, 2, 1)
    model = Spy().train(mode)
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

#: The gradients that the optimizer gets at each step.
STEPS = """
from torch.optim.optimizer import register_optimizer_step_pre_hook


def gradients_of(model, *data, **options):
    seen = []
    hook = register_optimizer_step_pre_hook(
        lambda optimizer, *_: seen.append(
            [None if p.grad is None else p.grad.flatten().tolist() for p in model.parameters()]
        )
    )
    try:
        fit(model, *data, **options)
    finally:
        hook.remove()
    return seen

"""


def climb_of(impl, script, lr=0.125, start=0.0, **options):
    script = [float(value) for value in script]
    options = {"batch_size": 3, "lr": lr, **options}
    return impl(SCRIPTED, script=script, options=options, lr=lr, start=start)


@compare("fit", rtol=1e-4, atol=1e-4)
def stopping_early(impl: Impl):
    "when training stops, and which weights are back: the validation loss falls, then rises"
    script = [5, 4, 3, 3.5, 3.6, 3.7, 3.8, 3.9, 4, 4.1, 4.2]
    return [climb_of(impl, script, epochs=11, patience=p) for p in (1, 3, 5)]


@compare("fit", rtol=1e-4, atol=1e-4)
def patience_starts_anew(impl: Impl):
    "a better epoch resets the waiting; an epoch better than the one before does not"
    return [
        climb_of(impl, [5, 4, 4.5, 4.6, 3, 3.5, 3.6, 2.9, 4, 4, 4, 4, 1], epochs=13, patience=3),
        climb_of(impl, [0.9, 0.5, 0.8, 0.7, 0.6, 0.55, 0.4], epochs=7, patience=4),
    ]


@compare("fit", rtol=1e-4, atol=1e-4)
def all_epochs_run(impl: Impl):
    "the best weights are back also when training is not stopped early"
    script = [6, 2, 3, 4, 3.5, 3.4]
    return [climb_of(impl, script[:n], epochs=n, patience=50) for n in (6, 1)]


@compare("fit", rtol=1e-4, atol=1e-4, points=0.5)
def an_equal_loss(impl: Impl):
    "a validation loss that is equal to the lowest is no improvement, a tiny bit lower is one"
    return [
        climb_of(impl, [5, 4, 4], epochs=3, patience=9),
        climb_of(impl, [5, 4, 4, 4, 3.9, 3], epochs=6, patience=2),
        climb_of(impl, [5, 4, 4 - 1e-9, 4 - 2e-9, 4 - 3e-9, 6, 6, 3], epochs=8, patience=2),
    ]


@compare("fit", rtol=1e-4, atol=1e-4, points=0.5)
def losses_of_any_size(impl: Impl):
    "losses that are huge, negative, infinite or no numbers"
    nan, inf = float("nan"), float("inf")
    found = [
        climb_of(impl, script, epochs=len(script), patience=3)
        for script in (
            [5e12, nan, 4e12, inf, 7e12, 8e12, 1],
            [2, 0, 1, -1, -3, -2, -2.5, -2, -9],
            [nan, 5, nan, 4, 6, nan, 7, 1],
            [inf, 5, 4, inf, 3, 6],
        )
    ]
    for start in (0.0, 0.5):
        never = climb_of(impl, [nan] * 9, start=start, epochs=3, patience=9)
        found.append([never["validation losses"], never["epoch of the weights"]])
    return found


@compare("fit", rtol=1e-4, kind=True)
def the_defaults(impl: Impl):
    "what is left out: lr = 0.01, patience = 10, at most 100 epochs; a history of plain numbers"
    code = """
x = torch.zeros(40, 1, 1, dtype=torch.float64)
line = line_of([0.0], 0.0)
rises = fit(line, (x, x + 1), (x, x))
falls = fit(line_of([0.0], 0.0), (x[:2], x[:2] + 9), (x[:2], x[:2] + 9))
{
    "rises": [rises["train"], rises["valid"], rises["best_epoch"], float(line.bias)],
    "falls": [falls["train"], falls["valid"], falls["best_epoch"]],
    "clipped": gradients_of(line_of([0.0], 0.0), (x, x + 9), (x, x + 9), epochs=1),
}
"""
    return impl(LINE + STEPS + code, zero=0.0)


@compare("fit")
def modes_and_gradients(impl: Impl):
    "training in training mode in every epoch; validation in evaluation mode, without gradients"
    found = {}
    for mode in (True, False):
        calls = impl(SPY + "\nwatch(6, 4, 3, 3, mode=mode)", mode=mode)
        trained = [call for call in calls if call[2] and call[2][0] < 1000 and call[1]]
        validated = [call for call in calls if call[2] and call[2][0] >= 1000]
        found[f"given in {'training' if mode else 'evaluation'} mode"] = {
            "training batches in evaluation mode": sum(not one for one, _, _ in trained),
            "validation in training mode": any(one for one, _, _ in validated),
            "validation with gradients": any(grad for _, grad, _ in validated),
            "examples of training": sorted(code for _, _, first in trained for code in first),
            "examples of validation": sorted(code for _, _, first in validated for code in first),
        }
    return found


@verify("fit")
def batches_and_order(impl: Impl):
    "every example once an epoch, the last batch too, in a new order that generator decides"
    code = """
made = torch.Generator().manual_seed(seed)
torch.manual_seed(other)
[watch(11, 2, 4, 3, made if given else None), watch(11, 2, 4, 3, made if given else None)]
"""
    runs = []
    for seed, other, given in (
        (1, 10, 1),
        (1, 11, 1),
        (2, 10, 1),
        (3, 10, 0),
        (3, 10, 0),
        (3, 12, 0),
    ):
        for calls in impl(SPY + code, seed=seed, other=other, given=given):
            runs.append([first for _, grad, first in calls if first[0] < 1000 and grad])
    first, second, same, _, another, _, globally, _, again, _, elsewise, _ = runs
    sizes = [len(batch) for batch in first]
    assert sizes == [4, 4, 3] * 3, "11 examples in batches of 4 must give 4, 4 and 3 in each epoch"
    orders = [[code for batch in first[3 * e : 3 * e + 3] for code in batch] for e in range(3)]
    for order in orders:
        assert sorted(order) == list(range(11)), "each epoch must show every example exactly once"
    assert list(range(11)) not in orders, "the examples must be in a random order"
    assert len({tuple(order) for order in orders}) == 3, "each epoch must have a new order"
    assert first == same, "the same generator must give the same order: use it for randperm"
    assert first != another, "another generator must give another order"
    assert first != second, "a generator must not be seeded again: its next run is another one"
    assert globally == again, "without a generator the order must come from PyTorch's global one"
    assert globally != elsewise, "without a generator the order must follow the global seed"


@compare("fit", rtol=1e-5)
def the_training_loss(impl: Impl):
    "the training loss: a mean over examples when the last batch is smaller, before each step"
    code = """
line = line_of([0.5], -1.0)
one = [fit(line, (x, y), (x, y), epochs=2, batch_size=size, lr=0.0)["train"] for size in (1, 4, 50)]
one + [fit(line, (x, y), (x, y), epochs=3, batch_size=50, lr=0.05)["train"]]
"""
    rng = np.random.default_rng(51)
    x = torch.tensor(rng.normal(size=(9, 1, 1)))
    return impl(LINE + code, x=x, y=torch.tensor(3 * rng.normal(size=(9, 1, 1))))


@compare("fit", rtol=1e-5)
def the_validation_loss(impl: Impl):
    "the validation loss: all examples count alike, whatever batch_size is; by another loss, too"
    code = """
found = {}
for size in (1, 4, 50):
    for loss_fn in (nn.functional.mse_loss, nn.functional.l1_loss):
        line = line_of([0.5], -1.0)
        options = {"epochs": 2, "batch_size": size, "lr": 0.0, "loss_fn": loss_fn}
        history = fit(line, (v, v), (x, y), **options)
        found[f"batches of {size}, {loss_fn.__name__}"] = history["valid"]
found
"""
    rng = np.random.default_rng(55)
    x, y = (torch.tensor(size * rng.normal(size=(9, 1, 1))) for size in (1, 3))
    return impl(LINE + code, x=x, y=y, v=torch.ones(3, 1, 1, dtype=torch.float64))


@compare("fit", rtol=1e-5)
def the_gradients_at_each_step(impl: Impl):
    "the gradients that the optimizer gets, step by step, clipped to different norms"
    rng = np.random.default_rng(52)
    x = torch.tensor(rng.normal(size=(20, 3, 2)))
    y = torch.tensor(4 + 5 * rng.normal(size=(20, 3, 1)))
    code = """
options = {"epochs": 4, "batch_size": 20, "lr": 0.1, "max_norm": norm, "patience": 9}
gradients_of(line_of([0.3, -0.2], 0.1), (x, y), (x, y), **options)
"""
    return [impl(LINE + STEPS + code, x=x, y=y, norm=norm) for norm in (0.7, 5.0, 1e6)]


@compare("fit", rtol=1e-5)
def the_gradients_of_each_batch(impl: Impl):
    "the same with several batches an epoch, all of the same examples: cleared before each"
    code = """
options = {"epochs": 2, "batch_size": 4, "lr": lr, "max_norm": 1e6, "patience": 9}
gradients_of(line_of([0.3], 0.1), (x, 3 * x), (x, x), **options)
"""
    x = torch.full((10, 1, 1), 0.5, dtype=torch.float64)
    return [impl(LINE + STEPS + code, x=x, lr=lr) for lr in (0.0, 0.1)]


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
fit(line, (x, 9 * x), (x, 9 * x), epochs=2, batch_size=4, lr=0.1)
[p.detach().clone() for p in line.parameters()]
"""
    rng = np.random.default_rng(53)
    x = torch.tensor(rng.normal(size=(30, 3, 2)))
    y = x @ torch.tensor([[2.0], [-1.0]], dtype=torch.float64) + 3
    ones = torch.ones(10, 2, 1, dtype=torch.float64)
    return {"all at once": impl(LINE + code, x=x, y=y), "in batches": impl(LINE + same, x=ones)}


@compare("fit")
def the_progress_bar(impl: Impl):
    "without progress=True nothing is printed; with it the training is the same"
    code = """
import contextlib
import io

printed = io.StringIO()
with contextlib.redirect_stderr(printed), contextlib.redirect_stdout(printed):
    history = fit(line_of([0.3], 0.1), (x, x), (x, x), epochs=2, progress=progress)
[history["valid"], progress or bool(printed.getvalue())]
"""
    x = torch.ones(3, 1, 1, dtype=torch.float64)
    return {
        f"progress={progress}": dict(
            zip(
                ("losses", "something is printed"),
                impl(LINE + code, x=x, progress=progress),
                strict=True,
            )
        )
        for progress in (False, True)
    }


@verify("fit", points=0.5)
def a_small_network_learns(impl: Impl):
    "a small recurrent network learns to predict waves; it is left in evaluation mode"
    code = """
class Tiny(nn.Module):
    def __init__(self):
        super().__init__()
        self.recurrent = nn.RNN(1, 8, batch_first=True)
        self.out = nn.Linear(8, 1)

    def forward(self, x):
        return self.out(self.recurrent(x)[0])


torch.manual_seed(0)
model = Tiny()
history = fit(
    model, (X[:120], Y[:120]), (X[120:], Y[120:]), epochs=8, batch_size=40, lr=0.03,
    generator=torch.Generator().manual_seed(0),
)
with torch.no_grad():
    now = float(nn.functional.mse_loss(model(X[120:]), Y[120:]))
[bool(model.training), [float(v) for v in history["valid"]], now, int(history["best_epoch"])]
"""
    rng = np.random.default_rng(54)
    angle = 2 * np.pi * np.arange(7) / rng.uniform(10, 40, (160, 1))
    waves = np.sin(angle + rng.uniform(0, 6.28, (160, 1)))[..., None]
    waves = torch.tensor(waves, dtype=torch.float32)
    training, losses, now, best = impl(code, X=waves[:, :-1], Y=waves[:, 1:])
    assert not training, "fit must leave the model in evaluation mode"
    assert min(losses) < 0.3 * losses[0], "the validation loss must fall by far in 8 epochs"
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


model = Memory(a, b, c).to(seed)
"""


def roll_of(impl, numbers, seed, n, more="rollout(model, seed, n)"):
    a, b, c = numbers
    return impl(MEMORY + more, seed=torch.tensor(seed), a=a, b=b, c=c, n=n)


def seeds_of(number, B, T):
    return 10 * np.random.default_rng(number).normal(size=(B, T, 1))


@compare("rollout", dtype=True, kind=True)
def forecasts_by_persistence(impl: Impl):
    "persistence one, three, eleven and N - 1 steps ahead, each an array"
    series = np.random.default_rng(61).normal(size=30).cumsum()
    return [impl.persistence(series, k) for k in (1, 3, 11, 29)]


@compare("rollout")
def persistence_at_the_edges(impl: Impl):
    "N = k + 1 gives one forecast; k below 1, k = N and above a ValueError"
    series = np.random.default_rng(62).normal(size=7)
    return {f"k = {k}": outcome_of(impl.persistence, series, k) for k in (6, 0, -1, -3, 7, 9)}


@compare("rollout")
def a_map_without_memory(impl: Impl):
    "a linear map without a state: each forecast is the one before, times a number"
    return roll_of(impl, (0.9, 0.0, 0.0), seeds_of(63, 4, 3), 6)


@compare("rollout", dtypes=True)
def a_map_with_memory(impl: Impl, *, B, T, n):
    "a linear map with a state, which must go from step to step, at many sizes, in either type"
    return roll_of(impl, (0.5, 0.8, -0.6), seeds_of(64, B, T), n)


@compare("rollout", kind=True, rtol=1e-9)
def the_first_forecast(impl: Impl):
    "n = 1 and n = 2, a seed of a single value, and many steps"
    sizes = ((5, 1), (5, 2), (1, 4), (2, 150))
    return [roll_of(impl, (0.7, 0.6, 0.4), seeds_of(65, 2, T), n) for T, n in sizes]


@compare("rollout")
def evaluation_without_gradients(impl: Impl):
    "evaluation mode and no gradients, in every call of the model, which else stays as it was"
    more = """
forecast = rollout(model.train(), seed.requires_grad_(), n)
{
    "calls in training mode": sum(mode for mode, _ in model.calls),
    "calls with gradients": sum(grad for _, grad in model.calls),
    "forecast": forecast.detach(),
    "forecast with a gradient": forecast.requires_grad,
    "training mode afterwards": model.training,
    "trainable afterwards": [p.requires_grad for p in model.parameters()],
}
"""
    return roll_of(impl, (0.5, 0.5, 0.5), seeds_of(66, 2, 4), 4, more)
