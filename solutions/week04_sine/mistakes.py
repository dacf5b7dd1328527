"""Week 4: known mistakes, each with what a student who makes it is told."""

import copy
import math

import numpy as np
import torch
from torch import nn

from autograder.authoring import edit, mistake

# == generate_sine_data ==

edit(
    "generate_sine_data",
    "returns-inputs-as-targets",
    "X and Y are the same numbers. The target of step t is the input of step t + 1, so "
    "each sequence needs T + 1 values.",
    ("seq_len + 1", "seq_len"),
    ("return waves[:, :-1], waves[:, 1:]", "return waves, waves.copy()"),
)
edit(
    "generate_sine_data",
    "shifts-targets-twice",
    "Y is two steps ahead. Is the sequence shifted once when it is made and once more when it is cut?",
    ("(seq_len + 1) /", "(seq_len + 2) /"),
    ("return waves[:, :-1], waves[:, 1:]", "return waves[:, :-2], waves[:, 2:]"),
)
edit(
    "generate_sine_data",
    "wraps-last-target-around",
    "Only the last target is wrong: np.roll brings the first value round to the end. A "
    "last target has to be computed, at time T.",
    ("seq_len + 1", "seq_len"),
    ("return waves[:, :-1], waves[:, 1:]", "return waves, np.roll(waves, -1, axis=1)"),
)
edit(
    "generate_sine_data",
    "shifts-targets-backwards",
    "Y is one step back, not ahead. Which of the two slices leaves out the first value?",
    ("return waves[:, :-1], waves[:, 1:]", "return waves[:, 1:], waves[:, :-1]"),
)
edit(
    "generate_sine_data",
    "repeats-one-wave",
    "All sequences are the same wave. Draw one period and one phase for every sequence.",
    (
        """
            period = rng.uniform(10, 40, size=(n_sequences, 1))
            phase = rng.uniform(0, 2 * np.pi, size=(n_sequences, 1))
        """,
        "period, phase = rng.uniform(10, 40), rng.uniform(0, 2 * np.pi)",
    ),
    (
        "waves = np.sin(2 * np.pi * np.arange(seq_len + 1) / period + phase)",
        """
            waves = np.sin(2 * np.pi * np.arange(seq_len + 1) / period + phase)
            waves = np.tile(waves, (n_sequences, 1))
        """,
    ),
)
edit(
    "generate_sine_data",
    "ties-time-step-to-length",
    "The distance between two points in time depends on seq_len. Time steps are 0, 1, 2,"
    " …: np.arange, not np.linspace.",
    ("np.pi * np.arange(seq_len + 1)", "np.pi * np.linspace(0, 50, seq_len + 1)"),
)

# == make_windows ==

edit(
    "make_windows",
    "omits-last-window",
    "The last window is missing. range(M) stops at M - 1 already: count the windows for "
    "N = 10, T = 4, k = 2 on the figure.",
    ("M = len(series) - T - k + 1", "M = len(series) - T - k"),
    ('f"{len(series)} values are too few for a window of {T} + {k}', '"too short'),
    ('f"of {len(series)} values {n_valid} + {n_test} leave none for training', '"nothing left'),
)
edit(
    "make_windows",
    "repeats-last-input-as-target",
    "The first target of each window is also its last input: the network can copy it. "
    "The inputs end at m + T - 1, so the targets start at m + T.",
    ('f"{len(series)} values are too few for a window of {T} + {k}', '"too short'),
    (": m + T + k", "- 1 : m + T + k - 1"),
    ('f"of {len(series)} values {n_valid} + {n_test} leave none for training', '"nothing left'),
)
edit(
    "make_windows",
    "leaves-gap-before-targets",
    "There is a gap of one value between inputs and targets. The slice m : m + T does "
    "not hold series[m + T], so that is the first target.",
    ("M = len(series) - T - k + 1", "M = len(series) - T - k"),
    ('f"{len(series)} values are too few for a window of {T} + {k}', '"too short'),
    (": m + T + k", "+ 1 : m + T + k + 1"),
    ('f"of {len(series)} values {n_valid} + {n_test} leave none for training', '"nothing left'),
)
edit(
    "make_windows",
    "omits-feature-axis",
    "The inputs lack the axis of features. A recurrent layer reads (M, T, 1): one number"
    " a step is still a vector, of length 1.",
    ('f"{len(series)} values are too few for a window of {T} + {k}', '"too short'),
    ("return X[:, :, None], Y", "return X, Y"),
    ('f"of {len(series)} values {n_valid} + {n_test} leave none for training', '"nothing left'),
)
edit(
    "make_windows",
    "makes-windows-without-overlap",
    "Your windows do not overlap. The next window starts one step later, not T steps later.",
    (
        """
            M = len(series) - T - k + 1
            if M < 1:
                raise ValueError(f"{len(series)} values are too few for a window of {T} + {k}")
            X = np.stack([series[m : m + T] for m in range(M)])
            Y = np.stack([series[m + T : m + T + k] for m in range(M)])
        """,
        """
            starts = range(0, len(series) - T - k + 1, T)
            if not starts:
                raise ValueError("too short")
            X = np.stack([series[m : m + T] for m in starts])
            Y = np.stack([series[m + T : m + T + k] for m in starts])
        """,
    ),
    ('f"of {len(series)} values {n_valid} + {n_test} leave none for training', '"nothing left'),
)
edit(
    "make_windows",
    "shuffles-before-splitting",
    "Your split mixes the values. A forecast is tested on a time after the training: cut"
    " the series, do not shuffle it.",
    ('f"{len(series)} values are too few for a window of {T} + {k}', '"too short'),
    (
        """
            if first < 1:
                raise ValueError(f"of {len(series)} values {n_valid} + {n_test} leave none for training")
            return series[:first], series[first : first + n_valid], series[first + n_valid :]
        """,
        """
            if first < 1:
                raise ValueError("nothing left")
            mixed = np.random.permutation(series)
            return mixed[:first], mixed[first : first + n_valid], mixed[first + n_valid :]
        """,
    ),
)
edit(
    "make_windows",
    "slices-from-minus-zero",
    "A slice from -0 on is the whole series. Count the places of the cuts from the front.",
    ('f"{len(series)} values are too few for a window of {T} + {k}', '"too short'),
    (
        """
            first = len(series) - n_valid - n_test
            if first < 1:
                raise ValueError(f"of {len(series)} values {n_valid} + {n_test} leave none for training")
            return series[:first], series[first : first + n_valid], series[first + n_valid :]
        """,
        """
            if n_valid + n_test >= len(series):
                raise ValueError("nothing left")
            rest, test = series[:-n_test], series[-n_test:]
            return rest[:-n_valid], rest[-n_valid:], test
        """,
    ),
)
edit(
    "make_windows",
    "puts-validation-after-test",
    "Your validation part comes after your test part. The latest values are the test: "
    "what is chosen on the validation part must not know them.",
    ('f"{len(series)} values are too few for a window of {T} + {k}', '"too short'),
    ('f"of {len(series)} values {n_valid} + {n_test} leave none for training', '"nothing left'),
    (
        "return series[:first], series[first : first + n_valid], series[first + n_valid :]",
        "return series[:first], series[first + n_test :], series[first : first + n_test]",
    ),
)
edit(
    "make_windows",
    "tests-on-oldest-values",
    "You test on the oldest values and train on the latest. Time runs the other way: "
    "train, validation, test.",
    ('f"{len(series)} values are too few for a window of {T} + {k}', '"too short'),
    (
        """
            first = len(series) - n_valid - n_test
            if first < 1:
                raise ValueError(f"of {len(series)} values {n_valid} + {n_test} leave none for training")
            return series[:first], series[first : first + n_valid], series[first + n_valid :]
        """,
        """
            if n_valid + n_test >= len(series):
                raise ValueError("nothing left")
            return series[n_valid + n_test :], series[n_test : n_test + n_valid], series[:n_test]
        """,
    ),
)

