"""Week 4: right solutions written differently."""

import copy
import math

import numpy as np
import torch
from torch import nn
from tqdm import tqdm

from autograder.authoring import alternative


@alternative("generate_sine_data")
def one_number_at_a_time():
    """One number at a time, all periods before all phases."""

    def generate_sine_data(seq_len, n_sequences, rng):
        X, Y = [], []
        periods = [rng.uniform(10, 40) for _ in range(n_sequences)]
        starts = [rng.uniform(0, 2 * math.pi) for _ in range(n_sequences)]
        for p, start in zip(periods, starts):
            values = [math.sin(2 * math.pi * t / p + start) for t in range(seq_len + 1)]
            X.append(values[:seq_len])
            Y.append(values[1:])
        return np.array(X), np.array(Y)


@alternative("generate_sine_data")
def inputs_apart_from_targets():
    """Inputs and targets computed separately, each at its own times."""

    def generate_sine_data(seq_len, n_sequences, rng):
        speed = 2 * np.pi / (10 + 30 * rng.random(n_sequences))
        start = 2 * np.pi * rng.random(n_sequences)

        def at(times):
            return np.sin(np.outer(speed, times) + start[:, np.newaxis])

        return at(np.arange(seq_len)), at(np.arange(1, seq_len + 1))


@alternative("make_windows")
def view_of_all_windows():
    """A view of all windows at once, cut in two; np.split for the parts."""

    def make_windows(series, T, k):
        if len(series) < T + k:
            raise ValueError("too short")
        both = np.lib.stride_tricks.sliding_window_view(series, T + k)
        return both[:, :T, np.newaxis], both[:, T:]

    def chronological_split(series, n_valid, n_test):
        if n_valid + n_test >= len(series):
            raise ValueError("nothing to train on")
        return tuple(np.split(series, [len(series) - n_valid - n_test, len(series) - n_test]))


@alternative("make_windows")
def fills_allocated_arrays():
    """One number at a time, into arrays allocated once; parts popped off the end."""

    def make_windows(series, T, k):
        M = len(series) + 1 - k - T
        if M <= 0:
            raise ValueError("not a single window")
        X, Y = np.zeros((M, T, 1), series.dtype), np.zeros((M, k), series.dtype)
        for m in range(M):
            for t in range(T):
                X[m, t, 0] = series[m + t]
            for j in range(k):
                Y[m, j] = series[m + T + j]
        return X, Y

    def chronological_split(series, n_valid, n_test):
        values = list(series)
        test = [values.pop() for _ in range(n_test)][::-1] if n_test < len(values) else values
        valid = [values.pop() for _ in range(n_valid)][::-1] if n_valid < len(values) else values
        if values is test or values is valid:
            raise ValueError("no value is left to learn from")
        return tuple(np.array(part, series.dtype) for part in (values, valid, test))


@alternative("Scaler")
def through_torch():
    """Through torch, with the divisor said explicitly."""

    class Scaler:
        def __init__(self):
            self.mean, self.std = 0.0, 1.0

        def fit(self, values):
            values = torch.as_tensor(np.array(values), dtype=torch.float64)
            self.mean = values.mean().item()
            equal = values.max() == values.min()
            self.std = 1.0 if equal else values.std(correction=0).item()
            return self

        def transform(self, values):
            return values / self.std - self.mean / self.std

        def inverse(self, values):
            return self.mean + self.std * values


@alternative("LSTMPredictor")
def time_first_inside():
    """Time first inside, explicit zeros, the linear layer on flattened steps, other names."""

    class LSTMPredictor(nn.Module):
        def __init__(self, input_size, hidden_size, num_layers):
            super().__init__()
            self.readout = nn.Sequential(nn.Linear(hidden_size, 1))
            self.recurrent = nn.LSTM(input_size, hidden_size, num_layers=num_layers)
            self.sizes = num_layers, hidden_size

        def forward(self, x):
            outputs, _ = self.run(x)
            return outputs

        def run(self, x, state=None):
            B, T, _ = x.shape
            if state is None:
                L, H = self.sizes
                state = tuple(torch.zeros(L, B, H, device=x.device) for _ in range(2))
            states, (h, c) = self.recurrent(x.transpose(0, 1), state)
            outputs = self.readout(states.reshape(T * B, -1)).view(T, B, 1)
            return outputs.transpose(0, 1), (h, c)


@alternative("LSTMPredictor")
def one_step_at_a_time():
    """One call of the LSTM for each step."""

    class LSTMPredictor(nn.Module):
        def __init__(self, input_size, hidden_size, num_layers):
            super().__init__()
            self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
            self.out = nn.Linear(hidden_size, 1)

        def run(self, x, state=None):
            outputs = []
            for step in x.unbind(dim=1):
                h, state = self.lstm(step[:, None, :], state)
                outputs.append(self.out(h[:, 0]))
            return torch.stack(outputs, dim=1), state

        def forward(self, x):
            return self.run(x, None)[0]