# == Scaler ==

edit(
    "Scaler",
    "divides-by-n-minus-one",
    "Your standard deviation divides by n - 1. That is what torch.std and pandas do; "
    "here the sum of squares is divided by n, as np.std does.",
    ("std(values)", "std(values, ddof=1)"),
)


@mistake(
    "Scaler",
    "transform fits again, on whatever it is given: the test set is scaled by its own "
    "mean and std. Estimate in fit only.",
)
def refits_in_transform():
    class Scaler:
        def fit(self, values):
            self.mean = float(np.mean(values))
            self.std = float(np.std(values)) if np.ptp(values) > 0 else 1.0
            return self

        def transform(self, values):
            self.fit(np.asarray(values))
            return (values - self.mean) / self.std

        def inverse(self, values):
            return values * self.std + self.mean


edit(
    "Scaler",
    "adds-mean-before-multiplying",
    "inverse undoes the two operations in the wrong order. transform divides last, so "
    "inverse multiplies first.",
    ("return values * self.std + self.mean", "return (values + self.mean) * self.std"),
)
edit(
    "Scaler",
    "scales-again-in-inverse",
    "inverse scales a second time, with the formula of transform. Solve the formula for "
    "s: multiply by std, then add the mean.",
    ("return values * self.std + self.mean", "return (values - self.mean) / self.std"),
)
edit(
    "Scaler",
    "divides-by-variance",
    "You divide by the variance, which is the scale applied twice. The standard "
    "deviation is its square root.",
    ("= float(np.std(values))", "= float(np.var(values))"),
)
edit(
    "Scaler",
    "uses-min-max-scaling",
    "You bring the values between 0 and 1. That depends on two extreme values; here mean"
    " and standard deviation are asked for.",
    ("self.mean = float(np.mean(values))", "self.mean = float(np.min(values))"),
    ("(np.std(values)) if np.ptp(values) > 0 else", "(np.max(values) - np.min(values)) or"),
)
edit(
    "Scaler",
    "transforms-in-place",
    "-= and /= change the array that you were given. Compute something new.",
    (
        "return (values - self.mean) / self.std",
        """
            values -= self.mean
            values /= self.std
            return values
        """,
    ),
)
edit(
    "Scaler",
    "divides-by-zero-std",
    "The standard deviation of equal values is 0, and 0 / 0 is not a number. Take 1 instead.",
    ("(np.std(values)) if np.ptp(values) > 0 else 1.0", "(np.std(values))"),
)
edit(
    "Scaler",
    "compares-std-with-zero",
    "Rounding: the computed standard deviation of equal values can be 1e-17 in place of "
    "0, so a comparison with 0 misses it. Compare the largest value with the smallest.",
    ("if np.ptp(values) > 0 else", "or"),
)
edit(
    "Scaler",
    "inverts-in-place",
    "*= and += in inverse change the array that you were given. Compute something new.",
    (
        "return values * self.std + self.mean",
        """
            values *= self.std
            values += self.mean
            return values
        """,
    ),
)

# == LSTMPredictor ==

edit(
    "LSTMPredictor",
    "reads-time-first",
    "Your LSTM expects time first and walks along the batch. With batch_first=True it reads (B, T, D).",
    ("num_layers, batch_first=True", "num_layers"),
)
edit(
    "LSTMPredictor",
    "predicts-only-last-step",
    "There is an output for the last step only. Every step has a target, so every state "
    "goes through the linear layer.",
    ("head(states)", "head(states[:, -1])"),
)
edit(
    "LSTMPredictor",
    "keeps-state-between-calls",
    "The network keeps its state between calls: the end of one batch becomes the start "
    "of an unrelated one. forward starts from zeros.",
    (
        "self.head = nn.Linear(hidden_size, 1)",
        """
            self.head = nn.Linear(hidden_size, 1)
            self.state = None
        """,
    ),
    ("return self.run(x)[0]", "return self.run(x, self.state)[0]"),
    (
        "states, state = self.lstm(x, state)",
        """
            states, state = self.lstm(x, state)
            self.state = tuple(part.detach() for part in state)
        """,
    ),
)
edit(
    "LSTMPredictor",
    "ignores-num-layers",
    "num_layers has no effect: nn.LSTM makes one layer unless it is told how many.",
    ("hidden_size, num_layers, batch_first", "hidden_size, batch_first"),
)
edit(
    "LSTMPredictor",
    "uses-bidirectional-lstm",
    "A bidirectional LSTM reads the future as well. The target of step t is the input of"
    " step t + 1: it would only have to copy.",
    (
        """
            self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
            self.head = nn.Linear(hidden_size, 1)
        """,
        """
            self.lstm = nn.LSTM(
                input_size, hidden_size, num_layers, batch_first=True, bidirectional=True
            )
            self.head = nn.Linear(2 * hidden_size, 1)
        """,
    ),
)
edit(
    "LSTMPredictor",
    "ignores-given-state",
    "run ignores the state that it is given. Where does it go into the LSTM?",
    ("lstm(x, state)", "lstm(x)"),
)
edit(
    "LSTMPredictor",
    "applies-tanh-to-output",
    "The outputs are squashed to -1 … 1. Targets of a regression may be larger: the "
    "linear layer is the last one.",
    ("return self.head(states), state", "return torch.tanh(self.head(states)), state"),
)
edit(
    "LSTMPredictor",
    "ignores-input-size",
    "input_size has no effect: your LSTM reads one feature a step, whatever D is.",
    (
        "self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)",
        "self.lstm = nn.LSTM(1, hidden_size, num_layers, batch_first=True)",
    ),
)

# == fit ==

edit(
    "fit",
    "accumulates-gradients-across-batches",
    "The gradients of earlier batches are still there: backward adds to them. Clear them"
    " before every backward.",
    (
        """
            model,
            train,
            valid,
            *,
            epochs=100,
            batch_size=32,
            lr=0.01,
            max_norm=1.0,
            patience=10,
            loss_fn=nn.functional.mse_loss,
            generator=None,
            progress=False,
        """,
        """
            model, train, valid, *, epochs=100, batch_size=32, lr=0.01, max_norm=1.0, patience=10,
            loss_fn=nn.functional.mse_loss, generator=None, progress=False,
        """,
    ),
    ("for epoch in tqdm(range(epochs), disable=not progress):", "for epoch in range(epochs):"),
    (
        """
            for batch in torch.randperm(len(X), generator=generator).split(batch_size):
                optimizer.zero_grad()
        """,
        "for batch in torch.randperm(len(X), generator=generator).split(batch_size):",
    ),
)
edit(
    "fit",
    "steps-with-unclipped-gradients",
    "The optimizer gets gradients longer than max_norm. Is the clipping there, and does "
    "it stand between backward and step? After the step it is too late.",
    (
        """
            model,
            train,
            valid,
            *,
            epochs=100,
            batch_size=32,
            lr=0.01,
            max_norm=1.0,
            patience=10,
            loss_fn=nn.functional.mse_loss,
            generator=None,
            progress=False,
        """,
        """
            model, train, valid, *, epochs=100, batch_size=32, lr=0.01, max_norm=1.0, patience=10,
            loss_fn=nn.functional.mse_loss, generator=None, progress=False,
        """,
    ),
    ("for epoch in tqdm(range(epochs), disable=not progress):", "for epoch in range(epochs):"),
    (
        "loss.backward()",
        """
            loss.backward()
            optimizer.step()
        """,
    ),
    (
        """
            nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
        """,
        "nn.utils.clip_grad_norm_(model.parameters(), max_norm)",
    ),
)
edit(
    "fit",
    "clips-entries-instead-of-norm",
    "You clip every entry by itself, which turns the gradient. Clip the norm of all "
    "gradients together.",
    (
        """
            model,
            train,
            valid,
            *,
            epochs=100,
            batch_size=32,
            lr=0.01,
            max_norm=1.0,
            patience=10,
            loss_fn=nn.functional.mse_loss,
            generator=None,
            progress=False,
        """,
        """
            model, train, valid, *, epochs=100, batch_size=32, lr=0.01, max_norm=1.0, patience=10,
            loss_fn=nn.functional.mse_loss, generator=None, progress=False,
        """,
    ),
    ("for epoch in tqdm(range(epochs), disable=not progress):", "for epoch in range(epochs):"),
    ("clip_grad_norm_", "clip_grad_value_"),
)


@mistake(
    "fit",
    "Validation runs in training mode: dropout would be on. Call model.eval() before it,"
    " and model.train() before the next epoch.",
)
def validates_in_training_mode():
    def fit(
        model,
        train,
        valid,
        *,
        epochs=100,
        batch_size=32,
        lr=0.01,
        max_norm=1.0,
        patience=10,
        loss_fn=nn.functional.mse_loss,
        generator=None,
        progress=False,
    ):
        optimizer = torch.optim.Adam(model.parameters(), lr=lr)
        X, Y = train
        history = {"train": [], "valid": [], "best_epoch": 0}
        lowest, waited, best = math.inf, 0, copy.deepcopy(model.state_dict())
        for epoch in range(epochs):
            model.train()
            total = 0.0
            for batch in torch.randperm(len(X), generator=generator).split(batch_size):
                optimizer.zero_grad()
                loss = loss_fn(model(X[batch]), Y[batch])
                loss.backward()
                nn.utils.clip_grad_norm_(model.parameters(), max_norm)
                optimizer.step()
                total += loss.item() * len(batch)
            with torch.no_grad():
                valid_loss = loss_fn(model(valid[0]), valid[1]).item()
            history["train"].append(total / len(X))
            history["valid"].append(valid_loss)
            if valid_loss < lowest:
                lowest, waited, best = valid_loss, 0, copy.deepcopy(model.state_dict())
                history["best_epoch"] = epoch
            else:
                waited += 1
                if waited == patience:
                    break
        model.load_state_dict(best)
        model.eval()
        return history