@alternative("fit")
def loader_and_model_copy():
    """PyTorch's own loader, options in a dictionary, helpers, a copy of the whole model."""

    def fit(model, train, valid, **given):
        options = {
            "epochs": 100,
            "batch_size": 32,
            "lr": 0.01,
            "max_norm": 1.0,
            "patience": 10,
        } | given
        loss_fn = options.get("loss_fn", nn.MSELoss())
        loader = torch.utils.data.DataLoader(
            torch.utils.data.TensorDataset(*train),
            options["batch_size"],
            shuffle=True,
            generator=options.get("generator"),
        )
        optimizer = torch.optim.Adam(params=model.parameters(), lr=options["lr"])

        def train_epoch():
            losses, counts = [], []
            model.train()
            for inputs, targets in loader:
                value = loss_fn(model(inputs), targets)
                optimizer.zero_grad(set_to_none=False)
                value.backward()
                torch.nn.utils.clip_grad_norm_(list(model.parameters()), options["max_norm"])
                optimizer.step()
                losses.append(value.detach().item())
                counts.append(inputs.shape[0])
            return float(np.average(losses, weights=counts))

        @torch.inference_mode()
        def evaluate():
            model.eval()
            return float(loss_fn(model(valid[0]), valid[1]))

        trained, validated, champion = [], [], copy.deepcopy(model)
        while len(validated) < options["epochs"]:
            trained.append(train_epoch())
            validated.append(evaluate())
            best_epoch = int(np.argmin(np.nan_to_num(validated, nan=np.inf, posinf=np.inf)))
            if best_epoch == len(validated) - 1 and validated[-1] < math.inf:
                champion = copy.deepcopy(model)
            if len(validated) - 1 - best_epoch >= options["patience"]:
                break
        model.load_state_dict(champion.state_dict())
        return {"train": trained, "valid": validated, "best_epoch": best_epoch}


@alternative("fit")
def clips_by_hand():
    """Clipping by hand, validation example by example, weights cloned one by one."""

    def fit(
        model, train, valid, *, lr=1e-2, batch_size=32, epochs=100, patience=10, max_norm=1, **more
    ):
        loss_fn = more.get("loss_fn") or nn.functional.mse_loss
        adam = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr)
        inputs, targets = train
        N = inputs.shape[0]
        curves = {"train": [], "valid": []}
        lowest, record = math.inf, (0, copy.deepcopy(model.state_dict()))
        for epoch in tqdm(range(epochs), disable=not more.get("progress")):
            order = torch.randperm(N, generator=more.get("generator")).tolist()
            running = torch.zeros((), dtype=torch.float64)
            for start in range(0, N, batch_size):
                model.train(True)
                rows = order[start : start + batch_size]
                model.zero_grad()
                error = loss_fn(model(inputs[rows]), targets[rows])
                error.backward()
                gradients = [p.grad for p in model.parameters() if p.grad is not None]
                norm = sum(float((g**2).sum()) for g in gradients) ** 0.5
                if norm > max_norm:
                    for g in gradients:
                        g.mul_(max_norm / norm)
                adam.step()
                running += error.detach() * len(rows)
            model.train(False)
            with torch.no_grad():
                parts = [loss_fn(model(x[None]), y[None]) for x, y in zip(*valid)]
            curves["train"].append((running / N).item())
            curves["valid"].append((sum(parts) / len(parts)).item())
            if curves["valid"][-1] < lowest:
                lowest = curves["valid"][-1]
                record = epoch, {name: value.clone() for name, value in model.state_dict().items()}
            if epoch - record[0] == patience:
                break
        model.load_state_dict(record[1])
        curves["best_epoch"] = record[0]
        return curves


@alternative("rollout")
def rereads_whole_sequence():
    """The whole sequence is read again for each forecast: slow, without any state."""

    def persistence(series, k):
        N = len(series)
        if k < 1 or k >= N:
            raise ValueError("there is nothing to forecast")
        return np.array([series[later - k] for later in range(k, N)])

    @torch.no_grad()
    def rollout(model, seed, n):
        model.train(False)
        known = seed.clone()
        for _ in range(n):
            known = torch.cat([known, model(known)[:, -1:, :]], dim=1)
        return known[:, seed.shape[1] :, 0]


@alternative("rollout")
def reads_seed_stepwise():
    """Results in a tensor allocated once; the seed read step by step."""

    def persistence(series, k):
        if k <= 0 or k >= series.size:
            raise ValueError("k must leave something to forecast")
        return series[:-k].copy()

    def rollout(model, seed, n):
        result = seed.new_empty((seed.size(0), n))
        state = None
        with torch.inference_mode():
            model.eval()
            for value in seed.split(1, dim=1):
                x, state = model.run(value, state)
            for step in range(n):
                result[:, step] = x[:, 0, 0]
                if step + 1 < n:
                    x, state = model.run(x, state)
        return result