edit(
    "fit",
    "tracks-gradients-in-validation",
    "Validation builds a graph for gradients that nobody needs. Put it under torch.no_grad().",
    (
        """
            model,
            train,
            valid,
            *,
            epochs=100,
            batch_size=32,
            lr=0.01,
            max_norm=1.0,
            patience=10,
            loss_fn=nn.functional.mse_loss,
            generator=None,
            progress=False,
        """,
        """
            model, train, valid, *, epochs=100, batch_size=32, lr=0.01, max_norm=1.0, patience=10,
            loss_fn=nn.functional.mse_loss, generator=None, progress=False,
        """,
    ),
    ("for epoch in tqdm(range(epochs), disable=not progress):", "for epoch in range(epochs):"),
    (
        """
            with torch.no_grad():
                valid_loss = loss_fn(model(valid[0]), valid[1]).item()
        """,
        "valid_loss = loss_fn(model(valid[0]), valid[1]).item()",
    ),
)
edit(
    "fit",
    "trains-in-evaluation-mode",
    "From the second epoch on you train in evaluation mode. model.eval() lasts until "
    "model.train() is called again, in every epoch.",
    (
        """
            model,
            train,
            valid,
            *,
            epochs=100,
            batch_size=32,
            lr=0.01,
            max_norm=1.0,
            patience=10,
            loss_fn=nn.functional.mse_loss,
            generator=None,
            progress=False,
        """,
        """
            model, train, valid, *, epochs=100, batch_size=32, lr=0.01, max_norm=1.0, patience=10,
            loss_fn=nn.functional.mse_loss, generator=None, progress=False,
        """,
    ),
    (
        """
            for epoch in tqdm(range(epochs), disable=not progress):
                model.train()
        """,
        """
            model.train()
            for epoch in range(epochs):
        """,
    ),
)


@mistake(
    "fit",
    "The best weights are back only when training stops early. Load them also when all "
    "epochs have been run.",
)
def restores_best_only_if_stopped():
    def fit(
        model,
        train,
        valid,
        *,
        epochs=100,
        batch_size=32,
        lr=0.01,
        max_norm=1.0,
        patience=10,
        loss_fn=nn.functional.mse_loss,
        generator=None,
        progress=False,
    ):
        optimizer = torch.optim.Adam(model.parameters(), lr=lr)
        X, Y = train
        history = {"train": [], "valid": [], "best_epoch": 0}
        lowest, waited, best = math.inf, 0, copy.deepcopy(model.state_dict())
        for epoch in range(epochs):
            model.train()
            total = 0.0
            for batch in torch.randperm(len(X), generator=generator).split(batch_size):
                optimizer.zero_grad()
                loss = loss_fn(model(X[batch]), Y[batch])
                loss.backward()
                nn.utils.clip_grad_norm_(model.parameters(), max_norm)
                optimizer.step()
                total += loss.item() * len(batch)
            model.eval()
            with torch.no_grad():
                valid_loss = loss_fn(model(valid[0]), valid[1]).item()
            history["train"].append(total / len(X))
            history["valid"].append(valid_loss)
            if valid_loss < lowest:
                lowest, waited, best = valid_loss, 0, copy.deepcopy(model.state_dict())
                history["best_epoch"] = epoch
            else:
                waited += 1
                if waited == patience:
                    model.load_state_dict(best)
                    break
        model.eval()
        return history


edit(
    "fit",
    "keeps-last-weights-not-best",
    "The model comes back with its last weights, not with its best. Load the best ones "
    "at the end. If you do, look at how you keep them: state_dict() hands out the live "
    "tensors, so it has to be copied deeply.",
    (
        """
            model,
            train,
            valid,
            *,
            epochs=100,
            batch_size=32,
            lr=0.01,
            max_norm=1.0,
            patience=10,
            loss_fn=nn.functional.mse_loss,
            generator=None,
            progress=False,
        """,
        """
            model, train, valid, *, epochs=100, batch_size=32, lr=0.01, max_norm=1.0, patience=10,
            loss_fn=nn.functional.mse_loss, generator=None, progress=False,
        """,
    ),
    ("for epoch in tqdm(range(epochs), disable=not progress):", "for epoch in range(epochs):"),
    ("valid_loss, 0, copy.deepcopy(model.state_dict())", "valid_loss, 0, model.state_dict()"),
)
edit(
    "fit",
    "stops-one-epoch-late",
    "You stop one epoch too late: count the epochs without improvement in the table of the theory.",
    (
        """
            model,
            train,
            valid,
            *,
            epochs=100,
            batch_size=32,
            lr=0.01,
            max_norm=1.0,
            patience=10,
            loss_fn=nn.functional.mse_loss,
            generator=None,
            progress=False,
        """,
        """
            model, train, valid, *, epochs=100, batch_size=32, lr=0.01, max_norm=1.0, patience=10,
            loss_fn=nn.functional.mse_loss, generator=None, progress=False,
        """,
    ),
    ("for epoch in tqdm(range(epochs), disable=not progress):", "for epoch in range(epochs):"),
    ("if waited == patience:", "if waited > patience:"),
)
edit(
    "fit",
    "stops-one-epoch-early",
    "You stop one epoch too early: patience = 1 means that one epoch without improvement"
    " is enough, not none.",
    (
        """
            model,
            train,
            valid,
            *,
            epochs=100,
            batch_size=32,
            lr=0.01,
            max_norm=1.0,
            patience=10,
            loss_fn=nn.functional.mse_loss,
            generator=None,
            progress=False,
        """,
        """
            model, train, valid, *, epochs=100, batch_size=32, lr=0.01, max_norm=1.0, patience=10,
            loss_fn=nn.functional.mse_loss, generator=None, progress=False,
        """,
    ),
    ("for epoch in tqdm(range(epochs), disable=not progress):", "for epoch in range(epochs):"),
    ("if waited == patience:", "if waited >= max(patience - 1, 1):"),
)
edit(
    "fit",
    "counts-all-epochs-without-improvement",
    "You count all epochs without improvement. It is those in a row: a better epoch sets"
    " the count back to 0.",
    (
        """
            model,
            train,
            valid,
            *,
            epochs=100,
            batch_size=32,
            lr=0.01,
            max_norm=1.0,
            patience=10,
            loss_fn=nn.functional.mse_loss,
            generator=None,
            progress=False,
        """,
        """
            model, train, valid, *, epochs=100, batch_size=32, lr=0.01, max_norm=1.0, patience=10,
            loss_fn=nn.functional.mse_loss, generator=None, progress=False,
        """,
    ),
    ("for epoch in tqdm(range(epochs), disable=not progress):", "for epoch in range(epochs):"),
    ("waited, best = valid_loss, 0", "best = valid_loss"),
)
edit(
    "fit",
    "counts-ties-as-improvement",
    "An equal loss counts as an improvement. It must be lower than ever before.",
    (
        """
            model,
            train,
            valid,
            *,
            epochs=100,
            batch_size=32,
            lr=0.01,
            max_norm=1.0,
            patience=10,
            loss_fn=nn.functional.mse_loss,
            generator=None,
            progress=False,
        """,
        """
            model, train, valid, *, epochs=100, batch_size=32, lr=0.01, max_norm=1.0, patience=10,
            loss_fn=nn.functional.mse_loss, generator=None, progress=False,
        """,
    ),
    ("for epoch in tqdm(range(epochs), disable=not progress):", "for epoch in range(epochs):"),
    ("if valid_loss < lowest:", "if valid_loss <= lowest:"),
)


@mistake(
    "fit",
    "You compare with the epoch before, not with the best so far. A loss can fall from "
    "one epoch to the next and still be worse than the lowest.",
)
def compares_with_previous_epoch():
    def fit(
        model,
        train,
        valid,
        *,
        epochs=100,
        batch_size=32,
        lr=0.01,
        max_norm=1.0,
        patience=10,
        loss_fn=nn.functional.mse_loss,
        generator=None,
        progress=False,
    ):
        optimizer = torch.optim.Adam(model.parameters(), lr=lr)
        X, Y = train
        history = {"train": [], "valid": [], "best_epoch": 0}
        lowest, waited, best = math.inf, 0, copy.deepcopy(model.state_dict())
        for epoch in range(epochs):
            model.train()
            total = 0.0
            for batch in torch.randperm(len(X), generator=generator).split(batch_size):
                optimizer.zero_grad()
                loss = loss_fn(model(X[batch]), Y[batch])
                loss.backward()
                nn.utils.clip_grad_norm_(model.parameters(), max_norm)
                optimizer.step()
                total += loss.item() * len(batch)
            model.eval()
            with torch.no_grad():
                valid_loss = loss_fn(model(valid[0]), valid[1]).item()
            history["train"].append(total / len(X))
            history["valid"].append(valid_loss)
            if valid_loss < lowest:
                lowest, waited, best = valid_loss, 0, copy.deepcopy(model.state_dict())
                history["best_epoch"] = epoch
            else:
                waited += 1
                if waited == patience:
                    break
            lowest = valid_loss
        model.load_state_dict(best)
        model.eval()
        return history


edit(
    "fit",
    "selects-by-training-loss",
    "The best epoch is chosen by the training loss. That one goes on falling; the "
    "validation loss is the judge.",
    (
        """
            model,
            train,
            valid,
            *,
            epochs=100,
            batch_size=32,
            lr=0.01,
            max_norm=1.0,
            patience=10,
            loss_fn=nn.functional.mse_loss,
            generator=None,
            progress=False,
        """,
        """
            model, train, valid, *, epochs=100, batch_size=32, lr=0.01, max_norm=1.0, patience=10,
            loss_fn=nn.functional.mse_loss, generator=None, progress=False,
        """,
    ),
    ("for epoch in tqdm(range(epochs), disable=not progress):", "for epoch in range(epochs):"),
    ("if valid_loss < lowest:", "if total / len(X) < lowest:"),
    ("= valid_loss", "= total / len(X)"),
)
edit(
    "fit",
    "averages-batch-means",
    "Your training loss is a mean of batch means, in which a small last batch counts as "
    "much as a full one. Weight each batch by its number of examples.",
    (
        """
            model,
            train,
            valid,
            *,
            epochs=100,
            batch_size=32,
            lr=0.01,
            max_norm=1.0,
            patience=10,
            loss_fn=nn.functional.mse_loss,
            generator=None,
            progress=False,
        """,
        """
            model, train, valid, *, epochs=100, batch_size=32, lr=0.01, max_norm=1.0, patience=10,
            loss_fn=nn.functional.mse_loss, generator=None, progress=False,
        """,
    ),
    ("for epoch in tqdm(range(epochs), disable=not progress):", "for epoch in range(epochs):"),
    ("() * len(batch)", "()"),
    ("(total / len(X))", "(total / math.ceil(len(X) / batch_size))"),
)
edit(
    "fit",
    "drops-last-batch",
    "The last, smaller batch is left out. Every example counts in every epoch.",
    (
        """
            model,
            train,
            valid,
            *,
            epochs=100,
            batch_size=32,
            lr=0.01,
            max_norm=1.0,
            patience=10,
            loss_fn=nn.functional.mse_loss,
            generator=None,
            progress=False,
        """,
        """
            model, train, valid, *, epochs=100, batch_size=32, lr=0.01, max_norm=1.0, patience=10,
            loss_fn=nn.functional.mse_loss, generator=None, progress=False,
        """,
    ),
    ("for epoch in tqdm(range(epochs), disable=not progress):", "for epoch in range(epochs):"),
    (
        "for batch in torch.randperm(len(X), generator=generator).split(batch_size):",
        """
            for batch in torch.randperm(len(X), generator=generator).split(batch_size):
                if len(batch) < min(batch_size, len(X)):
                    continue
        """,
    ),
)
edit(
    "fit",
    "omits-shuffling",
    "The examples come in the same order in every epoch, the order of the data. Shuffle them.",
    (
        """
            model,
            train,
            valid,
            *,
            epochs=100,
            batch_size=32,
            lr=0.01,
            max_norm=1.0,
            patience=10,
            loss_fn=nn.functional.mse_loss,
            generator=None,
            progress=False,
        """,
        """
            model, train, valid, *, epochs=100, batch_size=32, lr=0.01, max_norm=1.0, patience=10,
            loss_fn=nn.functional.mse_loss, generator=None, progress=False,
        """,
    ),
    ("for epoch in tqdm(range(epochs), disable=not progress):", "for epoch in range(epochs):"),
    (
        "for batch in torch.randperm(len(X), generator=generator)",
        "for batch in torch.arange(len(X))",
    ),
)


@mistake(
    "fit",
    "You shuffle once, before the first epoch. Draw a new order in every epoch.",
)
def shuffles_only_once():
    def fit(
        model,
        train,
        valid,
        *,
        epochs=100,
        batch_size=32,
        lr=0.01,
        max_norm=1.0,
        patience=10,
        loss_fn=nn.functional.mse_loss,
        generator=None,
        progress=False,
    ):
        optimizer = torch.optim.Adam(model.parameters(), lr=lr)
        X, Y = train
        history = {"train": [], "valid": [], "best_epoch": 0}
        lowest, waited, best = math.inf, 0, copy.deepcopy(model.state_dict())
        order = torch.randperm(len(X), generator=generator)
        for epoch in range(epochs):
            model.train()
            total = 0.0
            for batch in order.split(batch_size):
                optimizer.zero_grad()
                loss = loss_fn(model(X[batch]), Y[batch])
                loss.backward()
                nn.utils.clip_grad_norm_(model.parameters(), max_norm)
                optimizer.step()
                total += loss.item() * len(batch)
            model.eval()
            with torch.no_grad():
                valid_loss = loss_fn(model(valid[0]), valid[1]).item()
            history["train"].append(total / len(X))
            history["valid"].append(valid_loss)
            if valid_loss < lowest:
                lowest, waited, best = valid_loss, 0, copy.deepcopy(model.state_dict())
                history["best_epoch"] = epoch
            else:
                waited += 1
                if waited == patience:
                    break
        model.load_state_dict(best)
        model.eval()
        return history


edit(
    "fit",
    "ignores-generator",
    "The order of the examples does not come from generator. Hand it to torch.randperm.",
    (
        """
            model,
            train,
            valid,
            *,
            epochs=100,
            batch_size=32,
            lr=0.01,
            max_norm=1.0,
            patience=10,
            loss_fn=nn.functional.mse_loss,
            generator=None,
            progress=False,
        """,
        """
            model, train, valid, *, epochs=100, batch_size=32, lr=0.01, max_norm=1.0, patience=10,
            loss_fn=nn.functional.mse_loss, generator=None, progress=False,
        """,
    ),
    ("for epoch in tqdm(range(epochs), disable=not progress):", "for epoch in range(epochs):"),
    ("(len(X), generator=generator).split", "(len(X)).split"),
)
edit(
    "fit",
    "recreates-optimizer-every-epoch",
    "A new optimizer in every epoch forgets its moments each time. Make it once, before the loop.",
    (
        """
            model,
            train,
            valid,
            *,
            epochs=100,
            batch_size=32,
            lr=0.01,
            max_norm=1.0,
            patience=10,
            loss_fn=nn.functional.mse_loss,
            generator=None,
            progress=False,
        """,
        """
            model, train, valid, *, epochs=100, batch_size=32, lr=0.01, max_norm=1.0, patience=10,
            loss_fn=nn.functional.mse_loss, generator=None, progress=False,
        """,
    ),
    (
        (
            "):\n"
            '    """Train a model with Adam, stop when the validation loss no longer falls, keep the best.\n'
            "\n"
            "    Parameters\n"
            "    ----------\n"
            "    model : nn.Module\n"
            "        Changed in place. Afterwards it has the weights of the best epoch, in evaluation mode.\n"
            "    train, valid : tuple (X, Y) of tensors\n"
            "        Examples along the first axis, on the model's device.\n"
            "    epochs : int\n"
            "        Most epochs to train, at least 1.\n"
            "    batch_size : int\n"
            "        Examples in a batch; the last batch of an epoch may be smaller.\n"
            "    lr : float\n"
            "        Learning rate of Adam.\n"
            "    max_norm : float\n"
            "        Gradients are clipped to this norm, all parameters together, before each step.\n"
            "    patience : int\n"
            "        Stop after this many epochs in a row whose validation loss is not lower than the lowest\n"
            "        before them.\n"
            "    loss_fn : function (model(X), Y) -> scalar tensor, a mean over examples\n"
            "    generator : torch.Generator, optional\n"
            "        Draws the order of the examples, anew in each epoch. None: PyTorch's global one.\n"
            "    progress : bool\n"
            "        Whether to show a progress bar.\n"
            "\n"
            "    Returns\n"
            "    -------\n"
            "    dict\n"
            '        "train": list of floats, for each epoch that was run the mean loss over the training\n'
            "        examples, measured batch by batch before each step.\n"
            '        "valid": list of floats, the validation loss after each of these epochs.\n'
            '        "best_epoch": int, index of the epoch (from 0) with the lowest validation loss, the first\n'
            "        of them if several are equal.\n"
            '    """\n'
            "    optimizer = torch.optim.Adam(model.parameters(), lr=lr)"
        ),
        "):",
    ),
    (
        "for epoch in tqdm(range(epochs), disable=not progress):",
        """
            for epoch in range(epochs):
                optimizer = torch.optim.Adam(model.parameters(), lr=lr)
        """,
    ),
)
edit(
    "fit",
    "uses-plain-gradient-descent",
    "The steps are those of plain gradient descent: as long as lr times the gradient. "
    "Take torch.optim.Adam.",
    (
        """
            model,
            train,
            valid,
            *,
            epochs=100,
            batch_size=32,
            lr=0.01,
            max_norm=1.0,
            patience=10,
            loss_fn=nn.functional.mse_loss,
            generator=None,
            progress=False,
        """,
        """
            model, train, valid, *, epochs=100, batch_size=32, lr=0.01, max_norm=1.0, patience=10,
            loss_fn=nn.functional.mse_loss, generator=None, progress=False,
        """,
    ),
    ("optim.Adam", "optim.SGD"),
    ("for epoch in tqdm(range(epochs), disable=not progress):", "for epoch in range(epochs):"),
)
edit(
    "fit",
    "hardcodes-squared-error-everywhere",
    "The mean squared error is written into your loop, whatever loss_fn is. Call "
    "loss_fn, in training and in validation.",
    (
        """
            model,
            train,
            valid,
            *,
            epochs=100,
            batch_size=32,
            lr=0.01,
            max_norm=1.0,
            patience=10,
            loss_fn=nn.functional.mse_loss,
            generator=None,
            progress=False,
        """,
        """
            model, train, valid, *, epochs=100, batch_size=32, lr=0.01, max_norm=1.0, patience=10,
            loss_fn=nn.functional.mse_loss, generator=None, progress=False,
        """,
    ),
    ("for epoch in tqdm(range(epochs), disable=not progress):", "for epoch in range(epochs):"),
    (
        "loss = loss_fn(model(X[batch]), Y[batch])",
        "loss = nn.functional.mse_loss(model(X[batch]), Y[batch])",
    ),
    (
        "valid_loss = loss_fn(model(valid[0]), valid[1]).item()",
        "valid_loss = nn.functional.mse_loss(model(valid[0]), valid[1]).item()",
    ),
)
edit(
    "fit",
    "hardcodes-squared-error-in-training",
    "Training minimizes the mean squared error, whatever loss_fn is. Call loss_fn there "
    "as well, not in validation alone.",
    (
        """
            model,
            train,
            valid,
            *,
            epochs=100,
            batch_size=32,
            lr=0.01,
            max_norm=1.0,
            patience=10,
            loss_fn=nn.functional.mse_loss,
            generator=None,
            progress=False,
        """,
        """
            model, train, valid, *, epochs=100, batch_size=32, lr=0.01, max_norm=1.0, patience=10,
            loss_fn=nn.functional.mse_loss, generator=None, progress=False,
        """,
    ),
    ("for epoch in tqdm(range(epochs), disable=not progress):", "for epoch in range(epochs):"),
    (
        "loss = loss_fn(model(X[batch]), Y[batch])",
        "loss = nn.functional.mse_loss(model(X[batch]), Y[batch])",
    ),
)

# == rollout ==

edit(
    "rollout",
    "uses-one-step-persistence",
    "Your persistence looks one step back, whatever k is. For k steps ahead the latest "
    "known value is k steps old.",
    ('f"k must be in 1 … {len(series) - 1}, found {k}', '"k'),
    (": len(series) - k", "k - 1 : -1"),
)
edit(
    "rollout",
    "returns-targets-as-persistence",
    "Your persistence returns the values that are to be forecast. The forecast of "
    "series[i + k] is series[i].",
    ('f"k must be in 1 … {len(series) - 1}, found {k}', '"k'),
    (": len(series) - k", "k:"),
)
edit(
    "rollout",
    "wraps-persistence-around",
    "np.roll brings the last values round to the front, as forecasts from the future. "
    "There are N - k forecasts.",
    ('f"k must be in 1 … {len(series) - 1}, found {k}', '"k'),
    ("return series[: len(series) - k]", "return np.roll(series, k)"),
)
edit(
    "rollout",
    "accepts-invalid-k",
    "A k that makes no sense is not refused. k = 0 would forecast each value by itself: "
    "raise a ValueError.",
    (
        """
            if not 1 <= k < len(series):
                raise ValueError(f"k must be in 1 … {len(series) - 1}, found {k}")
        """,
        "",
    ),
)
edit(
    "rollout",
    "drops-state-between-steps",
    "The state does not go from step to step: after the seed each forecast knows one "
    "number of the past. Hand the state back to run.",
    ('f"k must be in 1 … {len(series) - 1}, found {k}', '"k'),
    ("return series[: len(series) - k]", "return series[:-k]"),
    ("outputs, state = model.run(seed)", "outputs, _ = model.run(seed)"),
    ("outputs, state = model.run(forecasts[-1], state)", "outputs, _ = model.run(forecasts[-1])"),
)
edit(
    "rollout",
    "reuses-seed-state-every-step",
    "The state after the seed is used again and again. Each call returns a new one: keep that.",
    ('f"k must be in 1 … {len(series) - 1}, found {k}', '"k'),
    ("return series[: len(series) - k]", "return series[:-k]"),
    (
        "outputs, state = model.run(forecasts[-1], state)",
        "outputs, _ = model.run(forecasts[-1], state)",
    ),
)
edit(
    "rollout",
    "feeds-last-true-value-repeatedly",
    "You feed the last true value again and again. The next input is the forecast.",
    ('f"k must be in 1 … {len(series) - 1}, found {k}', '"k'),
    ("return series[: len(series) - k]", "return series[:-k]"),
    (
        "outputs, state = model.run(forecasts[-1], state)",
        "outputs, state = model.run(seed[:, -1:], state)",
    ),
)
edit(
    "rollout",
    "returns-one-step-predictions",
    "You return one-step predictions on true values, within the seed. From the end of "
    "the seed on, the only inputs are forecasts.",
    ('f"k must be in 1 … {len(series) - 1}, found {k}', '"k'),
    ("return series[: len(series) - k]", "return series[:-k]"),
    (
        """
            with torch.no_grad():
                outputs, state = model.run(seed)
                forecasts = [outputs[:, -1:]]
                while len(forecasts) < n:
                    outputs, state = model.run(forecasts[-1], state)
                    forecasts.append(outputs)
            return torch.cat(forecasts, dim=1)[:, :, 0]
        """,
        """
            with torch.no_grad():
                return model.run(seed)[0][:, -n:, 0]
        """,
    ),
)
edit(
    "rollout",
    "omits-first-forecast",
    "The first forecast is missing. The output at the last step of the seed is a forecast already.",
    ('f"k must be in 1 … {len(series) - 1}, found {k}', '"k'),
    ("return series[: len(series) - k]", "return series[:-k]"),
    (
        """
            forecasts = [outputs[:, -1:]]
            while len(forecasts) < n:
                outputs, state = model.run(forecasts[-1], state)
                forecasts.append(outputs)
        """,
        """
            x, forecasts = outputs[:, -1:], []
            for _ in range(n):
                x, state = model.run(x, state)
                forecasts.append(x)
        """,
    ),
)
edit(
    "rollout",
    "reads-last-seed-value-twice",
    "The last value of the seed is read twice: once with the seed, and once more as the "
    "first input of the rollout.",
    ('f"k must be in 1 … {len(series) - 1}, found {k}', '"k'),
    ("return series[: len(series) - k]", "return series[:-k]"),
    (
        """
            outputs, state = model.run(seed)
            forecasts = [outputs[:, -1:]]
            while len(forecasts) < n:
                outputs, state = model.run(forecasts[-1], state)
                forecasts.append(outputs)
        """,
        """
            _, state = model.run(seed)
            x, forecasts = seed[:, -1:], []
            for _ in range(n):
                x, state = model.run(x, state)
                forecasts.append(x)
        """,
    ),
)
edit(
    "rollout",
    "reads-only-last-seed-value",
    "The model reads only the last value of the seed. The values before it build up the state.",
    ('f"k must be in 1 … {len(series) - 1}, found {k}', '"k'),
    ("return series[: len(series) - k]", "return series[:-k]"),
    (
        """
            outputs, state = model.run(seed)
            forecasts = [outputs[:, -1:]]
            while len(forecasts) < n:
                outputs, state = model.run(forecasts[-1], state)
                forecasts.append(outputs)
        """,
        """
            x, state, forecasts = seed[:, -1:], None, []
            for _ in range(n):
                x, state = model.run(x, state)
                forecasts.append(x)
        """,
    ),
)
edit(
    "rollout",
    "rolls-out-in-training-mode",
    "The rollout runs in training mode: dropout would be on. Call model.eval().",
    ('f"k must be in 1 … {len(series) - 1}, found {k}', '"k'),
    ("return series[: len(series) - k]", "return series[:-k]"),
    (
        (
            "def rollout(model, seed, n):\n"
            '    """Forecast `n` values one after another, each from the forecasts before it.\n'
            "\n"
            "    Parameters\n"
            "    ----------\n"
            "    model : nn.Module\n"
            "        With ``run(x, state)`` -> outputs, state, as in `LSTMPredictor`. Left in evaluation mode.\n"
            "    seed : tensor (B, T, 1)\n"
            "        True values that the model reads first.\n"
            "    n : int\n"
            "        Forecasts, at least 1.\n"
            "\n"
            "    Returns\n"
            "    -------\n"
            "    tensor (B, n)\n"
            "        ``[:, 0]`` is the forecast right after the seed. Without gradients.\n"
            '    """\n'
            "    model.eval()"
        ),
        "def rollout(model, seed, n):",
    ),
)
edit(
    "rollout",
    "tracks-gradients-in-rollout",
    "The forecasts drag along a graph for gradients that nobody needs. Compute them "
    "under torch.no_grad().",
    ('f"k must be in 1 … {len(series) - 1}, found {k}', '"k'),
    ("return series[: len(series) - k]", "return series[:-k]"),
    (
        """
            with torch.no_grad():
                outputs, state = model.run(seed)
                forecasts = [outputs[:, -1:]]
                while len(forecasts) < n:
                    outputs, state = model.run(forecasts[-1], state)
                    forecasts.append(outputs)
        """,
        """
            outputs, state = model.run(seed)
            forecasts = [outputs[:, -1:]]
            while len(forecasts) < n:
                outputs, state = model.run(forecasts[-1], state)
                forecasts.append(outputs)
        """,
    ),
)
